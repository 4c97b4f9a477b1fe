/** Converts the numbers of one tensor for another file, chunk by chunk. */
import type { CheckpointTensor } from '../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'
import { widenBfloat16, widenFloat16 } from '../format/half.ts'
import { checkFinite } from '../format/read-floats.ts'
import type { NamedTensor } from '../model/resolve.ts'
import { readChunks } from './foreign-tensor.ts'
import type { TensorToWrite } from './safetensors-writer.ts'

/** Reads a tensor's bytes in chunks of whole elements. */
export type ReadTensor = (tensor: CheckpointTensor) => AsyncIterable<Uint8Array>

/** Of a tensor that lies in its file as it is. */
export const readTensor: ReadTensor = ({ source, offset, byteLength }) =>
  readChunks(source, offset, byteLength)

/**
 * A tensor as written: F32 or F16 if requested, else unchanged. I8 weights become q · scale in float32, each
 * product rounded once, and then the requested type.
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
    // Chunks may begin at any byte of their buffer.
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

const bits = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length)

/**
 * Rounds f32 values to IEEE binary16, to the nearest and half to even. Values must be finite.
 *
 * @returns two little-endian bytes for each value, or the index of the first value of 65,520 or more, which
 *   would overflow
 */
export function narrowToFloat16(values: Float32Array): Uint8Array | number {
  const bytes = new Uint8Array(2 * values.length)
  const words = bits(values)
  const small = new Float32Array(1)
  const smallBits = bits(small)
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number
    const magnitude = word & 0x7fffffff
    let half: number
    if (magnitude < 0x38800000) {
      // Below 2^-14 a half is a multiple of 2^-24, which is one unit in the last place of an f32 at 0.5
      small[0] = Math.abs(values[index] as number) + 0.5
      half = (smallBits[0] as number) - 0x3f000000
    } else {
      // From bias 127 to bias 15, thirteen fraction bits rounded away
      half = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13
      if (half >= 0x7c00) return index
    }
    half |= (word >>> 16) & 0x8000
    bytes[2 * index] = half & 0xff
    bytes[2 * index + 1] = half >>> 8
  }
  return bytes
}
