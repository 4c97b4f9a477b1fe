import { loadRecognizer } from '../node.ts'
import type { ParsedArguments } from './arguments.ts'
import type { Command } from './command.ts'

async function run(args: ParsedArguments): Promise<number> {
  const ner = await loadRecognizer(args.value('model'))
  for (const text of args.positionals) {
    const { entities } = await ner.recognize(text)
    let at = 0
    let out = ''
    for (const { type, start, end } of entities) {
      out += `${text.slice(at, start)}[${text.slice(start, end)} ${type}]`
      at = end
    }
    process.stdout.write(`${out}${text.slice(at)}\n`)
  }
  ner.dispose()
  return 0
}

export const command: Command = { help: '', options: { model: { type: 'string', short: 'm' } }, run }
