/** Entities equal those that Python's transformers found. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeEntities } from '#dist/entities/entity.js'
import { parseLabels } from '#dist/entities/labels.js'
import type { Encoding } from '#dist/text/encoding.js'
import { rootPath, withShared } from '../shared.ts'
import { conllLabels } from './sample.ts'

type GoldenEntity = [label: string, start: number, end: number, score: number, index?: number]

interface Golden {
  text: string
  none: GoldenEntity[]
  simple: GoldenEntity[]
}

/**
 * Strategy 'none' tells the label and probability of each piece that is not O, and where it stands; so 'simple' must
 * follow from it without the model.
 */
function checkGrouping(path: string): number {
  const goldens = readFileSync(path, 'utf8').trim().split('\n').slice(1)
  for (const line of goldens) {
    const golden: Golden = JSON.parse(line)
    const length = Math.max(0, ...golden.none.map(([, , , , index]) => index!)) + 2
    const encoding: Encoding = {
      ids: new Array(length).fill(1),
      tokens: new Array(length).fill('x'),
      offsets: Array.from({ length }, (): [number, number] => [0, 0]),
      wordIds: Array.from({ length }, (_, t) => (t === 0 || t === length - 1 ? null : t)),
    }
    const logits = new Float32Array(length * 9)
    for (let t = 0; t < length; t++) logits[t * 9] = 20
    for (const [label, start, end, score, index] of golden.none) {
      encoding.offsets[index!] = [start, end]
      logits.fill(Math.log((1 - score) / 8), index! * 9, index! * 9 + 9)
      logits[index! * 9 + conllLabels.indexOf(label)] = Math.log(score)
    }
    const input = { text: golden.text, encoding, logits, labels: parseLabels(conllLabels) }
    for (const strategy of ['none', 'simple'] as const) {
      const { entities } = decodeEntities({ ...input, options: { strategy } })
      const wanted = golden[strategy]
      assert.equal(
        entities.map(({ type, start, end }) => [type, start, end]),
        wanted.map(([type, start, end]) => [type, start, end]),
      )
      entities.forEach(({ score, index, text, start, end }, i) => {
        assert.ok(Math.abs(score - wanted[i]![3]) < 1e-5, `${golden.text}: ${score} ${wanted[i]![3]}`)
        assert.is(index, wanted[i]![4])
        assert.is(text, golden.text.slice(start, end))
      })
    }
  }
  return goldens.length
}

for (const name of ['entities-small-3.jsonl', 'entities-base.jsonl']) {
  test(`decodeEntities groups pieces as the Hugging Face pipeline does: ${name}, first texts`, () => {
    assert.is(checkGrouping(rootPath(`test/goldens/${name}`)), 15)
  })

  withShared(`goldens/${name}`, `grouping of all of ${name}`, (path) => {
    test(`decodeEntities groups pieces as the Hugging Face pipeline does: ${name}, all texts`, () => {
      assert.ok(checkGrouping(path) > 15)
    })
  })
}

test.run()
