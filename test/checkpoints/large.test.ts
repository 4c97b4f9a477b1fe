/**
 * Models of full size: IOBERT_BERT_LARGE and IOBERT_BERT_BASE name the folders that ../shared/models/make_bert_large.py
 * and make_bert_base.py write. Logits as PyTorch gives them, and the memory that loading takes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel, type Precision } from '#dist/node.js'
import { Expected } from '../model/golden.ts'
import { rootPath, sharedPath } from '../shared.ts'

const FOLDERS = { 'BERT-base': 'IOBERT_BERT_BASE', 'BERT-large': 'IOBERT_BERT_LARGE' } as const
const PRECISIONS: readonly Precision[] = ['int8', 'float32']

/** Of the largest absolute logit. int8 rounds weights to 1/254 of a row's largest: what that does is no error. */
const TOLERANCE: Readonly<Record<Precision, number>> = { float32: 2e-4, int8: 0.05 }

for (const [name, variable] of Object.entries(FOLDERS)) {
  const folder = process.env[variable]
  if (folder === undefined || !existsSync(folder)) {
    console.log(`skipped: ${name}: ${variable} does not name its folder`)
    continue
  }
  if (process.platform !== 'linux') {
    console.log(`skipped: the memory of ${name}: /proc/self/status is only on Linux`)
  } else {
    for (const precision of PRECISIONS) memoryTest(name, folder, precision)
  }
  const expected = sharedPath('models/bert-large-expected.safetensors')
  if (name !== 'BERT-large') continue
  if (expected === undefined) console.log('skipped: the logits of BERT-large: ../shared/models is not there')
  else for (const precision of PRECISIONS) logitsTest(folder, expected, precision)
}

function memoryTest(name: string, folder: string, precision: Precision): void {
  test(`loadModel of ${name} at ${precision} takes at most 1.15 times its packed weights and 80 MB`, () => {
    const child = rootPath('build/test/checkpoints/memory-child.js')
    const run = spawnSync(process.execPath, [child, folder, precision], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    assert.is(run.status, 0, run.stderr)
    const { milliseconds, weights, peak } = JSON.parse(run.stdout)
    const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`
    console.log(
      `${name} ${precision}: ${milliseconds.toFixed(0)} ms, weights ${mb(weights)}, peak ${mb(peak)} (${mb(peak - weights)} more)`,
    )
    assert.ok(peak <= 1.15 * weights + 80e6, `${mb(peak)} for ${mb(weights)}`)
  })
}

function logitsTest(folder: string, path: string, precision: Precision): void {
  test(`forward() of BERT-large at ${precision} gives PyTorch's logits`, async () => {
    const expected = new Expected(path)
    const model = await loadModel(folder, { precision })
    try {
      for (const [index, ids] of expected.sequences().entries()) {
        const wanted = expected.floats(`${index}.logits`)!
        const { logits } = await model.forward([ids])
        const [actual] = logits as readonly Float32Array[]
        assert.is(actual!.length, wanted.length)
        let worst = 0
        let largest = 0
        for (const [at, value] of wanted.entries()) {
          worst = Math.max(worst, Math.abs(value - actual![at]!))
          largest = Math.max(largest, Math.abs(value))
        }
        console.log(`BERT-large ${precision}, ${ids.length} tokens: ${(worst / largest).toExponential(2)}`)
        assert.ok(worst < TOLERANCE[precision] * largest, `${worst / largest} of the largest logit`)
      }
    } finally {
      model.dispose()
    }
  })
}

test.run()
