/** Parses the command line by a table of options and checks each value by its row. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { didYouMean } from '../check/nearest.ts'
import type { OptionRow, OptionTable, ValueOf } from '../check/option-rows.ts'
import { checkValue, wantedOf, wrongWord } from '../check/options.ts'

/** Wrong usage of the command line: reported without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The options that others in the table are short for, with their values. */
type Meant<T> = {
  [Name in keyof T]: T[Name] extends { readonly means: readonly [infer Option, infer Value] }
    ? readonly [Option, Value]
    : never
}[keyof T]

type MeantValue<T, Name> = Extract<Meant<T>, readonly [Name, unknown]>[1]

/** The values of a table's options; those not given are undefined. */
export type ValuesOf<T> = {
  readonly [Name in keyof T as T[Name] extends { readonly required: string } ? Name : never]: ValueOf<T[Name]>
} & {
  readonly [Name in keyof T | (Meant<T>[0] & string) as Name extends keyof T
    ? T[Name] extends { readonly required: string }
      ? never
      : Name
    : Name]?: (Name extends keyof T ? ValueOf<T[Name]> : never) | MeantValue<T, Name>
}

/** What was written on the command line. */
export interface Given<T> {
  /** By their names in the library: `maxLength`. */
  readonly options: ValuesOf<T>
  /** Texts, files, folders, in order. */
  readonly positionals: readonly string[]
  /** How many of them come before `--`; all if there is none. */
  readonly beforeTerminator: number
}

