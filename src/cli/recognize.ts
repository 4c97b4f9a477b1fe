/** `iobert TEXT`: what runs where no command is named. */
import { type ParsedArguments, switches, valued } from './arguments.ts'
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
    ...switches('conll', 'html', 'redact', 'words', 'version'),
    ...valued('output', 'placeholder'),
  },
  run,
}
