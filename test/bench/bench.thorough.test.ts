/**
 * `npm run bench` and `iobert bench`: suites are selected by name, reports are complete, and bench/RESULTS.md
 * covers all of them.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SHARE_HEADER, shareRows } from '#dist/cli/bench-report.js'
import { iobert, model, temporaryFolder } from '../cli/run.ts'
import { rootPath } from '../shared.ts'

/** A suite and a word of each table that it must print. */
const SUITES: Record<string, readonly string[]> = {
  kernels: ['### int8 simd', '### float32'],
  layers: ['### int8 ', '### float32', 'outside linear layers'],
  tokenizer: ['### Tokenizer'],
  forward: ['### shipped, int8', '### shipped, float32', '### plain, float32'],
  batches: ['sentences, int8, texts/s'],
  load: ['### Loading', '| plain | float32 |', '| inline, the kernels named |'],
  decoding: ['| entities: viterbi |'],
  long: ['| 64 '],
  scaling: ['### What sharing costs', '### More threads', '| BERT-base, 128 tokens | 16 |'],
  quality: ['development.txt', 'kept-apart.txt', '| json and logs |', '| passages |', '| word |'],
}

for (const [name, words] of Object.entries(SUITES)) {
  test(`bench ${name} checks its outputs and prints tables of numbers`, () => {
    const done = spawnSync(process.execPath, [rootPath(`build/bench/${name}.js`)], {
      encoding: 'utf8',
      env: { ...process.env, IOBERT_BENCH_QUICK: '1', IOBERT_BENCH_MODEL: model },
    })
    assert.is(done.status, 0, done.stderr)
    const printed = done.stdout.replace(/ +\|/gu, ' |')
    for (const word of words) assert.match(printed, word)
    const rows = printed.split('\n').filter((line) => line.startsWith('| '))
    assert.ok(rows.length >= 3, done.stdout)
    assert.not.match(done.stdout, /NaN|Infinity|undefined/u)
  })
}

test('tools/test/bench.mjs names every suite and refuses others', () => {
  const script = rootPath('tools/test/bench.mjs')
  const help = spawnSync(process.execPath, [script, '--help'], { encoding: 'utf8' })
  assert.is(help.status, 0)
  for (const name of Object.keys(SUITES)) assert.match(help.stdout, name)
  const wrong = spawnSync(process.execPath, [script, 'kernel'], { encoding: 'utf8' })
  assert.is(wrong.status, 2)
  assert.match(wrong.stderr, 'There is no suite kernel')
})

interface Figure {
  name: string
  value: number
  unit: string
}

test('iobert bench --json reports kernels, loading, lengths, threads, precisions and memory; --compare the ratios', async () => {
  const { code, stdout, stderr } = await iobert(['bench', model, '--json', '--seconds', '0.001'])
  assert.is(code, 0, stderr)
  const report = JSON.parse(stdout)
  assert.ok(report.machine.cores > 0)
  const figures: Figure[] = report.figures
  assert.ok(figures.every(({ value }) => value > 0 && Number.isFinite(value)))
  const names = figures.map(({ name, unit }) => `${name} ${unit}`)
  assert.is(new Set(names).size, names.length)
  for (const precision of ['int8', 'float32']) {
    for (const wanted of ['8 pieces ms', '512 pieces ms', '16 pieces, batched texts/s', 'loading ms']) {
      assert.ok(names.includes(`${precision}, 1 thread, ${wanted}`), `${precision} ${wanted} in ${names}`)
    }
    assert.ok(names.includes(`${precision}, linear layer 32 to 64, 128 rows GOP/s`))
  }

  const file = join(temporaryFolder(), 'before.json')
  // Twice as fast before, by every figure.
  const doubled = figures.map((figure) => {
    const rate = figure.unit === 'GOP/s' || figure.unit === 'texts/s'
    return { ...figure, value: rate ? 2 * figure.value : figure.value / 2 }
  })
  writeFileSync(file, JSON.stringify({ ...report, figures: doubled }))
  const compared = await iobert(['bench', model, '--seconds', '0.001', '--compare', file])
  assert.is(compared.code, 0, compared.stderr)
  assert.match(compared.stdout, /^before {3}\S/mu)
  const memory = /int8, 1 thread, kernel memory.*$/mu.exec(compared.stdout)![0]
  assert.match(memory, /0\.50x$/u)
})

