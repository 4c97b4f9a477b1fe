/** The interface of a tensor in another format, and the bounds that apply to all of them. */
import { DTYPE_BITS, type Dtype } from '../format/dtypes.ts'
import type { ByteSource } from '../format/source.ts'
import type { Strided } from '../format/weights-view.ts'
import type { TensorToWrite } from './safetensors-writer.ts'

/**
 * A tensor of a foreign checkpoint; its data stays in the file. Its chunks contain whole elements, and may be
 * kept.
 */
export interface ForeignTensor extends TensorToWrite {
  chunks(): AsyncIterable<Uint8Array>
  /** Where its data is in its file, if it can be read from there unchanged. */
  readonly place?: FilePlace
}

/** Where the elements of a tensor are. */
export interface FilePlace {
  readonly file: ByteSource
  /** Position of the first element in bytes. */
  readonly offset: number
  /** Present if they are not stored row after row. */
  readonly strided?: Strided
  /**
   * Reads the bytes once to compare them with their checksum, if the file states one.
   *
   * @throws {ModelFormatError}
   */
  check(): Promise<void>
}

/** Size of a chunk in bytes, a multiple of every element's size. */
export const CHUNK_BYTES: number = 4 * 1024 * 1024

/** Maximum number of dimensions of one tensor. */
export const MAX_RANK: number = 32

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

/** The original format of a model. */
export type ForeignKind = 'pytorch' | 'tensorflow-checkpoint' | 'saved-model' | 'spark-nlp'

/** A model in another format, under the names of transformers' PyTorch classes. */
export interface ForeignModel {
  readonly kind: ForeignKind
  /** The text of `config.json`: the model's own, or derived from shapes and labels. */
  readonly config: string
  /** The tokenizer's files by name: `vocab.txt` and others that exist. */
  readonly tokenizer: ReadonlyMap<string, Uint8Array>
  readonly tensors: readonly ForeignTensor[]
  /** What was not in the files and had to be guessed, in sentences. */
  readonly notes: readonly string[]
  /** Closes the files; no tensor can be read afterwards. */
  close(): Promise<void>
}
