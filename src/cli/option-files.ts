/** Options whose values may be files of JSON: `--rules`, and `--types` and `--labels` with what is known about each name. */
import { errorCode } from '../format/errors.ts'
import { UsageError } from './arguments.ts'
import { explain, openSource, readText } from './inputs.ts'
import { nearestFile } from './missing-name.ts'

/** Maximum size in UTF-16 units: several hundred thousand names or phrases. */
const LONGEST_FILE = 10_000_000

/**
 * What the file of an option holds.
 *
 * @param flag  the option, for messages
 * @param read  makes it of the file's JSON, and refuses what a file must not hold
 * @throws {UsageError} for a file that is missing, is no JSON, or holds something else
 */
export async function readOptionFile<Held>(
  flag: string,
  path: string,
  read: (json: unknown) => Held,
): Promise<Held> {
  try {
    return read(JSON.parse(await readText(openSource({ kind: 'file', path }), LONGEST_FILE)))
  } catch (error) {
    const near = errorCode(error) === 'ENOENT' ? await nearestFile(path) : undefined
    const what = error instanceof SyntaxError ? `it is not JSON: ${error.message}` : explain(error)
    throw new UsageError(`${flag} ${path}: ${what}${meant(near)}`)
  }
}

/**
 * What `--types person,types.json` names, in that order.
 *
 * @param check  refuses what a file must not hold
 * @throws {UsageError} as `readOptionFile`
 */
export async function readAsked<Asked>(
  flag: string,
  names: readonly string[],
  check: (asked: readonly (string | Asked)[]) => readonly Asked[],
): Promise<readonly (string | Asked)[]> {
  const read = async (name: string): Promise<readonly (string | Asked)[]> =>
    /\.json$/iu.test(name)
      ? readOptionFile(flag, name, (json) => check(json as readonly (string | Asked)[]))
      : [name]
  return (await Promise.all(names.map(read))).flat()
}

/** The end of a message, where another name is near. */
export function meant(near: string | undefined): string {
  return near === undefined ? '' : `; did you mean ${near}?`
}
