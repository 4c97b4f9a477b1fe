/** Reads some elements of a float tensor as float32. */
import { type CheckpointTensor, nonFinite } from './checkpoint.ts'
import { quoted } from './errors.ts'
import { widenBfloat16, widenFloat16 } from './half.ts'

/**
 * Reads `values.length` elements of an F32, F16 or BF16 tensor from element `first` on, exactly, as float32.
 *
 * @param values receives them; it may view shared or wasm memory
 * @throws {RangeError} if the range exceeds the tensor
 * @throws {TypeError} for a tensor of another element type
 */
export async function readFloats(
  tensor: CheckpointTensor,
  first: number,
  values: Float32Array,
): Promise<void> {
  const { dtype, source, offset, byteLength } = tensor
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
    throw new TypeError(
      `Tensor ${quoted(tensor.name)} has dtype ${dtype}: only F32, F16 and BF16 are read as floats`,
    )
  }
  const size = dtype === 'F32' ? 4 : 2
  if (first < 0 || (first + values.length) * size > byteLength) {
    throw new RangeError(
      `Cannot read elements ${first} to ${first + values.length} of tensor ${quoted(tensor.name)}: it has ${byteLength / size}`,
    )
  }
  const start = offset + first * size
  if (dtype === 'F32') {
    await source.read(start, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    return
  }
  const bytes = new Uint8Array(2 * values.length)
  await source.read(start, bytes)
  if (dtype === 'F16') widenFloat16(bytes, values)
  else widenBfloat16(bytes, values)
}

/**
 * @throws {ModelFormatError} NonFiniteWeights, naming `tensor`, if a value is NaN or infinite
 */
export function checkFinite(tensor: CheckpointTensor, values: Float32Array): void {
  for (const value of values) if (!Number.isFinite(value)) throw nonFinite(tensor)
}
