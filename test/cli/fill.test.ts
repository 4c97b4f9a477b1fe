/** `iobert fill`: words for masks. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '#dist/node.js'
import { fillModel, readFillGolden } from '../fill/models.ts'
import { iobert, temporaryFolder } from './run.ts'

const folder = join(temporaryFolder(), 'fill')
mkdirSync(folder)
for (const [name, bytes] of fillModel(readFillGolden('bert'))) writeFileSync(join(folder, name), bytes)

test('iobert fill writes words for masks, plainly and as JSON', async () => {
  const model = await loadModel(folder, { threads: 1 })
  const words = await model.fillMask('a [MASK] b', { top: 2 })
  model.dispose()
  const rounded = words.map((word) => ({ ...word, score: Number(word.score.toPrecision(6)) }))
  const plain = await iobert(['fill', '-m', folder, '--top', '2', 'a [MASK] b'])
  const lines = rounded.map(({ score, token_str, sequence }) => `${score}\t${token_str}\t${sequence}\n`)
  assert.equal([plain.code, plain.stdout], [0, lines.join('')], plain.stderr)
  const json = await iobert(['fill', '-m', folder, '--top', '2', '--json', 'a [MASK] b', 'none'])
  assert.is(json.code, 1)
  const [first, second] = JSON.parse(json.stdout)
  assert.equal(first, { masks: [rounded] })
  assert.match(second.error, /no \[MASK\]/u)
  const input = '{"text": "a [MASK] b", "id": 7}\n"[MASK] [MASK]"\n"none"\n'
  const { code, stdout } = await iobert(['fill', '-m', folder, '--jsonl', '--top', '2'], input)
  assert.is(code, 1)
  const [one, two, none] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(one, { id: 7, masks: [rounded] })
  assert.is(two.masks.length, 2)
  assert.match(none.error, /no \[MASK\]/u)
  for (const wrong of [
    ['fill', 'a [MASK]'],
    ['fill', '-m', folder, '--top', '0', 'a'],
    ['fill', '-m', folder, '--json', '--jsonl'],
  ]) {
    assert.is((await iobert(wrong)).code, 2, wrong.join(' '))
  }
})

test.run()
