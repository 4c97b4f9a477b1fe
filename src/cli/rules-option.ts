/** The option `--rules`: reads names of presets and files of rules. */
import { nearest } from '../check/nearest.ts'
import type { TextOptions } from '../entities/types.ts'
import { compileRules, parseRules, presets, type Rule } from '../rules/presets.ts'
import { UsageError } from './arguments.ts'
import { meant, readOptionFile } from './option-files.ts'

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

function readFileOfRules(path: string): Promise<readonly Rule[]> {
  return readOptionFile('--rules', path, (json) => {
    const rules = parseRules(json)
    compileRules(rules)
    return rules
  })
}
