import type { Command } from './command.ts'

/** A command's line in `iobert --help`, and its file, which is read only when it is chosen. */
export interface CommandEntry {
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

export const commands: ReadonlyMap<string, CommandEntry> = new Map([
  ['quantize', { summary: 'write a model as int8', load: () => import('./quantize.ts') }],
])
