/**
 * trace: every intermediate result of forward() against those it is computed from, and PyTorch's attentions.
 */

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { folderFiles } from '#dist/format/folder-files.node.js'
import { loadSpec } from '#dist/model/read-spec.js'
import { type BertModel, loadModel, type Trace } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { share } from '../thorough.ts'
import { Expected, goldenModels } from './golden.ts'

const TOLERANCE = 2e-4

async function using(
  folder: string,
  options: object,
  body: (model: BertModel) => Promise<void>,
): Promise<void> {
  const model = await loadModel(folder, { inline: true, ...options })
  try {
    await body(model)
  } finally {
    model.dispose()
  }
}

/** max|a - b| / max|b| */
function near(actual: Float32Array, wanted: ArrayLike<number>, what: string): void {
  assert.is(actual.length, wanted.length, what)
  let [worst, largest] = [0, 0]
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - wanted[i]!)
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference)
    largest = Math.max(largest, Math.abs(wanted[i]!))
  }
  assert.ok(worst <= TOLERANCE * largest, `${what}: ${worst / largest}`)
}

/** softmax(query·keyᵀ / √D) in doubles, of keys within the window, [A, T, T]           Vaswani et al. 2017, equation 1 */
function probabilitiesOf(
  { query, key }: Trace['layers'][number],
  tokens: number,
  heads: number,
  window: number,
): Float64Array {
  const hidden = query.length / tokens
  const size = hidden / heads
  const probabilities: number[] = []
  for (let a = 0; a < heads; a++) {
    for (let t = 0; t < tokens; t++) {
      const scores = Array.from({ length: tokens }, (_, u) => {
        if (window > 0 && Math.abs(t - u) >= window) return Number.NEGATIVE_INFINITY
        let dot = 0
        for (let i = a * size; i < (a + 1) * size; i++) dot += query[t * hidden + i]! * key[u * hidden + i]!
        return dot / Math.sqrt(size)
      })
      const largest = Math.max(...scores)
      const powers = scores.map((score) => Math.exp(score - largest))
      const sum = powers.reduce((total, power) => total + power, 0)
      probabilities.push(...powers.map((power) => power / sum))
    }
  }
  return Float64Array.from(probabilities)
}

/** probabilities·value in doubles, [T, H] */
function contextOf(
  probabilities: ArrayLike<number>,
  { value }: Trace['layers'][number],
  tokens: number,
  heads: number,
): Float64Array {
  const hidden = value.length / tokens
  const context = new Float64Array(tokens * hidden)
  for (let place = 0; place < tokens * hidden; place++) {
    const [t, i] = [Math.floor(place / hidden), place % hidden]
    const first = (Math.floor(i / (hidden / heads)) * tokens + t) * tokens
    for (let u = 0; u < tokens; u++) context[place]! += probabilities[first + u]! * value[u * hidden + i]!
  }
  return context
}

for (const kernels of ['simd', 'reference'] as const) {
  for (const precision of ['float32', 'int8'] as const) {
    test(`forward() with trace tells how each layer attends, ${kernels} ${precision}`, async () => {
      for (const { name, folder } of share(goldenModels(), kernels === 'reference' ? 4 : 2)) {
        if (name === 'long' || name === 'modernbert-long') continue
        await using(folder, { precision, kernels }, async (model) => {
          const sequences = new Expected(`${folder}/expected.safetensors`).sequences().slice(0, 2)
          const { numLayers, numHeads, intermediateSize, labels } = model.config
          const { relative, layers } = await loadSpec(folderFiles(folder))
          const { logits, hiddenStates, attentions, trace } = await model.forward(sequences, {
            hiddenStates: true,
            attentions: true,
            trace: true,
          })
          assert.is(trace!.length, sequences.length)
          for (const [i, one] of trace!.entries()) {
            const tokens = sequences[i]!.length
            assert.is(one.layers.length, numLayers)
            assert.equal(one.embeddings, hiddenStates![i]![0])
            assert.equal(one.logits.at(-1), model.hasClassifier ? logits[i] : undefined)
            for (const [l, layer] of one.layers.entries()) {
              const at = `${name}, sequence ${i}, layer ${l + 1}`
              assert.equal(layer.output, hiddenStates![i]![l + 1], at)
              assert.equal(layer.attentionProbabilities, attentions![i]![l], at)
              assert.is(layer.intermediate.length, tokens * intermediateSize, at)
              assert.is(layer.attentionOutput.length, layer.output.length, at)
              // Those of attention by relative positions golden.test.ts compares with PyTorch's.
              const probabilities = relative
                ? layer.attentionProbabilities
                : probabilitiesOf(layer, tokens, numHeads, layers[l]!.window)
              near(layer.attentionProbabilities, probabilities, `${at}: probabilities`)
              near(layer.context, contextOf(probabilities, layer, tokens, numHeads), `${at}: context`)
            }
            const lens = model.hasClassifier ? numLayers + 1 : 0
            assert.equal(
              one.logits.map(({ length }) => length),
              Array(lens).fill(tokens * labels.length),
            )
          }
        })
      }
    })
  }
}

const attentionsModel = rootPath('test/goldens/models/attentions')

test("forward() with trace has PyTorch's attentions and hidden states", () =>
  using(attentionsModel, { precision: 'float32' }, async (model) => {
    const expected = new Expected(`${attentionsModel}/expected.safetensors`)
    const sequences = expected.sequences()
    const { trace } = await model.forward(sequences, { trace: true })
    let compared = 0
    for (const [i, { layers, embeddings }] of trace!.entries()) {
      near(embeddings, expected.floats(`${i}.hidden_states.0`)!, `embeddings of ${i}`)
      for (const [l, layer] of layers.entries()) {
        near(
          layer.attentionProbabilities,
          expected.floats(`${i}.attentions.${l}`)!,
          `attentions of ${i}, ${l}`,
        )
        near(layer.output, expected.floats(`${i}.hidden_states.${l + 1}`)!, `output of ${i}, ${l}`)
        compared++
      }
    }
    assert.ok(compared > 0)
  }))

test('forward() gives the same numbers with trace, and nothing more without', () =>
  using(attentionsModel, {}, async (model) => {
    const sequences = new Expected(`${attentionsModel}/expected.safetensors`).sequences()
    const bare = await model.forward(sequences)
    assert.equal(Object.keys(bare), ['logits'])
    const { logits, ...more } = await model.forward(sequences, { trace: true })
    assert.equal(logits, bare.logits)
    assert.equal(Object.keys(more), ['trace'])
  }))

test("forward() with trace on the calling thread equals the worker's", () =>
  using(attentionsModel, { inline: false }, async (model) => {
    const sequences = new Expected(`${attentionsModel}/expected.safetensors`).sequences()
    const { trace } = await model.forward(sequences, { trace: true })
    await using(attentionsModel, { inline: true }, async (other) => {
      assert.equal((await other.forward(sequences, { trace: true })).trace, trace)
    })
  }))

test.run()
