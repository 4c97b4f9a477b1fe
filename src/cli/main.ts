#!/usr/bin/env node
/** The command line: picks a command, reads its arguments, and turns errors and signals into exit codes. */
import { readArguments, UsageError } from './arguments.ts'
import { commands } from './commands.ts'
import { missingCommand } from './missing-name.ts'
import { complain } from './output.ts'

const HELP = { help: { type: 'boolean', short: 'h' } } as const

async function main(args: readonly string[]): Promise<number> {
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

function fail(error: unknown): number {
  complain(error instanceof Error ? error.message : String(error))
  return 1
}

/** What is unfinished is removed by exit handlers; what was written ends with a whole line. */
function stopOnSignals(): void {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
      process.exit(code)
    })
  }
  // A reader that has enough, as head, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    process.exit(fail(error))
  })
  process.stderr.on('error', () => {})
}

stopOnSignals()
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  // An open stdin would keep the process waiting.
  (error: unknown) => process.exit(fail(error)),
)
