/** Writes a float model's weights as int8 safetensors. */
import { type CheckpointTensor, nonFinite, openCheckpoint } from '../format/checkpoint.ts'
import { elementCount } from '../format/dtypes.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'
import type { JsonRecord } from '../format/json-file.ts'
import { checkFinite, readFloats } from '../format/read-floats.ts'
import type { ModelFiles } from '../format/source.ts'
import { quantizeWeights, weightScale } from '../kernels/reference/quantization.ts'
import { QUANTIZED_WEIGHTS } from '../model/quantization-config.ts'
import { loadSpec, parseSpec } from '../model/read-spec.ts'
import { type NamedTensor, resolve } from '../model/resolve.ts'
import { type ModelSpec, modulesOf, tensorsOf } from '../model/spec.ts'
import { withMembers } from './config-text.ts'
import { type ByteSink, type TensorToWrite, writeSafetensors } from './safetensors-writer.ts'

/**
 * Elements read at a time: 1 MB of float32, and about a millisecond of work, so that other tasks can run in
 * between.
 */
const CHUNK_ELEMENTS = 2 ** 18

export interface QuantizeOptions {
  /** Called after each chunk with the bytes written and the bytes of the whole file. */
  readonly onProgress?: (written: number, total: number) => void
}

/**
 * Writes a float model's weights as int8 safetensors: `X.weight` I8 [out, in] and `X.weight_scale` F32 [out,
 * 1] for the encoder's linear layers and the word embeddings, everything else unchanged, all under current
 * names. Tensors that the engine does not use (the pooler, position ids) are left out. Weights are streamed,
 * and read twice, since the scales come first in the file. The same weights give the same bytes.
 *
 * @returns the number of bytes written
 * @throws {ModelFormatError} as for `openCheckpoint` and `resolve`; NonFiniteWeights; UnsupportedConfig for a
 *   model that is already int8
 */
export async function quantizeModel(
  files: ModelFiles,
  sink: ByteSink,
  options: QuantizeOptions = {},
): Promise<number> {
  const spec = await loadSpec(files)
  const checkpoint = await openCheckpoint(files)
  try {
    const tensors = resolve(spec, checkpoint).named.flatMap((named) => plan(named))
    return await writeSafetensors(sink, tensors, options.onProgress)
  } finally {
    await checkpoint.close()
  }
}

/**
 * The `config.json` for weights written by `quantizeModel`, with `quantization_config` added.
 *
 * @throws {ModelFormatError} as for `parseSpec`
 */
export async function quantizedConfig(configText: string): Promise<string> {
  const quantization_config = quantizationConfig(await parseSpec(configText))
  return withMembers(configText, { quantization_config })
}

/**
 * The `quantization_config` of a quantized model: its head and all tables except that of words stay float.
 */
export function quantizationConfig({ head, prefix, ...encoder }: ModelSpec): JsonRecord {
  const ignore = [...modulesOf(head), ...modulesOf(encoder)]
    .filter(
      (module) => (module.kind === 'linear' || module.kind === 'table') && module.precision === 'float32',
    )
    .flatMap(tensorsOf)
    .map(({ name }) => name.replace('{encoder}', prefix))
    .filter((name) => name.endsWith('.weight'))
    .map((name) => name.slice(0, -'.weight'.length))
  return {
    quant_method: 'compressed-tensors',
    format: 'int-quantized',
    quantization_status: 'compressed',
    config_groups: {
      group_0: {
        targets: ['Linear', 'Embedding'],
        weights: Object.fromEntries(QUANTIZED_WEIGHTS),
        input_activations: null,
        output_activations: null,
      },
    },
    ignore,
  }
}

function plan({ name, tensor, quantizable }: NamedTensor): TensorToWrite[] {
  if (!quantizable) {
    return [{ name, dtype: tensor.dtype, shape: tensor.shape, chunks: () => copied(tensor) }]
  }
  if (tensor.dtype === 'I8') {
    throw new ModelFormatError(
      'UnsupportedConfig',
      `Tensor ${quoted(tensor.name)} in ${tensor.fileName} is int8 already: give the float model`,
    )
  }
  return [
    { name, dtype: 'I8', shape: tensor.shape, chunks: () => quantizedRows(tensor) },
    { name: `${name}_scale`, dtype: 'F32', shape: [tensor.shape[0]!, 1], chunks: () => scales(tensor) },
  ]
}

/** A tensor's own bytes, once they are known to be finite. */
async function* copied(tensor: CheckpointTensor): AsyncIterable<Uint8Array> {
  const elements = elementCount(tensor.shape)
  const size = tensor.byteLength / elements
  for (let first = 0; first < elements; first += CHUNK_ELEMENTS) {
    const count = Math.min(CHUNK_ELEMENTS, elements - first)
    const values = new Float32Array(count)
    await readFloats(tensor, first, values)
    checkFinite(tensor, values)
    const bytes = new Uint8Array(count * size)
    await tensor.source.read(tensor.offset + first * size, bytes)
    yield bytes
  }
}

async function* quantizedRows(tensor: CheckpointTensor): AsyncIterable<Uint8Array> {
  for await (const { rows, width } of floatRows(tensor)) {
    const quantized = new Int8Array(rows.length)
    for (let at = 0; at < rows.length; at += width) {
      quantizeWeights(rows.subarray(at, at + width), quantized.subarray(at, at + width))
    }
    yield new Uint8Array(quantized.buffer)
  }
}

/** The scales of a tensor, f32 little endian. */
async function* scales(tensor: CheckpointTensor): AsyncIterable<Uint8Array> {
  for await (const { rows, width } of floatRows(tensor)) {
    const bytes = new DataView(new ArrayBuffer((rows.length / width) * 4))
    for (let at = 0, row = 0; at < rows.length; at += width, row++) {
      const scale = weightScale(rows.subarray(at, at + width))
      if (Number.isNaN(scale)) throw nonFinite(tensor)
      bytes.setFloat32(row * 4, scale, true)
    }
    yield new Uint8Array(bytes.buffer)
  }
}

/** A matrix [out, in] in chunks of whole rows of `width` = in values. */
async function* floatRows(tensor: CheckpointTensor): AsyncIterable<{ rows: Float32Array; width: number }> {
  const [height, width] = tensor.shape as readonly [number, number]
  const step = Math.max(1, Math.floor(CHUNK_ELEMENTS / width))
  for (let first = 0; first < height; first += step) {
    const rows = new Float32Array(Math.min(step, height - first) * width)
    await readFloats(tensor, first * width, rows)
    yield { rows, width }
  }
}
