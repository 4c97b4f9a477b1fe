/** The interface of a command: a table of options, the help page made from it, and what the command does. */
import type { OptionTable } from '../check/option-rows.ts'
import { type Given, readArguments, UsageError } from './arguments.ts'
import { type Groups, helpPage, type Page } from './help.ts'
import { write } from './output.ts'
import { withProgress } from './progress.ts'

/** What only the program's entry can provide. */
export interface CommandContext {
  /** The version that package.json states. */
  readVersion(): Promise<string>
}

/** A command is one file that exports this as `command`; `commands.ts` lists it. */
export interface Command {
  readonly options: OptionTable
  /** What `--help` prints. */
  readonly help: string
  /**
   * @returns the exit code: 0 ok, 1 some input failed
   * @throws {UsageError} {RangeError} for wrong usage
   */
  run(args: readonly string[], context: CommandContext): Promise<number>
}

/** The tables of all groups merged into one. */
type Merged<G extends Groups> = {
  readonly [Name in { [Group in keyof G]: keyof G[Group] }[keyof G] & string]: {
    [Group in keyof G]: Name extends keyof G[Group] ? G[Group][Name] : never
  }[keyof G]
}

interface Definition<G extends Groups> extends Page {
  readonly options: G
  /**
   * The names of its arguments if they are not texts: `['IN', 'OUT']`, or `['[MODEL]']` for an optional one.
   */
  readonly takes?: readonly string[]
  run(given: Given<Merged<G>>, context: CommandContext): Promise<number>
}

const common = { help: { type: 'boolean', short: 'h', help: 'this page' } } as const

/** Makes a command from its definition. */
export function defineCommand<const G extends Groups>(definition: Definition<G>): Command {
  const { usage, takes, run } = definition
  const groups: Groups = { ...definition.options, Other: { ...definition.options['Other'], ...common } }
  const options: OptionTable = Object.assign({}, ...Object.values(groups))
  const name = usage.split(' ')[0]!
  const help = helpPage(definition, groups)
  return {
    options,
    help,
    async run(args, context) {
      const given = readArguments(args, options, name)
      if ('help' in given.options) {
        await write(help)
        return 0
      }
      checkCount(takes, given.positionals, name)
      return withProgress('progress' in given.options, () =>
        run(given as unknown as Given<Merged<G>>, context),
      )
    },
  }
}

function checkCount(
  takes: readonly string[] | undefined,
  { length }: readonly string[],
  command: string,
): void {
  if (takes === undefined) return
  const least = takes.filter((one) => !one.startsWith('[')).length
  if (length >= least && length <= takes.length) return
  throw new UsageError(`${command} takes ${takes.join(' and ') || 'no arguments'}, found ${length}`)
}
