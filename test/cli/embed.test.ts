/** `iobert embed`: a vector for each text. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type EmbedOptions, loadModel } from '#dist/node.js'
import { iobert, model, temporaryFolder } from './run.ts'

async function vectorsOf(texts: string[], options: EmbedOptions = {}): Promise<number[][]> {
  const loaded = await loadModel(model, { threads: 1 })
  try {
    return (await loaded.embed(texts, options)).map((vector) => Array.from(vector))
  } finally {
    loaded.dispose()
  }
}

/** Decimals back to the float32 numbers they were written of. */
const floats = (numbers: number[]): number[] => numbers.map(Math.fround)

test('iobert embed writes a line of numbers a text, the same float32 as the library', async () => {
  const { code, stdout } = await iobert(['embed', '-m', model, 'a b', 'c'])
  assert.is(code, 0)
  const lines = stdout.trimEnd().split('\n')
  assert.equal(
    lines.map((line) => floats(line.split(' ').map(Number))),
    await vectorsOf(['a b', 'c']),
  )
})

test('iobert embed --json writes one array, with the name of a file', async () => {
  const file = join(temporaryFolder(), 'text.txt')
  writeFileSync(file, 'a b')
  const { code, stdout } = await iobert([
    ...['embed', '-m', model, '--json', '--pooling', 'max', '--normalize', '--layer=-2', file, 'c'],
  ])
  assert.is(code, 0)
  const answers = JSON.parse(stdout) as { file?: string; embedding: number[] }[]
  assert.equal(
    answers.map((answer) => answer.file),
    [file, undefined],
  )
  const wanted = await vectorsOf(['a b', 'c'], { pooling: 'max', normalize: true, layer: -2 })
  assert.equal(
    answers.map(({ embedding }) => floats(embedding)),
    wanted,
  )
})

test('iobert embed --jsonl answers each line in order, and goes on after a bad one', async () => {
  const lines = ['"a b"', '{"id": 7, "text": "c"}', '{"id": "x"}', 'nothing', '{"text": ""}']
  const { code, stdout } = await iobert(['embed', '-m', model, '--jsonl'], lines.join('\n'))
  assert.is(code, 1)
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id?: unknown; embedding?: number[]; error?: string })
  assert.equal(
    answers.map(({ id, error }) => [id, error === undefined]),
    [
      [undefined, true],
      [7, true],
      ['x', false],
      [undefined, false],
      [undefined, true],
    ],
  )
  assert.equal(
    answers.flatMap(({ embedding }) => (embedding ? [floats(embedding)] : [])),
    await vectorsOf(['a b', 'c', '']),
  )
})

test('iobert embed names what is wrong', async () => {
  const wrong: [string[], RegExp][] = [
    [['--pooling', 'sum', 'a'], /--pooling is 'sum', expected one of 'mean'/],
    [['--layer', 'x', 'a'], /--layer is 'x', expected a whole number/],
    [['--layer', '99', 'a'], /--layer is 99, expected 0 \(the embeddings\) to \d+/],
    [['--json', '--jsonl', 'a'], /Give one of --json and --jsonl/],
    [['--normalize', '--no-normalize', 'a'], /Give one of --normalize/],
  ]
  for (const [args, message] of wrong) {
    const { code, stderr } = await iobert(['embed', '-m', model, ...args])
    assert.is(code, 2, args.join(' '))
    assert.match(stderr, message)
  }
  const missing = await iobert(['embed', '-m', model, '--json', '--file', 'no-such-file'])
  assert.is(missing.code, 1)
  assert.equal(JSON.parse(missing.stdout), [
    { file: 'no-such-file', error: 'no-such-file: there is no such file' },
  ])
})

test.run()
