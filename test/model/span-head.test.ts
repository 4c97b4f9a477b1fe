/** GLiNER's two heads against their formulas in float64, and the SIMD kernels against the reference, bit for bit. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Checkpoint, CheckpointTensor } from '#dist/format/checkpoint.js'
import { bytesSource } from '#dist/format/source.js'
import type { Kernels } from '#dist/kernels/kernels.js'
import { boundaryLogits } from '#dist/model/boundary-head.js'
import { glinerSpec } from '#dist/model/families/gliner.js'
import type { SpanQuestion } from '#dist/model/forward-output.js'
import { Places } from '#dist/model/places.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { readWeights } from '#dist/model/read-weights.js'
import { resolve } from '#dist/model/resolve.js'
import { spanLogits } from '#dist/model/span-head.js'
import type { BoundaryHeadSpec, GlinerHeadSpec, ModelSpec, Placed } from '#dist/model/spec.js'
import { reference, variants } from '../kernels/variants.ts'
import { floats, seeded } from '../random.ts'

const [H, D, K, LAYERS] = [12, 10, 3, 2]
/** The maximum width of a head that scores words: none. */
const WORDS = null
const SPANS = 'span_rep_layer.span_rep_layer'

/** Random tensors under the package's names. */
function makeTensors(encoderSize: number): Map<string, { shape: number[]; values: Float32Array }> {
  const random = seeded(3)
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>()
  const add = (name: string, ...shape: number[]): void => {
    const count = shape.reduce((product, size) => product * size, 1)
    tensors.set(name, { shape, values: floats(random, count, 0.8) })
  }
  const linear = (name: string, outputs: number, inputs: number): void => {
    add(`${name}.weight`, outputs, inputs)
    add(`${name}.bias`, outputs)
  }
  if (encoderSize !== D) linear('token_rep_layer.projection', D, encoderSize)
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const suffix of [`l${layer}`, `l${layer}_reverse`]) {
      add(`rnn.lstm.weight_ih_${suffix}`, 2 * D, D)
      add(`rnn.lstm.weight_hh_${suffix}`, 2 * D, D / 2)
      add(`rnn.lstm.bias_ih_${suffix}`, 2 * D)
      add(`rnn.lstm.bias_hh_${suffix}`, 2 * D)
    }
  }
  for (const name of [`${SPANS}.project_start`, `${SPANS}.project_end`, 'prompt_rep_layer']) {
    linear(`${name}.0`, 4 * D, D)
    linear(`${name}.3`, D, 4 * D)
  }
  linear(`${SPANS}.out_project.0`, 4 * D, 2 * D)
  linear(`${SPANS}.out_project.3`, D, 4 * D)
  for (const name of ['token', 'label']) linear(`scorer.proj_${name}`, 2 * D, D)
  linear('scorer.out_mlp.0', 4 * D, 3 * D)
  linear('scorer.out_mlp.3', 3, 4 * D)
  return tensors
}

function checkpointOf(tensors: ReturnType<typeof makeTensors>): Checkpoint {
  const found = new Map<string, CheckpointTensor>()
  for (const [name, { shape, values }] of tensors) {
    const bytes = new Uint8Array(values.buffer)
    const { length: byteLength } = bytes
    const source = bytesSource(name, bytes)
    found.set(name, { name, dtype: 'F32', shape, source, offset: 0, byteLength, fileName: 'weights' })
  }
  return { tensors: found, close: async () => {} }
}

/** What the encoder made of a sequence, and where its words and types are in it. */
interface EncodedWindow extends SpanQuestion {
  /** [T, H] */
  readonly hiddenStates: Float32Array
}

/** A model of which there is the head alone. */
async function headOf(encoderSize: number, maxWidth: number | null): Promise<ModelSpec> {
  const bert = {
    ...{ model_type: 'bert', hidden_size: encoderSize, num_hidden_layers: 1, num_attention_heads: 1 },
    ...{ intermediate_size: 1, vocab_size: 1, max_position_embeddings: 1 },
  }
  const sizes = {
    ...{ hiddenSize: D, maxWidth: maxWidth ?? undefined, rnnLayers: LAYERS },
    ...{ wordPooling: 'first' as const, representsSpans: false },
  }
  const spec = glinerSpec(await parseSpec(JSON.stringify(bert)), sizes)
  return { ...spec, embeddings: {} as ModelSpec['embeddings'], layers: [] }
}

type Score = (windows: readonly EncodedWindow[], pause: () => Promise<void>) => Promise<Float32Array[]>

