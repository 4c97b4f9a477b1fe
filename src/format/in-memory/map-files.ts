/** A model's files that the caller gives, by name. Read where they are given. */
import { type ByteSource, bytesSource, checkRange, type ModelFiles } from '../source.ts'

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
