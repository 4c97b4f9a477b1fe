/** The options `--types` and `--labels`: names, and files of names with what is known about each. */
import { errorCode } from '../format/errors.ts'
import { UsageError } from './arguments.ts'
import { explain, openSource, readText } from './inputs.ts'
import { nearestFile } from './missing-name.ts'

/** Maximum size in UTF-16 units: several hundred thousand names. */
const LONGEST_FILE = 10_000_000

/**
 * What `--types person,types.json` names, in that order.
 *
 * @param flag  the option, for messages
 * @param check  refuses what a file must not hold
 * @throws {UsageError} for a file that is missing, is no JSON, or holds something else
 */
export async function readAsked<Asked>(
  flag: string,
  names: readonly string[],
  check: (asked: readonly (string | Asked)[]) => readonly Asked[],
): Promise<readonly (string | Asked)[]> {
  const read = async (name: string): Promise<readonly (string | Asked)[]> =>
    /\.json$/iu.test(name) ? readFile(flag, name, check) : [name]
  return (await Promise.all(names.map(read))).flat()
}

async function readFile<Asked>(
  flag: string,
  path: string,
  check: (asked: readonly (string | Asked)[]) => readonly Asked[],
): Promise<readonly Asked[]> {
  try {
    return check(JSON.parse(await readText(openSource({ kind: 'file', path }), LONGEST_FILE)))
  } catch (error) {
    const near = errorCode(error) === 'ENOENT' ? await nearestFile(path) : undefined
    const what = error instanceof SyntaxError ? `it is not JSON: ${error.message}` : explain(error)
    throw new UsageError(`${flag} ${path}: ${what}${near === undefined ? '' : `; did you mean ${near}?`}`)
  }
}