/** Loads the head that scores spans of `maxWidth` words, or words. */
async function load(
  kernels: Kernels,
  checkpoint: Checkpoint,
  encoderSize: number,
  maxWidth: number | null,
): Promise<Score> {
  const spec = await headOf(encoderSize, maxWidth)
  const places = new Places(kernels.layout, 'float32')
  const head = places.place(spec.head as GlinerHeadSpec)
  await readWeights(kernels, resolve(spec, checkpoint), places)
  const mark = kernels.memory.end
  return async (windows, pause) => {
    const { layout, memory } = kernels
    memory.release(mark)
    const lengths = windows.map(({ hiddenStates }) => hiddenStates.length / encoderSize)
    const tokens = lengths.reduce((sum, length) => sum + length, 0)
    const hiddenStates = layout.matrix(tokens, encoderSize)
    const sequences = layout.sequences(windows.length, Math.max(...lengths))
    let at = 0
    for (const [index, window] of windows.entries()) {
      memory.integers(sequences.bounds)[index] = at
      for (let t = 0; t < lengths[index]!; t++, at++)
        memory.row(hiddenStates, at).set(window.hiddenStates.subarray(t * encoderSize, (t + 1) * encoderSize))
    }
    memory.integers(sequences.bounds)[windows.length] = at
    const workspace = { hiddenStates, sequences }
    return head.kind === 'spans'
      ? spanLogits(kernels, head, workspace, windows, pause)
      : boundaryLogits(kernels, head as Placed<BoundaryHeadSpec>, workspace, windows, {}, pause)
  }
}

const relu = (values: readonly number[]): number[] => values.map((value) => Math.max(0, value))

/** The formulas as PyTorch's modules write them down, in doubles. */
class Plain {
  readonly #tensors: ReturnType<typeof makeTensors>

  constructor(tensors: ReturnType<typeof makeTensors>) {
    this.#tensors = tensors
  }

  /** [W, K, C] logits of a window's spans. */
  scoreSpans(window: EncodedWindow, encoderSize: number): (number | undefined)[] {
    const { x, types } = this.#represent(window, encoderSize)
    const starts = x.map((word) => this.#project(`${SPANS}.project_start`, word))
    const ends = x.map((word) => this.#project(`${SPANS}.project_end`, word))
    const prompts = types.map((type) => this.#project('prompt_rep_layer', type))
    return x.flatMap((_, start) =>
      Array.from({ length: K }, (_, width) => {
        const end = start + width
        if (end >= x.length) return prompts.map(() => undefined)
        const span = this.#project(`${SPANS}.out_project`, relu([...starts[start]!, ...ends[end]!]))
        return prompts.map((prompt) => prompt.reduce((sum, value, k) => sum + value * span[k]!, 0))
      }).flat(),
    )
  }

  /** [W, C, 3] logits of a window's words. */
  scoreWords(window: EncodedWindow, encoderSize: number): number[] {
    const { x, types } = this.#represent(window, encoderSize)
    const labels = types.map((type) => this.#linear('scorer.proj_label', type))
    return x.flatMap((word) => {
      const token = this.#linear('scorer.proj_token', word)
      return labels.flatMap((label) => {
        const product = token.slice(D).map((value, k) => value * label[D + k]!)
        return this.#project('scorer.out_mlp', [...token.slice(0, D), ...label.slice(0, D), ...product])
      })
    })
  }

  /** The words after the LSTM, and the types. */
  #represent(
    { hiddenStates, words, types }: EncodedWindow,
    encoderSize: number,
  ): { readonly x: number[][]; readonly types: number[][] } {
    const row = (at: number): number[] => {
      if (at < 0) return new Array(D).fill(0)
      const states = [...hiddenStates.subarray(at * encoderSize, (at + 1) * encoderSize)]
      return encoderSize === D ? states : this.#linear('token_rep_layer.projection', states)
    }
    let x = words.map(row)
    for (let layer = 0; layer < LAYERS; layer++) {
      const forwards = this.#lstm(x, `l${layer}`)
      const backwards = this.#lstm([...x].reverse(), `l${layer}_reverse`).reverse()
      x = forwards.map((state, word) => [...state, ...backwards[word]!])
    }
    return { x, types: types.map(row) }
  }

  #project(name: string, values: number[]): number[] {
    return this.#linear(`${name}.3`, relu(this.#linear(`${name}.0`, values)))
  }

  #linear(name: string, x: number[]): number[] {
    return this.#product(`${name}.weight`, x).map(
      (sum, n) => sum + this.#tensors.get(`${name}.bias`)!.values[n]!,
    )
  }

