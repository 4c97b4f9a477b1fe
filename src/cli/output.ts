/**
 * Writes to stdout and stderr such that no text can control the terminal and output never piles up in memory.
 */
import { once } from 'node:events'
import { escapeControls, visible } from '../markup/visible.ts'

/** How an output is made safe for a terminal: as text, as JSON, or already by its maker. */
export type Kind = 'text' | 'json' | 'styled'

const safe: Readonly<Record<Kind, (text: string) => string>> = {
  text: visible,
  json: escapeControls,
  styled: (text) => text,
}

/** Writes to stdout and waits while its reader lags, so that nothing piles up in memory. */
export async function write(text: string, kind: Kind = 'text'): Promise<void> {
  const shown = process.stdout.isTTY ? safe[kind](text) : text
  if (shown !== '' && !process.stdout.write(shown)) await once(process.stdout, 'drain')
}

/** Writes a line to stderr, prefixed by the program's name. */
export function complain(message: string): void {
  process.stderr.write(`iobert: ${visible(message)}\n`)
}

/**
 * Whether to colour what goes to stdout: FORCE_COLOR (0 and false switch it off) wins over NO_COLOR, which wins over
 * whether it is a terminal, as in Node.
 */
export function wantsColor(): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  return process.stdout.isTTY === true && TERM !== 'dumb'
}
