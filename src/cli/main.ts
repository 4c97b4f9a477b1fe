#!/usr/bin/env node
/** The program `iobert`: runs a command, and turns errors and signals into exit codes. */
import { fail, main } from './run.ts'

/** Exit handlers remove what is unfinished; the output ends with a complete line. */
function stopOnSignals(): void {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
      process.exit(code)
    })
  }
  // A reader that closes the pipe early, like head, is not an error.
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
  // An open stdin would keep the process alive.
  (error: unknown) => process.exit(fail(error)),
)
