#!/usr/bin/env node
/** The command line: picks a command, reads its arguments, and turns errors and signals into exit codes. */
import { readArguments } from './arguments.ts'
import { commands } from './commands.ts'
import { UsageError } from './usage-error.ts'

const HELP = { help: { type: 'boolean', short: 'h' } } as const

async function main(args: readonly string[]): Promise<number> {
  const [first = ''] = args
  const entry = commands.get(first)
  const { command } = entry === undefined ? await import('./recognize.ts') : await entry.load()
  const given = readArguments(entry === undefined ? args : args.slice(1), { ...command.options, ...HELP })
  if (!given.has('help')) return command.run(given)
  process.stdout.write(command.help)
  return 0
}

function fail(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`iobert: ${error.message}\nSee iobert --help\n`)
    return 2
  }
  process.stderr.write(`iobert: ${error instanceof Error ? error.message : String(error)}\n`)
  return 1
}

process.on('SIGINT', () => process.exit(130))
void main(process.argv.slice(2))
  .catch(fail)
  .then((code) => {
    process.exitCode = code
  })
