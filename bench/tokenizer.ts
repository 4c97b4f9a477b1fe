/** Text to pieces: the shipped vocabulary, on sentences and on one long text. */
import { loadTokenizer } from '#dist/node.js'
import { check, digits, measure, report } from './measure.ts'
import { SENTENCES, sentences } from './models.ts'

const tokenizer = await loadTokenizer()
const { source, texts } = sentences(SENTENCES)
const accented = texts.map((text) => text.replace(/e/gu, 'é').replace(/ the /gu, ' 東京 '))
const rows: string[][] = []

for (const [name, inputs] of [
  [source, texts],
  ['the same as one text', [texts.join(' ')]],
  ['with é for e and 東京 for "the"', accented],
] as [string, readonly string[]][]) {
  let pieces = 0
  for (const text of inputs) {
    const { ids, offsets } = tokenizer.encode(text)
    check(
      offsets.slice(1, -1).every(([start, end], i, all) => end > start && start >= (all[i - 1]?.[0] ?? 0)),
      `offsets of ${text}`,
    )
    pieces += ids.length - 2
  }
  const bytes = inputs.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const run = (): void => {
    for (const text of inputs) tokenizer.encode(text)
  }
  const [time] = await measure([{ name, run }], { seconds: 0.5 })
  const { median, min } = time!
  rows.push([
    ...[name, String(inputs.length), digits(bytes / 1000)],
    ...[digits(bytes / median / 1e6), digits(bytes / min / 1e6), digits(inputs.length / median)],
    digits(pieces / median / 1e6),
  ])
}
report('Tokenizer', ['text', 'texts', 'kB', 'MB/s', 'at best', 'texts/s', 'million pieces/s'], rows)
