import type { ParsedArguments } from './arguments.ts'
import { UsageError } from './usage-error.ts'

/** The two positionals of a command that reads a model and writes a folder. */
export function twoModels({ positionals }: ParsedArguments, command: string): [from: string, to: string] {
  const [from, to] = positionals
  if (from !== undefined && to !== undefined && positionals.length === 2) return [from, to]
  throw new UsageError(`iobert ${command} takes IN and OUT, found ${positionals.length} arguments`)
}
