/** The type of a command of the command line. */
import type { OptionTable, ParsedArguments } from './arguments.ts'

/** What only the program's entry knows. */
export interface CommandContext {
  /** The version that package.json states. */
  readVersion(): Promise<string>
}

/** A command is one file that exports this as `command`; `commands.ts` lists it. */
export interface Command {
  /** What `--help` prints. */
  readonly help: string
  readonly options: OptionTable
  /** @returns the exit code: 0 ok, 1 some input failed */
  run(args: ParsedArguments, context: CommandContext): Promise<number>
}
