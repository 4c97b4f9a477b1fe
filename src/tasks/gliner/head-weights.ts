/**
 * The weights behind the encoder: names and shapes as the package gliner saves them, made into linear layers in kernel
 * memory. All of them float32.
 */

import type { Checkpoint, CheckpointTensor } from '../../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { checkFinite, readFloats } from '../../format/read-floats.ts'
import type { Kernels, Linear } from '../../kernels/kernels.ts'
import { type Layout, packColumns } from '../../kernels/layout.ts'
import type { StagingArea } from '../../kernels/placed.ts'
import { Staging } from '../../kernels/staging.ts'

/** Sizes of the head. */
export interface HeadShape {
  /** H: the encoder's width. */
  readonly encoderSize: number
  /** D */
  readonly hiddenSize: number
  readonly rnnLayers: number
}

/** One direction of a layer of the LSTM: gates of the input [4h, D], and of the state before [4h, h], h = D/2. */
export interface LstmDirection {
  readonly input: Linear
  readonly recurrent: Linear
}

/** Two linear layers with ReLU between: [4D, D] and [D, 4D]. */
export interface Projection {
  readonly inner: Linear
  readonly outer: Linear
}

export interface HeadWeights {
  /** [D, H], where H is not D. */
  readonly projection?: Linear
  /** For each layer forwards and backwards. */
  readonly lstm: readonly (readonly [LstmDirection, LstmDirection])[]
  readonly start: Projection
  readonly end: Projection
  /** The first layer of the span's projection, parted in what it takes of the start, without bias, and of the end; [4D, D] each. */
  readonly spanStart: Linear
  readonly spanEnd: Linear
  readonly prompt: Projection
  /** The second layer of the span's projection the other way round, [4D + 1, D]: a row for each input, and last its bias. */
  readonly query: Linear
}

/** Gives every weight its place. */
export function placeHead(layout: Layout, { encoderSize, hiddenSize, rnnLayers }: HeadShape): HeadWeights {
  const inner = 4 * hiddenSize
  const half = hiddenSize / 2
  const linear = (outputs: number, inputs: number): Linear => layout.linear('float32', inputs, outputs)
  const projection = (): Projection => ({
    inner: linear(inner, hiddenSize),
    outer: linear(hiddenSize, inner),
  })
  const direction = (): LstmDirection => ({
    input: linear(4 * half, hiddenSize),
    recurrent: linear(4 * half, half),
  })
  return {
    ...(encoderSize === hiddenSize ? {} : { projection: linear(hiddenSize, encoderSize) }),
    lstm: Array.from({ length: rnnLayers }, () => [direction(), direction()] as const),
    start: projection(),
    end: projection(),
    spanStart: linear(inner, hiddenSize),
    spanEnd: linear(inner, hiddenSize),
    prompt: projection(),
    query: linear(inner + 1, hiddenSize),
  }
}

/** Room for the largest tensor while it is packed. */
function placeHeadStaging(layout: Layout, { encoderSize, hiddenSize }: HeadShape): StagingArea {
  return layout.staging(Math.max(hiddenSize * encoderSize, (4 * hiddenSize + 1) * hiddenSize))
}

const SPANS = 'span_rep_layer.span_rep_layer'

/**
 * Reads the head's tensors into their places.
 *
 * @throws {ModelFormatError} MissingTensor, WrongShape, UnsupportedConfig for other element types, NonFiniteWeights
 */
