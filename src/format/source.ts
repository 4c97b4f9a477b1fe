/**
 * Where bytes come from: a file on a disk, a URL with ranges, a Blob, or bytes in memory. Everything that reads a model
 * asks one of two interfaces, so a new place to load from is one more `ModelFiles`.
 */

import { ModelFormatError } from './errors.ts'
import { refuseLfsPointer } from './git-lfs.ts'

/** One file, read in ranges. */
export interface ByteSource {
  /** Shown in errors: `model.safetensors`, with the folder or URL where that helps. */
  readonly name: string
  readonly byteLength: number
  /**
   * Reads `target.length` bytes from `offset` on into `target` (which may view shared or wasm memory).
   *
   * @throws {RangeError} when the range passes the end of the file
   */
  read(offset: number, target: Uint8Array): Promise<void>
  close(): Promise<void>
  /** The file itself, where it is one that another thread can be given. */
  readonly blob?: Blob
  /** The file that it was made of, where that is another than was asked for. */
  readonly standsFor?: string
}

/** A model's weights for another thread: the files themselves, or where they are. */
export type PostedWeights =
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, Uint8Array | Blob> }
  | {
      readonly kind: 'url'
      /** Ends in `/`. */
      readonly base: string
      readonly headers?: Readonly<Record<string, string>>
      /** The model of this package, which a bundler may have left behind. */
      readonly isShipped?: boolean
    }

/** The files of one model: a folder, a Hub repository, a URL prefix, or a map in memory. */
export interface ModelFiles {
  /** Shown in errors: the folder, URL or Hub id. */
  readonly name: string
  /** Opens a file by its name in the model's folder; `undefined` where there is no such file. */
  open(fileName: string): Promise<ByteSource | undefined>
  /** What a place says of a file that it does not have, where that tells more than its absence. */
  whyMissing?(fileName: string): string | undefined
  /** Fetches the weights for a thread that knows nothing of this place. */
  weights?(): Promise<PostedWeights>
}

/** A file already in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    byteLength: bytes.length,
    async read(offset: number, target: Uint8Array): Promise<void> {
      checkRange(name, offset, target.length, bytes.length)
      target.set(bytes.subarray(offset, offset + target.length))
    },
    async close(): Promise<void> {},
  }
}

/** A Blob or File, as a drop or a file input gives it. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    blob,
    byteLength: blob.size,
    async read(offset: number, target: Uint8Array): Promise<void> {
      checkRange(name, offset, target.length, blob.size)
      target.set(new Uint8Array(await blob.slice(offset, offset + target.length).arrayBuffer()))
    },
    async close(): Promise<void> {},
  }
}

/** Files given by the caller: `new Map([['config.json', bytes], ...])`. */
export function mapFiles(files: ReadonlyMap<string, Uint8Array | Blob>): ModelFiles {
  return {
    name: 'the given files',
    async open(fileName: string): Promise<ByteSource | undefined> {
      const file = files.get(fileName)
      if (file === undefined) return undefined
      return file instanceof Uint8Array ? bytesSource(fileName, file) : blobSource(fileName, file)
    },
  }
}

/** @throws {RangeError} when `[offset, offset + length)` is not inside a file of `byteLength` bytes */
export function checkRange(name: string, offset: number, length: number, byteLength: number): void {
  if (offset >= 0 && offset + length <= byteLength) return
  throw new RangeError(
    `Cannot read bytes ${offset} to ${offset + length} of ${name}: it has ${byteLength} bytes; the file changed or was cut short`,
  )
}

/**
 * Reads a whole file, for the small ones: configurations, vocabularies.
 *
 * @param most bytes that are read; nothing is where the file has more
 * @throws {ModelFormatError} `InvalidConfig`; `MissingFile` for a pointer of Git LFS in its place
 */
export async function readAll(
  source: ByteSource,
  most: number = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  if (source.byteLength > most) throw tooLarge(source.name, `${source.byteLength} bytes`, most)
  const bytes = new Uint8Array(source.byteLength)
  await source.read(0, bytes)
  refuseLfsPointer(bytes, source.name)
  return bytes
}

export function tooLarge(name: string, found: string, most: number): ModelFormatError {
  return new ModelFormatError('InvalidConfig', `${name} has ${found}: at most ${most} are read`)
}

/** The error for files one of which a model must have. */
export function missingFile(
  files: Pick<ModelFiles, 'whyMissing'>,
  fileNames: readonly string[],
  message: string,
): ModelFormatError {
  const reasons = fileNames.map((name) => files.whyMissing?.(name)).filter((why) => why !== undefined)
  return new ModelFormatError('MissingFile', [message, ...reasons].join('; '))
}
