/** The interface of a tensor in another format, and the bounds that apply to all of them. */
import { DTYPE_BITS, type Dtype } from '../format/dtypes.ts'
import type { ByteSource } from '../format/source.ts'
import type { Strided } from '../format/weights-view.ts'
import type { TensorToWrite } from './safetensors-writer.ts'

/** A tensor of a foreign checkpoint, its data still where it lies. Its chunks hold whole elements, and may be kept. */
export interface ForeignTensor extends TensorToWrite {
  chunks(): AsyncIterable<Uint8Array>
  /** Where its data lies in its file, if it can be read from there as it is. */
  readonly place?: FilePlace
}

/** Where the elements of a tensor lie. */
export interface FilePlace {
  readonly file: ByteSource
  /** Of the first element, in bytes. */
  readonly offset: number
  /** Present where they do not lie row after row. */
  readonly strided?: Strided
  /**
   * Reads the bytes once to compare them with their sum, where the file states one.
   *
   * @throws {ModelFormatError}
   */
  check(): Promise<void>
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

/** Which format a model came in. */
export type ForeignKind = 'pytorch' | 'tensorflow-checkpoint' | 'saved-model' | 'spark-nlp'

/** A model in another format, read and named as transformers' PyTorch classes name it. */
export interface ForeignModel {
  readonly kind: ForeignKind
  /** The text of `config.json`: the model's own, or one made from shapes and labels. */
  readonly config: string
  /** The tokenizer's files by name: `vocab.txt` and those that are there beside it. */
  readonly tokenizer: ReadonlyMap<string, Uint8Array>
  readonly tensors: readonly ForeignTensor[]
  /** What was not in the files and had to be guessed, a sentence each. */
  readonly notes: readonly string[]
  /** Lets go of the files; no tensor can be read afterwards. */
  close(): Promise<void>
}
