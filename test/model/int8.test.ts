/**
 * int8 is exact: the reference and SIMD give the same bits, for any tile, thread count and batch. `npm test`
 * tries fewer lengths and counts, as the plain loops of the reference are slow, and threads and batches only
 * for every fourth model.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasRelaxedSimd } from '#dist/kernels/features.js'
import { type BertModel, loadModel } from '#dist/node.js'
import { seeded } from '../random.ts'
import { isThorough, share } from '../thorough.ts'
import { goldenModels } from './golden.ts'

const LENGTHS = isThorough ? [1, 2, 3, 7, 8, 13, 24, 25, 49, 130] : [1, 3, 8, 13]
const THREADS = isThorough ? [1, 2, 3, 7] : [1, 3]

function sequences({ config }: BertModel): number[][] {
  const random = seeded(11)
  return LENGTHS.map((length) =>
    Array.from({ length: Math.min(length, config.maxPositions) }, () =>
      Math.floor(random() * config.vocabSize),
    ),
  )
}

function bits(arrays: readonly Float32Array[]): Int32Array[] {
  return arrays.map((array) => new Int32Array(array.buffer, array.byteOffset, array.length))
}

async function pass(model: BertModel): Promise<Int32Array[]> {
  const { logits, hiddenStates } = await model.forward(sequences(model), { hiddenStates: true })
  return bits([...logits, ...hiddenStates!.flat()])
}

const models = goldenModels()
const inAllWays = new Set(share(models, 4))

for (const golden of models) {
  const { name, folder } = golden
  const counts = inAllWays.has(golden) ? THREADS : [1]

  test(`int8 of ${name} has the reference's bits with ${counts.join(', ')} threads, and in the relaxed build`, async () => {
    const oracle = await loadModel(folder, { kernels: 'reference', inline: true })
    const expected = await pass(oracle)
    oracle.dispose()
    for (const threads of counts) {
      // Without a worker it starts sooner.
      const model = await loadModel(folder, { threads, inline: threads === 1 })
      assert.is(model.info.threads, threads)
      assert.equal(await pass(model), expected, `${threads} threads`)
      model.dispose()
    }
    if (!hasRelaxedSimd()) {
      console.log(`skipped: int8 of ${name} on the relaxed kernels: this engine has no relaxed SIMD`)
      return
    }
    const relaxed = await loadModel(folder, {
      kernels: 'relaxed',
      ...(inAllWays.has(golden) ? { threads: 2 } : { inline: true }),
    })
    assert.is(relaxed.info.kernels, 'relaxed')
    assert.equal(await pass(relaxed), expected, 'relaxed')
    relaxed.dispose()
  })

  if (!inAllWays.has(golden)) continue
  test(`int8 of ${name} does not depend on neighbours in the batch`, async () => {
    const model = await loadModel(folder, { inline: true })
    const wanted = { hiddenStates: true }
    const all = await model.forward(sequences(model), wanted)
    for (const [index, ids] of sequences(model).entries()) {
      const alone = await model.forward([ids], wanted)
      // A bare encoder has no logits.
      const outputs = ({ logits, hiddenStates }: typeof all, at: number): Float32Array[] => [
        ...logits.slice(at, at + 1),
        ...hiddenStates![at]!.slice(-1),
      ]
      assert.equal(bits(outputs(alone, 0)), bits(outputs(all, index)), `sequence of ${ids.length}`)
    }
    model.dispose()
  })
}

test.run()
