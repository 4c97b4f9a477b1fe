/** Reads the command line: options and the rest, checked against the options that a command has. */
import { parseArgs } from 'node:util'

/** What a user wrote that cannot be meant: told without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** An option: a switch, or one that takes a value. */
export interface OptionKind {
  readonly type: 'boolean' | 'string'
  readonly short?: string
}

export type OptionTable = Readonly<Record<string, OptionKind>>

/** Options that are switches. */
export function switches(...names: string[]): OptionTable {
  return Object.fromEntries(names.map((name) => [name, { type: 'boolean' }]))
}

/** Options that take a value. */
export function valued(...names: string[]): OptionTable {
  return Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
}

/** What was written on the command line, checked against a command's options. */
export interface ParsedArguments {
  /** Texts, files, folders, in order. */
  readonly positionals: readonly string[]
  /** How many of them stand before `--`: all, where there is none. */
  readonly beforeTerminator: number
  /** Whether a switch is on. */
  has(name: string): boolean
  /** The value of an option; the last one where it is written twice. */
  value(name: string): string | undefined
  /** All values of an option, in order. */
  values(name: string): readonly string[]
}

/**
 * Reads arguments by a table of options.
 *
 * @throws {UsageError} naming the option that is not known, lacks its value or takes none, and the nearest known one
 */
export function readArguments(args: readonly string[], options: OptionTable): ParsedArguments {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const positionals: string[] = []
  const values = new Map<string, (string | true)[]>()
  let beforeTerminator: number | undefined
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option-terminator') beforeTerminator = positionals.length
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    if (!Object.hasOwn(options, name)) throw new UsageError(unknownOption(rawName, Object.keys(options)))
    if (options[name]!.type === 'boolean') {
      if (value !== undefined) throw new UsageError(`Option ${rawName} takes no value, found '${value}'`)
      values.set(name, [true])
      continue
    }
    if (value === undefined) throw new UsageError(`Option ${rawName} needs a value`)
    if (inlineValue === false && value.length > 1 && value.startsWith('-')) {
      throw new UsageError(
        `Option ${rawName} needs a value, found the option '${value}'; if it is meant, write ${rawName}=${value}`,
      )
    }
    values.set(name, [...(values.get(name) ?? []), value])
  }
  const all = (name: string): string[] => (values.get(name) ?? []).filter((value) => value !== true)
  return {
    positionals,
    beforeTerminator: beforeTerminator ?? positionals.length,
    has: (name) => values.has(name),
    value: (name) => all(name).at(-1),
    values: all,
  }
}

/**
 * Which of some options is given.
 *
 * @throws {UsageError} for two of them
 */
export function oneOf<Name extends string>(args: ParsedArguments, ...names: Name[]): Name | undefined {
  const [first, second] = names.filter((name) => args.has(name))
  if (second !== undefined) throw new UsageError(`Give one of --${first} and --${second}`)
  return first
}

/**
 * The value of an option that takes one of some words.
 *
 * @throws {UsageError} for another word
 */
export function choice<Word extends string>(
  args: ParsedArguments,
  option: string,
  ...words: Word[]
): Word | undefined {
  const written = args.value(option)
  const known = words.find((word) => word === written)
  if (written === undefined || known !== undefined) return known
  const listed = [words.slice(0, -1).join(', '), ...words.slice(-1)]
    .filter((part) => part !== '')
    .join(' or ')
  throw new UsageError(`--${option} is '${written}', expected ${listed}`)
}

function unknownOption(written: string, known: readonly string[]): string {
  const near = nearest(written.replace(/^-+/u, ''), known)
  return `There is no option ${written}${near === undefined ? '' : `; did you mean --${near}?`}`
}

/**
 * The known word with the fewest changes of a letter, if they are few enough for a slip of the finger.
 *
 * @param most how many that is
 */
export function nearest(
  word: string,
  known: Iterable<string>,
  most: number = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  let best: string | undefined
  let least = most + 1
  for (const candidate of known) {
    const distance = editDistance(word, candidate)
    if (distance >= least || distance >= candidate.length) continue
    least = distance
    best = candidate
  }
  return best
}

/** Letters put in, taken out, changed, or in the wrong order with the next (Damerau 1964). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const turned = swapped ? before[j - 2]! + 1 : changed
      next.push(Math.min(changed, turned, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
