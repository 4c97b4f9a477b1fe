/** `iobert classify` and `iobert rerank`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadClassifier } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { iobert, temporaryFolder } from './run.ts'

const folder = rootPath('test/goldens/families/bert-rerank')

test('iobert classify writes a label and its score, plainly and as JSON', async () => {
  const classifier = await loadClassifier(folder, { threads: 1 })
  const { label, score } = await classifier.classify('a b')
  const pair = (await classifier.classify([['a b', 'c']]))[0]!
  classifier.dispose()
  const plain = await iobert(['classify', '-m', folder, 'a b'])
  assert.equal([plain.code, plain.stdout], [0, `${label}\t${Number(score.toPrecision(6))}\n`], plain.stderr)
  const json = JSON.parse((await iobert(['classify', '-m', folder, '--json', '--pair', 'c', 'a b'])).stdout)
  assert.equal(json, [
    {
      label,
      score: Number(pair.score.toPrecision(6)),
      labels: [{ label, score: Number(pair.score.toPrecision(6)) }],
      truncated: false,
    },
  ])
  const lines = await iobert(['classify', '-m', folder, '--jsonl'], '{"text": "a b", "id": 7}\n{}\n')
  assert.is(lines.code, 1)
  const [first, second] = lines.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal([first.id, first.label], [7, label])
  assert.ok('error' in second)
  assert.is((await iobert(['classify', 'a'])).code, 2)
})

test('iobert rerank writes lines in their order', async () => {
  const file = join(temporaryFolder(), 'passages.txt')
  writeFileSync(file, 'one\n\ntwo words\r\nthree\n')
  const { code, stdout, stderr } = await iobert(['rerank', '-m', folder, '--json', 'query', file])
  assert.is(code, 0, stderr)
  const ranked = JSON.parse(stdout) as { line: number; text: string; logit: number }[]
  assert.equal(ranked.map(({ line }) => line).sort(), [1, 3, 4])
  assert.is(ranked.find(({ line }) => line === 3)!.text, 'two words')
  assert.ok(ranked.every(({ logit }, i) => i === 0 || logit <= ranked[i - 1]!.logit))
  const top = await iobert(['rerank', '-m', folder, '--top', '1', 'query', file])
  assert.match(top.stdout, new RegExp(`^[\\d.e-]+\\t${ranked[0]!.text}\\n$`, 'u'))
  assert.is((await iobert(['rerank', '-m', folder, 'query'])).code, 2)
})

test.run()
