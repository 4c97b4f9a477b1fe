/** The option `--rules`: reads names of presets and files of rules. */
import { nearest } from '../check/nearest.ts'
import type { TextOptions } from '../entities/types.ts'
import { errorCode } from '../format/errors.ts'
import { compileRules, parseRules, presets, type Rule } from '../rules/presets.ts'
import { UsageError } from './arguments.ts'
import { explain, openSource, readText } from './inputs.ts'
import { nearestFile } from './missing-name.ts'

/** Maximum size in UTF-16 units: several hundred thousand phrases. */
const LONGEST_FILE = 10_000_000

/**
 * The rules named by `--rules email,products.json`, in that order.
 *
 * @throws {UsageError} for a name that is not a preset, or a file that is missing or has no rules
 */
export async function readRules(names: readonly string[]): Promise<NonNullable<TextOptions['rules']>> {
  return compileRules((await Promise.all(names.map(rulesOf))).flat())
}

async function rulesOf(name: string): Promise<readonly Rule[]> {
  if (name === 'all') return Object.values(presets)
  if (Object.hasOwn(presets, name)) return [presets[name as keyof typeof presets]]
  if (/\.json$|[\\/]/iu.test(name)) return readFileOfRules(name)
  const known = [...Object.keys(presets), 'all']
  throw new UsageError(
    `--rules holds '${name}', expected some of ${known.join(', ')}, or a file that ends in .json${meant(nearest(name.toLowerCase(), known))}`,
  )
}

async function readFileOfRules(path: string): Promise<readonly Rule[]> {
  try {
    const rules = parseRules(JSON.parse(await readText(openSource({ kind: 'file', path }), LONGEST_FILE)))
    compileRules(rules)
    return rules
  } catch (error) {
    const near = errorCode(error) === 'ENOENT' ? await nearestFile(path) : undefined
    const what = error instanceof SyntaxError ? `it is not JSON: ${error.message}` : explain(error)
    throw new UsageError(`--rules ${path}: ${what}${meant(near)}`)
  }
}

function meant(near: string | undefined): string {
  return near === undefined ? '' : `; did you mean ${near}?`
}
