/**
 * Where bytes come from: a file on a disk, a URL with ranges, a Blob, or bytes in memory. Everything that
 * reads a model uses one of two interfaces, so a new place to load from is one more `ModelFiles`.
 */

import { ModelFormatError } from './errors.ts'
import { refuseLfsPointer } from './git-lfs.ts'

/** One file, read in ranges. */
export interface ByteSource {
  /** The name in errors: `model.safetensors`, with the folder or URL if that helps. */
  readonly name: string
  readonly byteLength: number
  /**
   * Reads `target.length` bytes from `offset` on into `target` (which may view shared or wasm memory).
   *
   * @throws {RangeError} if the range exceeds the file
   */
  read(offset: number, target: Uint8Array): Promise<void>
  close(): Promise<void>
  /** The file itself, if it can be passed to another thread. */
  readonly blob?: Blob
  /** The original file, if this one was made from another than requested. */
  readonly standsFor?: string
}

/** A model's weights for another thread: the files themselves, or their location. */
export type PostedWeights =
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, Uint8Array | Blob> }
  | {
      readonly kind: 'url'
      /** Ends in `/`. */
      readonly base: string
      readonly headers?: Readonly<Record<string, string>>
      /** Whether it is the model of this package, which a bundler may have left out. */
      readonly isShipped?: boolean
    }

/** The files of one model: a folder, a Hub repository, a URL prefix, or a map in memory. */
export interface ModelFiles {
  /** Shown in errors: the folder, URL or Hub id. */
  readonly name: string
  /** Opens a file by its name in the model's folder; `undefined` if there is no such file. */
  open(fileName: string): Promise<ByteSource | undefined>
  /** Why a file is missing, if the place can say more than that. */
  whyMissing?(fileName: string): string | undefined
  /** Fetches the weights for a thread that has no code for this place. */
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

/** A Blob or File, as provided by a drop or a file input. */
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

/** A folder inside a model's folder, as a model's folder. */
export function within(files: ModelFiles, folder: string): ModelFiles {
  return { name: `${files.name}/${folder}`, open: (fileName) => files.open(`${folder}/${fileName}`) }
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

/** Passes a file to `use` and closes it then; undefined if there is no such file. */
export async function withFile<Made>(
  files: ModelFiles,
  fileName: string,
  use: (source: ByteSource) => Promise<Made>,
): Promise<Made | undefined> {
  const source = await files.open(fileName)
  if (source === undefined) return undefined
  try {
    return await use(source)
  } finally {
    await source.close()
  }
}

export async function hasFile(files: ModelFiles, fileName: string): Promise<boolean> {
  return (await withFile(files, fileName, async () => true)) ?? false
}

/**
 * @throws {RangeError} if `[offset, offset + length)` is not inside a file of `byteLength` bytes
 */
export function checkRange(name: string, offset: number, length: number, byteLength: number): void {
  if (offset >= 0 && offset + length <= byteLength) return
  throw new RangeError(
    `Cannot read bytes ${offset} to ${offset + length} of ${name}: it has ${byteLength} bytes; the file changed or was cut short`,
  )
}

/**
 * Reads a whole file, meant for small ones: configurations, vocabularies.
 *
 * @param most maximum number of bytes; a larger file is not read at all
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

/** The error if a model lacks all of some alternative files. */
export function missingFile(
  files: Pick<ModelFiles, 'whyMissing'>,
  fileNames: readonly string[],
  message: string,
): ModelFormatError {
  const reasons = fileNames.map((name) => files.whyMissing?.(name)).filter((why) => why !== undefined)
  return new ModelFormatError('MissingFile', [message, ...reasons].join('; '))
}
