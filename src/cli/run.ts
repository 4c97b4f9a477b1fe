/** The command line as a function: picks a command, reads its arguments, and turns what is wrong with them into an exit code. */
import { readArguments, UsageError } from './arguments.ts'
import { commands } from './commands.ts'
import { missingCommand } from './missing-name.ts'
import { complain } from './output.ts'

const HELP = { help: { type: 'boolean', short: 'h' } } as const

/**
 * Runs `iobert` with arguments.
 *
 * @returns the exit code
 * @throws what a command throws but for wrong usage, which is told; `fail` tells it
 */
export async function main(args: readonly string[]): Promise<number> {
  const [first = '', ...rest] = args
  if (first === 'help') return main([...rest, '--help'])
  const entry = commands.get(first)
  const { command } = entry === undefined ? await import('./recognize.ts') : await entry.load()
  const name = entry === undefined ? '' : `${first} `
  try {
    if (entry === undefined && !args.some((argument) => argument === '-t' || argument === '--text')) {
      const missing = await missingCommand(first, commands.keys())
      if (missing !== undefined) throw new UsageError(missing)
    }
    const given = readArguments(entry === undefined ? args : rest, { ...command.options, ...HELP })
    if (given.has('help')) process.stdout.write(command.help)
    else if (given.has('version')) process.stdout.write(`${await readVersion()}\n`)
    else return await command.run(given, { readVersion })
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    complain(`${error.message}\nSee iobert ${name}--help`)
    return 2
  }
}

async function readVersion(): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Tells what ended the program. @returns the exit code */
export function fail(error: unknown): number {
  complain(error instanceof Error ? error.message : String(error))
  return 1
}
