/** `iobert evaluate`: scores of a CoNLL file, its errors, and the page of them. */
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'
import { rootPath, withShared } from '../shared.ts'
import { iobert, model, temporaryFolder } from './run.ts'

const goldens = rootPath('test/goldens/evaluate/')
const names = readdirSync(goldens).filter((name) => name.endsWith('.conll'))
assert.ok(names.length > 0)

for (const name of names) {
  test(`iobert evaluate --predicted ${name} prints what scikit-learn and conlleval.pl print`, async () => {
    const golden = JSON.parse(readFileSync(goldens + name.replace('.conll', '.json'), 'utf8'))
    const { code, stdout, stderr } = await iobert(['evaluate', '--predicted', goldens + name])
    assert.is(code, 0)
    assert.is(stderr, '')
    assert.ok(stdout.startsWith(golden.classification_report))
    const table = stdout.slice(golden.classification_report.length + 1).split('\n')
    const [added] = table.splice(1, 1)
    assert.match(added!, /^accuracy: [ \d]{3}\.\d\d%; \(non-O\)$/u)
    assert.ok(table.join('\n').startsWith(`${golden['conlleval.pl']}\n`))
  })
}

const sample = 'tok1 O\ntok2 B-PER\ntok3 I-PER\n\n-DOCSTART- O\n\ntok4 B-LOC\ntok5 O\n\ntok6 O\n'

test('iobert evaluate --json predicts sentence by sentence, the words as they stand', async () => {
  const file = join(temporaryFolder(), 'sample.conll')
  writeFileSync(file, sample)
  const { code, stdout, stderr } = await iobert(['evaluate', '-m', model, '--json', file])
  assert.is(code, 0)
  assert.match(stderr, /^iobert: 3 sentences, 6 words in \d+\.\d s: .* words\/s\n$/u)
  const ner = await loadRecognizer(model, { threads: 1 })
  const sentences = [['tok1', 'tok2', 'tok3'], ['tok4', 'tok5'], ['tok6']]
  const found = await ner.recognizeAll(sentences, { pretokenized: true, words: true })
  ner.dispose()
  const gold = ['O', 'B-PER', 'I-PER', 'B-LOC', 'O', 'O']
  const guess = found.flatMap(({ words = [] }) => words.map(({ label }) => label))
  const right = gold.filter((tag, i) => tag === guess[i]).length
  const summary = JSON.parse(stdout)
  assert.is(summary.tokens, 6)
  assert.is(summary.accuracy, (100 * right) / 6)
  assert.equal([summary.types.PER.support, summary.types.LOC.support], [1, 1])
})

test('iobert evaluate --context document reads documents whole', async () => {
  for (const context of [['--context', 'document'], ['--documents']]) {
    const { stderr } = await iobert(['evaluate', '-m', model, ...context, '-'], sample)
    assert.match(stderr, '2 documents, 6 words')
  }
  const sentences = await iobert(['evaluate', '-m', model, '--context', 'sentence', '-'], sample)
  assert.match(sentences.stderr, '3 sentences, 6 words')
})

test('iobert evaluate --context document reads passages, as iobert does, unless it is told otherwise', async () => {
  const words = Array.from({ length: 300 }, (_, i) => `tok${1 + (i % 9)}${i % 7 === 6 ? '.' : ''}`)
  const conll = words.map((word) => `${word} O\n`).join('')
  const figures = async (...split: string[]): Promise<string> => {
    const args = ['evaluate', '-m', model, '--context', 'document', '--json', ...split, '-']
    return (await iobert(args, conll)).stdout
  }
  const usual = await figures()
  assert.is(usual, await figures('--split', 'passages'))
  assert.is.not(usual, await figures('--split', 'none'))
})

