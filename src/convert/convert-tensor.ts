import type { CheckpointTensor } from '../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'
import { widenBfloat16, widenFloat16 } from '../format/half.ts'
import { checkFinite } from '../format/read-floats.ts'
import type { TensorToWrite } from '../format/safetensors-writer.ts'
import type { NamedTensor } from '../model/tensor-names.ts'
import { narrowToFloat16 } from './float16.ts'

/** How a tensor's bytes are come by, in chunks of whole elements. */
export type ReadTensor = (tensor: CheckpointTensor) => AsyncIterable<Uint8Array>

/**
 * A tensor as it is written: F32 or F16 where one is asked for, else as it is. I8 weights become q · scale in f32, each
 * product rounded once, then what is asked for.
 */
export function convertTensor(
  { name, tensor, scale }: NamedTensor,
  dtype: 'F32' | 'F16' | undefined,
  read: ReadTensor,
): TensorToWrite {
  const { shape } = tensor
  const written = dtype ?? (scale === undefined ? tensor.dtype : 'F32')
  return { name, dtype: written, shape, chunks: () => chunks(tensor, scale, written, read) }
}

async function* chunks(
  tensor: CheckpointTensor,
  scale: CheckpointTensor | undefined,
  written: TensorToWrite['dtype'],
  read: ReadTensor,
): AsyncGenerator<Uint8Array> {
  const scales = scale === undefined ? undefined : await readScales(scale, read)
  let first = 0
  for await (const bytes of read(tensor)) {
    const values =
      scales === undefined
        ? floats(tensor, bytes)
        : dequantized(bytes, scales, first, tensor.shape[1] as number)
    first += values.length
    checkFinite(tensor, values)
    if (written === 'F16' && tensor.dtype !== 'F16') yield halves(tensor, values)
    else if (written === 'F32' && tensor.dtype !== 'F32') yield new Uint8Array(values.buffer)
    else yield bytes
  }
}

function floats(tensor: CheckpointTensor, bytes: Uint8Array): Float32Array {
  if (tensor.dtype === 'F32') {
    // Chunks may lie at any byte of their buffer
    return new Float32Array(bytes.slice().buffer)
  }
  const values = new Float32Array(bytes.length / 2)
  if (tensor.dtype === 'F16') widenFloat16(bytes, values)
  else widenBfloat16(bytes, values)
  return values
}

/** @param first the number of elements before these */
function dequantized(bytes: Uint8Array, scales: Float32Array, first: number, width: number): Float32Array {
  const values = new Float32Array(bytes.length)
  const quantized = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let index = 0; index < values.length; index++) {
    values[index] = (quantized[index] as number) * (scales[Math.floor((first + index) / width)] as number)
  }
  return values
}

async function readScales(scale: CheckpointTensor, read: ReadTensor): Promise<Float32Array> {
  const scales = new Float32Array(scale.shape[0] as number)
  let filled = 0
  for await (const bytes of read(scale)) {
    const values = floats(scale, bytes)
    scales.set(values, filled)
    filled += values.length
  }
  return scales
}

function halves(tensor: CheckpointTensor, values: Float32Array): Uint8Array {
  const bytes = narrowToFloat16(values)
  if (typeof bytes !== 'number') return bytes
  throw new ModelFormatError(
    'UnsupportedConfig',
    `Tensor ${quoted(tensor.name)} has the value ${values[bytes]}, and float16 ends at 65504: convert to float32`,
  )
}
