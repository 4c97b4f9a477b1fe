/**
 * examples/one-page.ts, the model in plain TypeScript: it computes what the engine computes, and its page
 * shows all of it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'
import { cutWord, findEntities, forward, splitWords } from '../../examples/one-page.ts'
import { rootPath } from '../shared.ts'
import { times } from '../thorough.ts'
import { findBlocks, readPage, readRegion } from './blocks.ts'

const FILE = 'examples/one-page.ts'
const SENTENCE = "Angela Merkel met Tim Cook at Apple's office in Berlin."
const TEXTS = [
  SENTENCE,
  'Zoë flew to Reykjavík, via Ōsaka (大阪).',
  'U.N. official Ekeus heads for Baghdad.',
  'Die Siemens AG aus München — so Reuters — kauft nichts; tim@apple.com schweigt.',
  `A word of ${'x'.repeat(120)} characters in Paris\tand\u00ad an emoji 🧑‍🚀 of NASA.`,
]

/** Both round sums to float32, but not the same sums: the largest difference found is 6e-6, logits being about 10. */
const TOLERANCE = 2e-5

const tokenize = (text: string): number[] => [
  101,
  ...splitWords(text).flatMap(({ text }) => cutWord(text)),
  102,
]

interface Row {
  readonly type: string
  readonly text: string
  readonly start: number
  readonly end: number
  readonly score: number
}

/** What `console.table` prints of entities. */
function readTable(printed: string): Row[] {
  const rows = printed.matchAll(/│ \d+ +│ '(\w+)' +│ '([^']+)' +│ (\d+) +│ (\d+) +│ ([\d.]+) +│/g)
  return Array.from(rows, ([, type, text, start, end, score]) => ({
    type,
    text,
    start: Number(start),
    end: Number(end),
    score: Number(score),
  }))
}

/** The same entities, with scores that differ by less than `within`. */
function assertSame(found: readonly Row[], wanted: readonly Row[], within: number, text: string): void {
  const withoutScore = (rows: readonly Row[]): Row[] => rows.map((row) => ({ ...row, score: 0 }))
  assert.equal(withoutScore(found), withoutScore(wanted), text)
  for (const [index, { score }] of found.entries())
    assert.ok(Math.abs(score - wanted[index].score) < within, `${text}: ${score}, ${wanted[index].score}`)
}

/** The program as Node 20 runs it, and as it stands where Node takes the types away by itself. */
const programs = ['build/examples/one-page.js', ...('typescript' in process.features ? [FILE] : [])]
if (programs.length === 1)
  console.log(`skipped: node ${FILE}: Node ${process.versions.node} runs no TypeScript`)

for (const program of programs) {
  test(`node ${program} prints the table of the README`, () => {
    const printed = execFileSync(process.execPath, [program], { cwd: rootPath('.'), encoding: 'utf8' })
    const readme = readPage('README.md').split('<!-- computed: readme-entities -->')[1].split('```')[1]
    const wanted = readTable(readme)
    assert.is(wanted.length, 4)
    // The README's scores are of precision int8.
    assertSame(readTable(printed), wanted, 0.002, SENTENCE)
  })
}

test('its pieces are those of the tokenizers library', () => {
  const lines = readFileSync(rootPath('test/goldens/tokenizer-cased.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  const goldens = lines.map((line) => JSON.parse(line) as { text: string; ids: number[] })
  // The page takes special tokens that stand in a text for text.
  const plain = goldens.filter(({ text }) => !/\[(?:CLS|SEP|MASK|PAD|UNK)\]/.test(text))
  assert.ok(plain.length > 400, `${plain.length} texts`)
  for (const { text, ids } of plain) assert.equal(tokenize(text), ids, text)
})

test("its logits and entities are those of the engine's float32", async () => {
  const ner = await loadRecognizer(undefined, {
    inline: true,
    threads: 1,
    precision: 'float32',
    kernels: 'simd',
  })
  try {
    for (const text of TEXTS.slice(0, times(1, TEXTS.length))) {
      const ids = tokenize(text)
      const { logits } = await ner.model.forward([ids])
      const own = forward(ids).flatMap((row) => Array.from(row))
      assert.is(own.length, logits[0].length)
      const differences = own.map((value, i) => Math.abs(value - logits[0][i]))
      assert.ok(Math.max(...differences) < TOLERANCE, `${text}: ${Math.max(...differences)}`)
      const { entities } = await ner.recognize(text, { decode: 'argmax', split: false })
      assert.ok(entities.length > 0, text)
      // Names are found in a text without emoji, which the page leaves in (src/entities/symbols.ts).
      assertSame(findEntities(text.replace(/🧑‍🚀/u, '     ')), entities, 1e-5, text)
    }
  } finally {
    ner.dispose()
  }
})

test('docs/one-page.md shows all of it, in order', () => {
  const source = readFileSync(rootPath(FILE), 'utf8')
  const shown = findBlocks(readPage('docs/one-page.md')).filter(({ name }) => name.startsWith(`${FILE}#`))
  const regions = Array.from(source.matchAll(/^\/\/ #region (\S+)$/gm), ([, name]) => `${FILE}#${name}`)
  assert.equal(
    shown.map(({ name }) => name),
    regions,
  )
  const [, code] = source.split("import { readFileSync } from 'node:fs'\n\n")
  const marked = regions.map((name) => `// #region ${name.split('#')[1]}\n${readRegion(name)}// #endregion\n`)
  assert.is(code, marked.join('\n'))
})

test('it imports nothing but node:fs', () => {
  const imports = Array.from(readFileSync(rootPath(FILE), 'utf8').matchAll(/\bimport\b.*/g), ([line]) => line)
  assert.equal(
    imports.filter((line) => !line.startsWith('import.meta')),
    ["import { readFileSync } from 'node:fs'"],
  )
})

test.run()
