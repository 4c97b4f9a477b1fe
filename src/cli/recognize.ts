/** `iobert TEXT`: what runs where no command is named. */
import type { ParsedArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { recognizeHelp } from './help.ts'
import { redactingOf } from './read-texts.ts'
import { recognizeTable, runRecognize } from './recognize-texts.ts'

async function run(args: ParsedArguments): Promise<number> {
  return runRecognize(args, redactingOf(args))
}

export const command: Command = {
  help: recognizeHelp,
  options: {
    ...recognizeTable,
    conll: { type: 'boolean' },
    html: { type: 'boolean' },
    output: { type: 'string' },
    redact: { type: 'boolean' },
    placeholder: { type: 'string' },
    words: { type: 'boolean' },
    version: { type: 'boolean' },
  },
  run,
}
