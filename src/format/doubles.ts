/** Weights of float64 read as float32, the type that all others are computed in. */
import type { CheckpointTensor } from './checkpoint.ts'

/**
 * A tensor of F64 as one of F32: each number is rounded to the nearest, as PyTorch's `float()` does, when it is read. One
 * that float32 cannot hold becomes infinite, which whoever reads weights refuses.
 *
 * @param tensor of any type; the others are given back as they are
 */
export function narrowed(tensor: CheckpointTensor): CheckpointTensor {
  if (tensor.dtype !== 'F64') return tensor
  const { source, offset } = tensor
  const read = async (from: number, target: Uint8Array): Promise<void> => {
    const doubles = new Float64Array(target.length / 4)
    await source.read(offset + 2 * (from - offset), new Uint8Array(doubles.buffer))
    target.set(new Uint8Array(Float32Array.from(doubles).buffer))
  }
  return {
    ...tensor,
    dtype: 'F32',
    byteLength: tensor.byteLength / 2,
    source: { name: source.name, byteLength: source.byteLength, read, close: async () => {} },
  }
}