  #product(name: string, x: number[]): number[] {
    const { shape, values } = this.#tensors.get(name)!
    return Array.from({ length: shape[0]! }, (_, n) =>
      x.reduce((sum, each, k) => sum + each * values[n * x.length + k]!, 0),
    )
  }

  #lstm(x: number[][], suffix: string): number[][] {
    const bias = (of: string): Float32Array => this.#tensors.get(`rnn.lstm.bias_${of}_${suffix}`)!.values
    const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))
    const half = D / 2
    let state: number[] = new Array(half).fill(0)
    let cell: number[] = new Array(half).fill(0)
    return x.map((word) => {
      const input = this.#product(`rnn.lstm.weight_ih_${suffix}`, word)
      const recurrent = this.#product(`rnn.lstm.weight_hh_${suffix}`, state)
      const gates = input.map((sum, n) => sum + bias('ih')[n]! + recurrent[n]! + bias('hh')[n]!)
      const gate = (number: number, k: number): number => gates[number * half + k]!
      cell = cell.map((value, k) => sigmoid(gate(1, k)) * value + sigmoid(gate(0, k)) * Math.tanh(gate(2, k)))
      state = cell.map((value, k) => sigmoid(gate(3, k)) * Math.tanh(value))
      return state
    })
  }
}

function makeWindows(encoderSize: number): EncodedWindow[] {
  const random = seeded(11)
  return [1, 7, 4, 30].map((length, index) => ({
    hiddenStates: floats(random, (length + 6) * encoderSize),
    types: index === 2 ? [0] : [0, 2, 3],
    words: Array.from({ length }, (_, word) => (word === 5 ? -1 : word + 4)),
    wordEnds: Array.from({ length }, (_, word) => word + 5),
  }))
}

const noPause = async (): Promise<void> => {}

for (const [encoderSize, maxWidth] of [
  [H, K],
  [D, K],
  [H, WORDS],
  [D, WORDS],
] as const) {
  test(`the head over ${encoderSize} that scores ${maxWidth ? 'spans' : 'words'} is its formulas, and the same bits on all kernels and in all batches`, async () => {
    const tensors = makeTensors(encoderSize)
    const checkpoint = checkpointOf(tensors)
    const windows = makeWindows(encoderSize)
    const plain = new Plain(tensors)
    const score = await load(await reference.create(), checkpoint, encoderSize, maxWidth)
    const expected = await score(windows, noPause)
    for (const [index, logits] of expected.entries()) {
      const window = windows[index]!
      const formula =
        maxWidth === WORDS ? plain.scoreWords(window, encoderSize) : plain.scoreSpans(window, encoderSize)
      assert.is(logits.length, formula.length)
      const largest = Math.max(...formula.map((value) => Math.abs(value ?? 0)))
      for (const [at, value] of formula.entries()) {
        if (value === undefined) assert.is(logits[at], Number.NEGATIVE_INFINITY)
        else assert.ok(Math.abs(logits[at]! - value) < 1e-5 * largest, `${logits[at]} and ${value}`)
      }
    }
    for (const variant of variants().filter(({ exact }) => exact)) {
      const other = await load(await variant.create(), checkpoint, encoderSize, maxWidth)
      assert.equal(await other(windows, noPause), expected, variant.name)
      const alone: Float32Array[] = []
      for (const window of windows) alone.push(...(await other([window], noPause)))
      assert.equal(alone, expected, variant.name)
    }
  })
}

test('a tensor that is missing, of another shape or not finite is named', async () => {
  const failure = async (
    change: (tensors: ReturnType<typeof makeTensors>) => void,
    maxWidth: number | null = K,
  ): Promise<string> => {
    const tensors = makeTensors(D)
    change(tensors)
    const loading = load(await reference.create(), checkpointOf(tensors), D, maxWidth)
    return loading.then(
      () => 'loaded',
      (error: Error & { code: string }) => `${error.code} ${error.message}`,
    )
  }
  assert.match(
    await failure((tensors) => tensors.delete('prompt_rep_layer.3.bias')),
    /^MissingTensor .*lack 1 .*prompt_rep_layer\.3\.bias; gliner_config\.json may be/,
  )
  const wrong = await failure((tensors) => {
    tensors.get('rnn.lstm.bias_hh_l0')!.shape = [D]
  })
  assert.match(wrong, /^WrongShape .*\[10\]; gliner_config\.json asks for \[20\]/)
  const infinite = await failure((tensors) => {
    tensors.get(`${SPANS}.out_project.0.weight`)!.values[3] = Number.POSITIVE_INFINITY
  })
  assert.match(infinite, /^NonFiniteWeights .*out_project/)
  const missing = await failure((tensors) => tensors.delete('scorer.out_mlp.3.weight'), WORDS)
  assert.match(missing, /^MissingTensor .*lack 1 .*scorer\.out_mlp\.3\.weight; gliner_config\.json may be/)
})

test.run()
