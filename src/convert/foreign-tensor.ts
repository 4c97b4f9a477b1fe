import { DTYPE_BITS, type Dtype } from '../format/dtypes.ts'
import type { TensorToWrite } from '../format/safetensors-writer.ts'
import type { ByteSource } from '../format/source.ts'

/** A tensor of a foreign checkpoint, its data still where it lies. Its chunks hold whole elements, and may be kept. */
export interface ForeignTensor extends TensorToWrite {
  chunks(): AsyncIterable<Uint8Array>
}

/** Bytes of a chunk, a multiple of every element's. */
export const CHUNK_BYTES: number = 4 * 1024 * 1024

/** The most dimensions of one tensor. */
export const MAX_RANK: number = 32

/** @returns the number of elements; 1 for a scalar */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function elementBytes(dtype: Dtype): number {
  return (DTYPE_BITS.get(dtype) as number) / 8
}

/** `byteLength` bytes from `offset` on, in chunks. */
export async function* readChunks(
  source: ByteSource,
  offset: number,
  byteLength: number,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < byteLength; done += CHUNK_BYTES) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, byteLength - done))
    await source.read(offset + done, chunk)
    yield chunk
  }
}
