import { once } from 'node:events'

/** Writes to stdout and waits while its reader is behind, so that nothing piles up here. */
export async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** A line on stderr, under the program's name. */
export function complain(message: string): void {
  process.stderr.write(`iobert: ${message}\n`)
}

/**
 * Whether to colour what goes to stdout: FORCE_COLOR (0 and false switch it off) wins over NO_COLOR, which wins over
 * whether it is a terminal, as in Node.
 */
export function wantsColor(environment: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = environment
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  return process.stdout.isTTY === true && TERM !== 'dumb'
}
