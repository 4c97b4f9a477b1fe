import type { OptionTable, ParsedArguments } from './arguments.ts'

/** A command is one file that exports this as `command`; `commands.ts` lists it. */
export interface Command {
  /** What `--help` prints. */
  readonly help: string
  readonly options: OptionTable
  /** @returns the exit code: 0 ok, 1 some input failed */
  run(args: ParsedArguments): Promise<number>
}
