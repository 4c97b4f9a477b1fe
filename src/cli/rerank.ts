/** `iobert rerank`: sorts lines by how well they answer a query. */
import { loadClassifier } from '../node.ts'
import { take } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { fileOrStdin, readSources } from './inputs.ts'
import { withModel } from './loading.ts'
import { inputRows, MAX_CHARS, neededModelRows } from './options.ts'
import { complain, write } from './output.ts'

export const command: Command = defineCommand({
  usage: 'rerank -m M [OPTIONS] QUERY FILE',
  about: [
    `Writes the lines of FILE, a passage each, in the order in which they answer QUERY, the best first, with a
      cross-encoder: a model with one output. FILE - is stdin. Empty lines are left out.`,
  ],
  options: {
    'Output (default: a line a passage: score, tab, passage)': {
      json: {
        type: 'boolean',
        help: 'one array, an object a passage: {"line", "text", "score", "logit"}; line counts from 1',
      },
      top: { type: 'number', integer: true, from: 1, value: 'N', help: 'only the N best' },
    },
    Input: take(inputRows, 'encoding'),
    Model: neededModelRows,
  },
  takes: ['QUERY', 'FILE'],
  after: `Example
  iobert rerank -m cross-encoder/ms-marco-MiniLM-L6-v2 "capital of France" passages.txt
`,
  async run({ options, positionals }) {
    const [query, file] = positionals as [string, string]
    const source = fileOrStdin(file, options.encoding)
    const passages: { line: number; text: string }[] = []
    for await (const { text, error } of readSources([source], MAX_CHARS)) {
      if (text === undefined) {
        complain(error!)
        return 1
      }
      for (const [index, each] of text.split(/\r?\n/u).entries()) {
        if (each.trim() !== '') passages.push({ line: index + 1, text: each })
      }
    }
    const texts = passages.map(({ text }) => text)
    const found = await withModel(
      options,
      (load) => loadClassifier(options.model, load),
      (classifier) => classifier.rerank(query, texts),
    )
    const ranked = found.slice(0, options.top)
    if (options.json) {
      const rows = ranked.map(({ index, text, score, logit }) =>
        JSON.stringify({ line: passages[index]!.line, text, score, logit }),
      )
      await write(`[\n${rows.join(',\n')}\n]\n`, 'json')
    } else for (const { score, text } of ranked) await write(`${score.toPrecision(6)}\t${text}\n`)
    return 0
  },
})