test('iobert evaluate --context document --split reads the text that the words make, split', async () => {
  const words = ['tok1', 'tok2.', 'tok3', 'tok4-tok5', 'tok6', 'tok7', 'tok8.', 'tok9']
  const conll = words.map((word) => `${word} O\n`).join('')
  const ner = await loadRecognizer(model, { threads: 1 })
  const text = words.join(' ')
  for (const split of ['sentences', 'none'] as const) {
    const { words: found = [] } = await ner.recognize(text, {
      words: true,
      split: split === 'none' ? false : split,
    })
    const wanted = words.map((word, i) => {
      const start = words.slice(0, i).join(' ').length + (i > 0 ? 1 : 0)
      return found.find((one) => one.start >= start && one.start < start + word.length)!.label
    })
    const args = ['evaluate', '-m', model, '--context', 'document', '--split', split, '--json', '-']
    const { code, stdout } = await iobert(args, conll)
    assert.is(code, 0)
    const right = wanted.filter((label) => label === 'O').length
    assert.is(JSON.parse(stdout).accuracy, (100 * right) / words.length, split)
  }
  ner.dispose()
  for (const [args, message] of [
    [['--split', 'lines'], /--split goes with --context document/],
    [['--context', 'page'], /--context is 'page', expected one of 'sentence', 'document'/],
    [['--context', 'sentence', '--documents'], /Give one of/],
  ] as const) {
    const { code, stderr } = await iobert(['evaluate', '-m', model, ...args, '-'], conll)
    assert.is(code, 2)
    assert.match(stderr, message)
  }
})

test('iobert evaluate --errors and --html tell the wrong phrases', async () => {
  const page = join(temporaryFolder(), 'report.html')
  const { stdout } = await iobert([
    'evaluate',
    '--predicted',
    `${goldens}0.conll`,
    '--errors',
    '--html',
    page,
  ])
  assert.match(stdout, /^ gold .*O.*B-ORG/mu)
  assert.match(stdout, /^(missed|wrong bounds|wrong type|spurious) +line \d+ {2}/mu)
  assert.match(readFileSync(page, 'utf8'), /<svg/u)
})

test('iobert evaluate --html does not write over the file that it reads', async () => {
  const file = join(temporaryFolder(), 'gold.conll')
  writeFileSync(file, sample)
  const link = join(temporaryFolder(), 'link')
  symlinkSync(file, link)
  const { code, stderr } = await iobert(['evaluate', '-m', model, file, '--html', link])
  assert.is(code, 2)
  assert.match(stderr, 'the FILE that is read')
  assert.is(readFileSync(file, 'utf8'), sample)
})

test('iobert evaluate names the file and line that is wrong', async () => {
  const { code, stderr } = await iobert(['evaluate', '--predicted', '-'], 'a O O\nb O\n')
  assert.is(code, 1)
  assert.match(stderr, /^iobert: stdin: line 2 has 2 columns/u)
  assert.is((await iobert(['evaluate', 'no such file'])).code, 1)
})

test('iobert evaluate stops at --max-chars, as in a file that never ends', async () => {
  const file = process.platform === 'win32' ? '-' : '/dev/zero'
  for (const args of [[file], ['-', '--max-chars', '10']]) {
    const { code, stderr } = await iobert(['evaluate', '--predicted', ...args], '\0'.repeat(40_000_000))
    assert.is(code, 1)
    assert.match(stderr, /: the text has more than \d+ characters; cut it, or raise --max-chars\n/u)
  }
})

withShared('data/wikigold.conll', 'evaluation of gold against itself', (path) => {
  test('iobert evaluate --predicted finds gold against itself without fault', async () => {
    const text = readFileSync(path, 'utf8').replace(/^(\S+ )(\S+)$/gmu, '$1$2 $2')
    const { stdout } = await iobert(['evaluate', '--predicted', '--json', '-'], text)
    const { f1, types } = JSON.parse(stdout)
    assert.is(f1, 100)
    assert.is(Object.keys(types).length, 4)
  })
})

test.run()
