/** Placing in kernel memory: the counted size equals the size used, and nothing overlaps. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { columnAddress, columnsOf, Layout } from '#dist/kernels/layout.js'
import { AddressSpace, KernelMemory } from '#dist/kernels/memory.js'
import { planOf } from '#dist/kernels/plan.js'
import type { BertConfig } from '#dist/model/bert-config.js'
import { BERT_HEADS } from '#dist/model/families/bert.js'
import { glinerSpec } from '#dist/model/families/gliner.js'
import { bertSpec } from '#dist/model/modules.js'
import { placeModel } from '#dist/model/place-model.js'
import { Places } from '#dist/model/places.js'
import type { ModelSpec } from '#dist/model/spec.js'
import { layWorkspace } from '#dist/model/workspace.js'
import { memoryNeeded } from '#dist/runtime/memory-needed.js'

const config: BertConfig = {
  modelType: 'bert',
  headKind: 'tokens',
  hiddenSize: 60,
  embeddingSize: 60,
  numLayers: 2,
  numHeads: 3,
  intermediateSize: 100,
  hiddenActivation: 'gelu',
  layerNormEps: 1e-12,
  vocabSize: 77,
  maxPositions: 40,
  firstPosition: 0,
  positionRows: 40,
  typeVocabSize: 2,
  tiesWordEmbeddings: true,
  labels: ['O', 'B-PER', 'I-PER'],
}
const spec = bertSpec(config, { prefix: 'bert.', heads: BERT_HEADS })

function place(layout: Layout, precision: 'int8' | 'float32') {
  return [
    layout.scratch({ tokens: 40, headDim: 20, inputs: 100 }, 3),
    placeModel(new Places(layout, precision), spec),
    layWorkspace(layout, spec, precision, 50, { count: 4, longest: 40 }),
    layout.probabilities(3, [40, 5, 5]),
  ]
}

for (const precision of ['int8', 'float32'] as const) {
  test(`what is counted is what is placed: ${precision}`, () => {
    const space = new AddressSpace()
    const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 1000 }))
    const counted = place(new Layout(space, 16), precision)
    const placed = place(new Layout(memory, 16), precision)
    assert.equal(counted, placed)
    assert.is(space.end, memory.end)
    assert.ok(memory.byteLength >= memory.end)
  })
}

test('the most that was handed out is kept when some is taken back', () => {
  const space = new AddressSpace()
  const mark = space.end
  space.allocate(1000)
  const most = space.end
  space.release(mark)
  space.allocate(10)
  assert.is(space.most, most)
  assert.is(space.end, mark + 64)
})

test('memoryNeeded() has room for the files passing through, and for each thread', () => {
  const setup = { spec, plan: planOf('simd', 'int8', false) }
  const one = memoryNeeded({ ...setup, threads: 1, batchTokens: 8 })
  assert.ok(one > 2 * 2 ** 20, 'two pieces of 1 MB')
  assert.ok(memoryNeeded({ ...setup, threads: 9, batchTokens: 8 }) > one)
  const many = memoryNeeded({ ...setup, threads: 1, batchTokens: 100_000 })
  assert.ok(many > 100_000 * 4 * 3 * 60)
})

test('memoryNeeded() has room for what GLiNER computes of each word', () => {
  const setup = { plan: planOf('simd', 'int8', false), threads: 1 }
  const grown = (one: ModelSpec): number =>
    memoryNeeded({ ...setup, spec: one, batchTokens: 100_000 }) -
    memoryNeeded({ ...setup, spec: one, batchTokens: 8 })
  const ofHead = (maxWidth: number | undefined): number =>
    grown(
      glinerSpec(spec, {
        ...{ hiddenSize: 60, maxWidth, rnnLayers: 1 },
        ...{ wordPooling: 'first', representsSpans: false },
      }),
    ) - grown(spec)
  // Each word as a start and as an end, 4D numbers.
  assert.ok(ofHead(12) > 100_000 * 2 * 4 * 60 * 4)
  // The term's part and the gates of each word that is scored itself, and its factor: 7D numbers.
  assert.ok(ofHead(undefined) > 100_000 * 7 * 60 * 4)
})

test('the columns of an int8 layer stand by panels of 8, and within what is placed', () => {
  const space = new AddressSpace()
  const layer = new Layout(space, 8).linear('int8', 5, 11)
  const at = (channel: number, part: 'scale' | 'bias'): number =>
    (columnAddress(layer, channel, part) - layer.columns) / 4
  assert.equal([at(0, 'scale'), at(7, 'scale'), at(0, 'bias'), at(7, 'bias')], [0, 7, 8, 15])
  assert.equal([at(8, 'scale'), at(10, 'bias')], [24, 34])
  assert.ok(columnAddress(layer, 10, 'sum') < space.end)
})

test('rows are copied without their padding, and so are some of their columns', () => {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1 }))
  const matrix = new Layout(memory, 8).matrix(3, 4)
  for (let t = 0; t < 3; t++) memory.row(matrix, t).set([10 * t, 10 * t + 1, 10 * t + 2, 10 * t + 3])
  assert.equal([...memory.copyRows(matrix, 1)], [10, 11, 12, 13, 20, 21, 22, 23])
  assert.equal([...memory.copyRows(columnsOf(matrix, 1, 2), 0, 2)], [1, 2, 11, 12])
})

test.run()
