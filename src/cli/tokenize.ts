/** `iobert tokenize`: shows the pieces that a model reads. */
import { visibleName } from '../markup/visible.ts'
import { loadTokenizer } from '../node.ts'
import { type ParsedArguments, switches } from './arguments.ts'
import type { Command } from './command.ts'
import { findSources, inputOptionTable, MAX_CHARS, readInputs } from './inputs.ts'
import { complain, write } from './output.ts'

const help = `Usage: iobert tokenize [OPTIONS] TEXT|FILE...

Shows the pieces that a model reads: number, piece, id, the word it belongs to, and where it stands in the text (UTF-16
units, end exclusive). No weights are read. Arguments are texts or files, as in iobert --help; - is stdin.

Options
      --json       a line of JSON a text: ids, tokens, offsets, wordIds
  -m, --model M    a folder, a Hub id, or a URL that ends in /; default: the model that ships
  -t, --text       every argument is a text
  -f, --file       every argument is a file
      --offline    no network: only what is in the Hub's cache
  -h, --help       this page

Example
  iobert tokenize "Angela Merkel"
`

async function run(args: ParsedArguments): Promise<number> {
  const sources = await findSources(args)
  const tokenizer = await loadTokenizer(args.value('model'), args.has('offline') ? { offline: true } : {})
  let failed = false
  let index = 0
  for await (const { text, error } of readInputs(sources, MAX_CHARS)) {
    if (text === undefined) {
      failed = true
      complain(error!)
      continue
    }
    const { ids, tokens, offsets, wordIds } = tokenizer.encode(text)
    if (args.has('json')) {
      await write(`${JSON.stringify({ ids, tokens, offsets, wordIds })}\n`, 'json')
      continue
    }
    const shown = tokens.map(visibleName)
    const widest = shown.reduce((width, token) => Math.max(width, token.length), 0)
    const lines = shown.map((token, t) => {
      const [start, end] = offsets[t]!
      const word = String(wordIds[t] ?? '-').padStart(5)
      return `${String(t).padStart(4)}  ${token.padEnd(widest)} ${String(ids[t]).padStart(6)} ${word}  ${start}-${end}\n`
    })
    await write((index++ > 0 ? '\n' : '') + lines.join(''))
  }
  return failed ? 1 : 0
}

export const command: Command = {
  help,
  options: {
    model: { type: 'string', short: 'm' },
    ...switches('json', 'offline'),
    ...inputOptionTable,
  },
  run,
}