/** `--max-length` of `maxLength` */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`
}

/** Some rows of a table. */
export function take<T extends object, Name extends keyof T>(table: T, ...names: Name[]): Pick<T, Name> {
  return Object.fromEntries(names.map((name) => [name, table[name]])) as Pick<T, Name>
}

/** Those of the given values that a table has rows for, under the library's names. */
export function valuesFor<Value extends object, T extends object>(
  values: Value,
  table: T,
): Pick<Value, Extract<keyof Value, keyof T>> {
  const entries = Object.entries(values).filter(([name]) => Object.hasOwn(table, name))
  return Object.fromEntries(entries) as Pick<Value, Extract<keyof Value, keyof T>>
}

/** An option as written on the command line. */
interface Written {
  readonly name: string
  /** Its value; '' for a switch. */
  readonly text: string
}

/**
 * Parses arguments by a table of options.
 *
 * @param command the command's name, for messages
 * @throws {UsageError} naming an option that is unknown, lacks its value, takes none, is given twice,
 *   excludes another, or needs one that is not given
 * @throws {OptionError} for a value that its option does not take
 */
export function readArguments<const T extends OptionTable>(
  args: readonly string[],
  rows: T,
  command: string = 'iobert',
): Given<T> {
  const { written, ...rest } = readTokens(args, rows)
  const values: Record<string, unknown> = {}
  const seen = new Set<string>()
  /** How the value of an option was written, for options that others are short for. */
  const sayings = new Map<string, string>()
  for (const { name, text } of written) {
    const row = rows[name]!
    const flag = flagOf(name)
    const value = row.type === 'boolean' ? true : readValue(row, text, name)
    if (row.type === 'strings') {
      values[name] = [...((values[name] ?? []) as string[]), ...(value as string[])]
      continue
    }
    if (seen.has(name)) throw new UsageError(`${flag} is given twice`)
    seen.add(name)
    const [option, meant] = row.means ?? [name, value]
    const said = row.means === undefined && row.type === 'word' ? `${flag} ${text}` : flag
    const other = sayings.get(option)
    if (other !== undefined && values[option] !== meant)
      throw new UsageError(`Give one of ${other} and ${said}`)
    sayings.set(option, said)
    values[option] = meant
    if (row.type !== 'boolean') values[name] = value
  }
  const isHelp = Object.hasOwn(values, 'help') || Object.hasOwn(values, 'version')
  if (!isHelp) checkNeeds(written, rows, values, command)
  return { options: values as ValuesOf<T>, ...rest }
}

function readTokens(
  args: readonly string[],
  rows: OptionTable,
): Omit<Given<OptionTable>, 'options'> & { written: readonly Written[] } {
  const names = new Map(Object.keys(rows).map((name) => [flagOf(name).slice(2), name]))
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Array.from(names, ([flag, name]) => {
      const { type, short } = rows[name]!
      return [flag, { type: type === 'boolean' ? type : 'string', ...(short === undefined ? {} : { short }) }]
    }),
  )
  const config = { args: [...args], options, strict: false, allowPositionals: true, tokens: true } as const
  const positionals: string[] = []
  const written: Written[] = []
  let beforeTerminator: number | undefined
  for (const token of parseArgs(config).tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option-terminator') beforeTerminator = positionals.length
    if (token.kind !== 'option') continue
    const { rawName: flag, value, inlineValue } = token
    const name = names.get(token.name)
    if (name === undefined) throw new UsageError(unknownOption(flag, rows))
    if (rows[name]!.type === 'boolean') {
      if (value !== undefined) throw new UsageError(`Option ${flag} takes no value, found '${value}'`)
    } else if (value === undefined) throw new UsageError(`Option ${flag} needs a value`)
    else if (inlineValue === false && value.length > 1 && value.startsWith('-')) {
      throw new UsageError(
        `Option ${flag} needs a value, found the option '${value}'; if it is meant, write ${flag}=${value}`,
      )
    }
    written.push({ name, text: value ?? '' })
  }
  return { positionals, beforeTerminator: beforeTerminator ?? positionals.length, written }
}

/** A single letter resembles every other, so only for a word the error suggests another. */
function unknownOption(flag: string, rows: OptionTable): string {
  const near = flag.startsWith('--') ? didYouMean(flag, Object.keys(rows).map(flagOf)) : ''
  return `There is no option ${flag}${near}`
}

/** The words that an option takes on the command line, such as `none` for false. */
export function wordsOf({ words, orFalse }: OptionRow): Readonly<Record<string, string>> {
  return { ...words, ...(orFalse ? { [orFalse]: '' } : {}) }
}

/** `--csv or --tsv`, `--placeholder numbered` */
export function needsOf(needs: readonly string[]): string {
  return needs.map((need) => need.replace(/^\S+/u, flagOf)).join(' or ')
}

/** A written value as the library takes it. */
function readValue(row: OptionRow, text: string, name: string): unknown {
  switch (row.type) {
    case 'number': {
      if (text === row.orWord) return text
      if (!/^-?\d+(\.\d+)?$/u.test(text)) {
        throw new UsageError(`${flagOf(name)} is '${text}', expected ${wantedOf(row)}`)
      }
      checkValue(row, Number(text), name)
      return Number(text)
    }
    case 'word': {
      const words = wordsOf(row)
      const known = Object.keys(words)
      const word =
        known.find((one) => one === text) ?? known.find((one) => one.toLowerCase() === text.toLowerCase())
      if (word === undefined) throw wrongWord({ type: 'word', words }, text, name)
      return word === row.orFalse ? false : word
    }
    case 'strings': {
      if (row.whole === true) return [text]
      const list = text.split(',').map((one) => one.trim())
      if (!list.includes('')) return list
      throw new UsageError(`${flagOf(name)} is '${text}', expected names with commas between them`)
    }
    default:
      return text
  }
}

/**
 * @throws {UsageError} for a required option that is missing, or an option without the one it needs
 */
function checkNeeds(
  written: readonly Written[],
  rows: OptionTable,
  values: Readonly<Record<string, unknown>>,
  command: string,
): void {
  for (const [name, { required, value }] of Object.entries(rows)) {
    if (required === undefined || Object.hasOwn(values, name)) continue
    throw new UsageError(`${command} takes ${flagOf(name)} ${value}: ${required}`)
  }
  for (const { name } of written) {
    const { needs } = rows[name]!
    const isThere = (need: string): boolean => {
      const [other, value] = need.split(' ')
      return value === undefined ? written.some((one) => one.name === other) : values[other!] === value
    }
    if (needs === undefined || needs.some(isThere)) continue
    throw new UsageError(`${flagOf(name)} goes with ${needsOf(needs)}`)
  }
}
