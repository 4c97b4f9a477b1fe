/**
 * Text to pieces: the shipped vocabulary, on sentences and on one long text; and the cost of reading a large
 * vocabulary.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadTokenizer } from '#dist/node.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { rootPath } from '../test/shared.ts'
import { goldenTokenizer, tokenizerFiles } from '../test/text/golden-tokenizer.ts'
import { largeTokenizerJson } from '../test/text/large-tokenizer.ts'
import { check, digits, measure, median, milliseconds, quick, report } from './measure.ts'
import { SENTENCES, sentences } from './models.ts'

const shipped = await loadTokenizer()
const { source, texts } = sentences(SENTENCES)
const accented = texts.map((text) => text.replace(/e/gu, 'é').replace(/ the /gu, ' 東京 '))
const rows: string[][] = []

const xlmRoberta = await readTokenizer(tokenizerFiles(goldenTokenizer('xlm-roberta')))
for (const [name, inputs, tokenizer] of [
  [source, texts, shipped],
  ['the same as one text', [texts.join(' ')], shipped],
  ['with é for e and 東京 for "the"', accented, shipped],
  ["U+FDFA, which XLM-R's normaliser makes 18 characters of", ['ﷺ'.repeat(10_000)], xlmRoberta],
] as [string, readonly string[], Tokenizer][]) {
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

/** Reads, each in a process of its own. */
const READS = quick ? 1 : 7
const folder = mkdtempSync(join(tmpdir(), 'iobert-tokenizer-'))
try {
  writeFileSync(join(folder, 'tokenizer.json'), largeTokenizerJson())
  const reads = Array.from({ length: READS + 1 }, () => {
    const child = rootPath('build/test/text/tokenizer-child.js')
    const done = spawnSync(process.execPath, [child, folder], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`Reading the tokenizer failed:\n${done.stderr}`)
    return JSON.parse(done.stdout) as Record<'reading' | 'parsing' | 'grown' | 'pieces', number>
  }).slice(1)
  const times = reads.map(({ reading }) => reading / 1000)
  const parsing = median(reads.map((read) => read.parsing))
  const grown = median(reads.map((read) => read.grown))
  report(
    "Reading a tokenizer.json of the size of XLM-R's, in a process of its own",
    ['pieces', 'processor time, ms', 'at best', 'JSON.parse of the file, ms', 'memory, MB'],
    [
      [
        ...[String(reads[0]!.pieces), milliseconds(median(times)), milliseconds(Math.min(...times))],
        ...[digits(parsing), (grown / 1e6).toFixed(1)],
      ],
    ],
  )
} finally {
  rmSync(folder, { recursive: true })
}