export async function readHead(
  kernels: Kernels,
  { tensors }: Checkpoint,
  weights: HeadWeights,
  shape: HeadShape,
): Promise<void> {
  const { hiddenSize, rnnLayers } = shape
  const inner = 4 * hiddenSize
  const half = hiddenSize / 2
  const mark = kernels.memory.end
  const staging = new Staging(kernels, placeHeadStaging(kernels.layout, shape))
  const read = (name: string, size: readonly number[]): Promise<Float32Array> =>
    readTensor(tensors, name, size)
  const pack = (layer: Linear, weight: Float32Array, bias: Float32Array): void => {
    const bytes = new Uint8Array(weight.buffer, weight.byteOffset, weight.byteLength)
    staging.bytes(bytes.length).set(bytes)
    kernels.packLinear(staging.rows('F32', layer.outputs, 0), layer)
    packColumns(kernels.memory, layer, 0, bias, undefined)
  }
  const linear = async (layer: Linear, name: string): Promise<void> => {
    const weight = await read(`${name}.weight`, [layer.outputs, layer.inputs])
    pack(layer, weight, await read(`${name}.bias`, [layer.outputs]))
  }
  const projection = async (layers: Projection, name: string): Promise<void> => {
    await linear(layers.inner, `${name}.0`)
    await linear(layers.outer, `${name}.3`)
  }

  if (weights.projection) await linear(weights.projection, 'token_rep_layer.projection')
  for (let layer = 0; layer < rnnLayers; layer++) {
    for (const [which, { input, recurrent }] of weights.lstm[layer]!.entries()) {
      const suffix = `l${layer}${which === 0 ? '' : '_reverse'}`
      const bias = (of: string): Promise<Float32Array> => read(`rnn.lstm.bias_${of}_${suffix}`, [4 * half])
      pack(input, await read(`rnn.lstm.weight_ih_${suffix}`, [4 * half, hiddenSize]), await bias('ih'))
      pack(recurrent, await read(`rnn.lstm.weight_hh_${suffix}`, [4 * half, half]), await bias('hh'))
    }
  }
  await projection(weights.start, `${SPANS}.project_start`)
  await projection(weights.end, `${SPANS}.project_end`)
  await projection(weights.prompt, 'prompt_rep_layer')
  const first = await read(`${SPANS}.out_project.0.weight`, [inner, 2 * hiddenSize])
  const part = (from: number): Float32Array => columnsOf(first, inner, 2 * hiddenSize, from, hiddenSize)
  pack(weights.spanStart, part(0), new Float32Array(inner))
  pack(weights.spanEnd, part(hiddenSize), await read(`${SPANS}.out_project.0.bias`, [inner]))
  const second = await read(`${SPANS}.out_project.3.weight`, [hiddenSize, inner])
  const query = new Float32Array((inner + 1) * hiddenSize)
  for (let row = 0; row < hiddenSize; row++) {
    for (let column = 0; column < inner; column++)
      query[column * hiddenSize + row] = second[row * inner + column]!
  }
  query.set(await read(`${SPANS}.out_project.3.bias`, [hiddenSize]), inner * hiddenSize)
  pack(weights.query, query, new Float32Array(inner + 1))
  kernels.memory.release(mark)
}

/**
 * Checks that the head's first and last tensors are there, as they are read.
 *
 * @throws {ModelFormatError} as `readHead`
 */
export function checkHead({ tensors }: Checkpoint, { encoderSize, hiddenSize, rnnLayers }: HeadShape): void {
  const inner = 4 * hiddenSize
  if (encoderSize !== hiddenSize)
    findTensor(tensors, 'token_rep_layer.projection.weight', [hiddenSize, encoderSize])
  for (let layer = 0; layer < rnnLayers; layer++)
    findTensor(tensors, `rnn.lstm.weight_ih_l${layer}_reverse`, [2 * hiddenSize, hiddenSize])
  findTensor(tensors, `${SPANS}.project_start.0.weight`, [inner, hiddenSize])
  findTensor(tensors, `${SPANS}.out_project.3.weight`, [hiddenSize, inner])
  findTensor(tensors, 'prompt_rep_layer.3.weight', [hiddenSize, inner])
}

async function readTensor(
  tensors: ReadonlyMap<string, CheckpointTensor>,
  name: string,
  shape: readonly number[],
): Promise<Float32Array> {
  const tensor = findTensor(tensors, name, shape)
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1))
  await readFloats(tensor, 0, values)
  checkFinite(tensor, values)
  return values
}

function findTensor(
  tensors: ReadonlyMap<string, CheckpointTensor>,
  name: string,
  shape: readonly number[],
): CheckpointTensor {
  const tensor = tensors.get(name) ?? tensors.get(`model.${name}`)
  if (tensor === undefined) {
    throw new ModelFormatError(
      'MissingTensor',
      `The weights have no ${quoted(name)}, which a GLiNER model over spans has; they are of another architecture, or gliner_config.json is another model's`,
    )
  }
  if (tensor.shape.length !== shape.length || !shape.every((size, axis) => size === tensor.shape[axis])) {
    throw new ModelFormatError(
      'WrongShape',
      `Tensor ${quoted(name)} in ${tensor.fileName} has shape [${tensor.shape.join(', ')}]; gliner_config.json asks for [${shape.join(', ')}]`,
    )
  }
  if (!['F32', 'F16', 'BF16'].includes(tensor.dtype)) {
    throw new ModelFormatError(
      'UnsupportedConfig',
      `Tensor ${quoted(name)} in ${tensor.fileName} has dtype ${tensor.dtype}; F32, F16 and BF16 can be read`,
    )
  }
  return tensor
}

/** Columns `first` and `count - 1` more of a matrix of so many rows. */
function columnsOf(
  matrix: Float32Array,
  rows: number,
  columns: number,
  first: number,
  count: number,
): Float32Array {
  const part = new Float32Array(rows * count)
  for (let row = 0; row < rows; row++) {
    const start = row * columns + first
    part.set(matrix.subarray(start, start + count), row * count)
  }
  return part
}