test('iobert bench --share prints rows that fit the table of bench/RESULTS.md', async () => {
  const { code, stdout, stderr } = await iobert(['bench', model, '--share', '--seconds', '0.001'])
  assert.is(code, 0, stderr)
  const lines = stdout.trim().split('\n')
  assert.is(lines.length, 4, stdout)
  assert.is(lines[0], SHARE_HEADER)
  const cells = (line: string): string[] => line.split(/(?<!\\)\|/u).map((cell) => cell.trim())
  const text = readFileSync(rootPath('bench/RESULTS.md'), 'utf8')
  const section = text.split(/^## /mu).find((part) => part.startsWith('On other machines'))!
  assert.equal(
    cells(/^\| machine.*$/mu.exec(section)![0]),
    cells(SHARE_HEADER),
    'RESULTS.md has these columns',
  )
  const { version } = JSON.parse(readFileSync(rootPath('package.json'), 'utf8'))
  for (const [index, precision] of ['int8', 'float32'].entries()) {
    const row = cells(lines[2 + index]!)
    assert.is(row.length, cells(SHARE_HEADER).length)
    assert.match(row[2]!, /^Node \d+/u)
    assert.is(row[3], version)
    assert.ok(row[4]!.endsWith(precision), row[4])
    assert.match(row[5]!, /^(?:simd|relaxed)$/u)
    for (const figure of row.slice(6, 11)) assert.ok(Number(figure) > 0, `${figure} in ${lines[2 + index]}`)
  }
  for (const other of ['--json', '--compare']) {
    const both = await iobert(['bench', '--share', other, ...(other === '--json' ? [] : ['x.json'])])
    assert.is(both.code, 2)
    assert.match(both.stderr, '--share')
  }
})

test('shareRows() lets no name of a machine or a model break the table', () => {
  const report = {
    model: 'a|b\n| c',
    machine: { processor: 'X | `Y`', cores: 2, system: 'Linux', runtime: 'Node 24', date: '2026-01-02T03' },
    figures: [{ name: 'int8, 1 thread, 16 pieces', value: 12.345, unit: 'ms' as const }],
  }
  const [header, , row] = shareRows(report).trim().split('\n')
  const count = (line: string): number => line.match(/(?<!\\)\|/gu)!.length
  assert.is(count(row!), count(header!))
  assert.match(row!, '| 12.3 | – | – | – | – | 2026-01-02 |')
})

test('iobert bench tells on stderr what is measured, on a terminal and in a log', async () => {
  const args = ['bench', '--seconds', '0.02', model]
  const inLog = await iobert(args)
  assert.is(inLog.code, 0)
  for (const kind of [
    'int8, linear layers',
    'int8, 1 thread',
    'float32, linear layers',
    'float32, 1 thread',
  ]) {
    assert.match(inLog.stderr, `iobert: measuring ${kind}\n`)
  }
  const shown = await iobert(args, '', {}, { terminals: ['stdout', 'stderr'] })
  assert.match(shown.stderr, /Measuring int8, .*: .* % \d+\/48 figures/u)
  assert.not.match(shown.stderr, 'iobert: measuring')
})

test('bench/RESULTS.md and results/ have a section for everything that is measured', () => {
  const pages = ['RESULTS.md', ...readdirSync(rootPath('bench/results')).map((name) => `results/${name}`)]
  const text = pages.map((name) => readFileSync(rootPath(`bench/${name}`), 'utf8')).join('\n')
  const sections = [...text.matchAll(/^## (.+)$/gmu)].map(([, title]) => title)
  for (const wanted of ['Kernels', 'Layers', 'Forward', 'Batches', 'Threads', 'Load', 'Memory', 'Size']) {
    assert.ok(sections.includes(wanted), `${wanted} in ${sections}`)
  }
})

test.run()
