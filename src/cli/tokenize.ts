/** `iobert tokenize`: shows the pieces that a model reads. */
import { visibleName } from '../markup/visible.ts'
import { type Encoding, loadTokenizer } from '../node.ts'
import { type Answering, answerTexts, plainLines } from './answers.ts'
import { take, valuesFor } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { findSources } from './inputs.ts'
import { inputRows, loadingRows, modelRows } from './options.ts'

export const command: Command = defineCommand({
  usage: 'tokenize [OPTIONS] TEXT|FILE...',
  about: [
    `Shows the pieces that a model reads: number, piece, id, the word it belongs to, and where it stands in the text
      (UTF-16 units, end exclusive). No weights are read. Arguments are texts or files, as in iobert --help; - is
      stdin.`,
  ],
  options: {
    Options: {
      json: { type: 'boolean', help: 'a line of JSON a text: ids, tokens, offsets, wordIds' },
      ...inputRows,
      ...take(modelRows, 'model', 'offline'),
    },
  },
  after: `Example
  iobert tokenize "Angela Merkel"
`,
  async run(given) {
    const sources = await findSources(given)
    const { options } = given
    const tokenizer = await loadTokenizer(options.model, valuesFor(options, loadingRows))
    const shape: Answering<Encoding>['shape'] = options.json
      ? { ...plainLines((encoding) => `${JSON.stringify(fieldsOf(encoding))}\n`), kind: 'json' }
      : plainLines(tableOf, '\n')
    return answerTexts(sources, {
      format: undefined,
      answer: async (texts) => texts.map(({ text }) => tokenizer.encode(text)),
      fields: fieldsOf,
      shape,
    })
  },
})

function fieldsOf({ ids, tokens, offsets, wordIds }: Encoding): object {
  return { ids, tokens, offsets, wordIds }
}

/** One line for each piece. */
function tableOf({ ids, tokens, offsets, wordIds }: Encoding): string {
  const shown = tokens.map(visibleName)
  const widest = shown.reduce((width, token) => Math.max(width, token.length), 0)
  const lines = shown.map((token, t) => {
    const [start, end] = offsets[t]!
    const word = String(wordIds[t] ?? '-').padStart(5)
    return `${String(t).padStart(4)}  ${token.padEnd(widest)} ${String(ids[t]).padStart(6)} ${word}  ${start}-${end}\n`
  })
  return lines.join('')
}
