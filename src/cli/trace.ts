/** `iobert trace`: shows how a model arrives at its labels. */

import { visibleName } from '../markup/visible.ts'
import { loadModel } from '../node.ts'
import { UsageError } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { findSources, readSources } from './inputs.ts'
import { withModel } from './loading.ts'
import { htmlRows, inputRows, jsonRows, modelRows } from './options.ts'
import { complain, write } from './output.ts'
import { type LensLayer, type Share, type TraceReport, traceText } from './trace-report.ts'

const MAX_CHARS = 100_000

export const command: Command = defineCommand({
  usage: 'trace [OPTIONS] TEXT|FILE',
  about: [
    `Shows how a model comes to its labels: the label that its head would give each piece after each layer (layer 0
      is the embeddings), and for each labelled word which words its first piece attends to in the last layer, and how
      much of the label's probability is lost where a word is replaced by [UNK]. Attention tells where a piece looks,
      not what it makes of it; the loss tells what the label rests on. One text, as long as the model's window at
      most; - is stdin.`,
  ],
  options: {
    'Output (default: a table)': {
      html: {
        ...htmlRows.html,
        help: 'one page: pieces, labels and logits by layer, attention of every head. Needs no network',
      },
      json: {
        ...jsonRows.json,
        help: `one object: text, tokens, offsets, wordIds, labels, layers (0 first: logits [T][C], and from 1 on
          attention [A][T][T]), decided`,
      },
    },
    Input: inputRows,
    Model: modelRows,
  },
  after: `Example
  iobert trace --html "Angela Merkel met Tim Cook in Berlin." > page.html
`,
  async run(given) {
    const { model: name, format } = given.options
    const sources = await findSources(given)
    if (sources.length > 1) throw new UsageError(`A trace is of one text, found ${sources.length} arguments`)
    return withModel(
      given.options,
      (load) => loadModel(name, load),
      async (model) => {
        for await (const { text, error } of readSources(sources, MAX_CHARS)) {
          if (text === undefined) {
            complain(error!)
            return 1
          }
          const report = await traceText(model, text)
          if (format === 'html') {
            const { traceHtml } = await import('./trace-html.ts')
            await write(traceHtml(report))
          } else if (format === 'json') await write(`${JSON.stringify(jsonOf(report))}\n`, 'json')
          else await write(table(report))
        }
        return 0
      },
    )
  },
})

function jsonOf({ lens, attentions, heads, ...rest }: TraceReport): object {
  const tokens = rest.tokens.length
  const layers = Array.from({ length: attentions.length + 1 }, (_, l) => ({
    ...(lens[l] ? { logits: split(lens[l].logits, tokens).map((row) => Array.from(row)) } : {}),
    ...(l > 0
      ? {
          attention: split(attentions[l - 1]!, heads).map((map) =>
            split(map, tokens).map((row) => Array.from(row)),
          ),
        }
      : {}),
  }))
  return { ...rest, layers }
}

function split(values: Float32Array, count: number): Float32Array[] {
  const size = values.length / count
  return Array.from({ length: count }, (_, i) => values.subarray(i * size, (i + 1) * size))
}

/** A table with pieces as rows and layers as columns. */
function table(report: TraceReport): string {
  const { lens, decided } = report
  const tokens = report.tokens.map(visibleName)
  const labels = report.labels.map(visibleName)
  if (lens.length === 0)
    return 'The model has no head, so there are no labels; see --html or --json for its attention\n'
  const answer = (layer: LensLayer, t: number): string => labels[layer.best[t]!]!
  const width = Math.max(...labels.map(({ length }) => length))
  const piece = Math.max(5, ...tokens.map(({ length }) => length))
  const head = ['piece'.padEnd(piece), ...lens.map((_, l) => String(l).padEnd(width)), 'score'].join('  ')
  const rows = tokens.map((token, t) => {
    const last = lens.at(-1)!
    const score = last.probabilities[t * labels.length + last.best[t]!]!
    const cells = lens.map((layer) => answer(layer, t).padEnd(width))
    return [token.padEnd(piece), ...cells, score.toFixed(3)].join('  ')
  })
  const list = (shares: readonly Share[]): string =>
    shares.map(({ text, share }) => `${visibleName(text)} ${share.toFixed(3)}`).join(', ')
  const reasons = decided.map(
    ({ text, label, attends, rests }) =>
      `\n${visibleName(text)} ${visibleName(label)}\n  attends to  ${list(attends)}\n  rests on    ${rests ? list(rests) : 'not tried: the text has too many words'}\n`,
  )
  return `${head}\n${rows.join('\n')}\n${reasons.join('')}`
}
