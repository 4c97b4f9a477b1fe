/** The command line as a function: picks a command, runs it, and turns usage errors into exit codes. */
import { OptionError } from '../check/options.ts'
import { flagOf, UsageError } from './arguments.ts'
import { commands } from './commands.ts'
import { missingCommand } from './missing-name.ts'
import { complain } from './output.ts'

/**
 * Runs `iobert` with arguments.
 *
 * @returns the exit code
 * @throws whatever a command throws, except wrong usage, which is reported; `fail` reports the rest
 */
export async function main(args: readonly string[]): Promise<number> {
  const [first = '', ...rest] = args
  if (first === 'help') return main([...rest, '--help'])
  const entry = commands.get(first)
  const { command } = entry === undefined ? await import('./recognize.ts') : await entry.load()
  try {
    if (entry !== undefined) return await command.run(rest, { readVersion })
    if (!args.some((argument) => argument === '-t' || argument === '--text')) {
      const missing = await missingCommand(first, commands.keys())
      if (missing !== undefined) throw new UsageError(missing)
    }
    return await command.run(args, { readVersion })
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof OptionError)) throw error
    const message = error instanceof OptionError ? error.spelled(flagOf) : error.message
    complain(`${message}\nSee iobert ${entry === undefined ? '' : `${first} `}--help`)
    return 2
  }
}

async function readVersion(): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Reports the error that ended the program. @returns the exit code */
export function fail(error: unknown): number {
  complain(error instanceof Error ? error.message : String(error))
  return 1
}
