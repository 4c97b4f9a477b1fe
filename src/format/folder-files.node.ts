/** The files of a model in a folder on a disk. */
import { readSync, type Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode, ModelFormatError, reasonOf } from './errors.ts'
import { checkFileName } from './file-name.ts'
import { WEIGHTS } from './shards.ts'
import { type ByteSource, checkRange, type ModelFiles } from './source.ts'
import { viewSource, type WeightsView } from './weights-view.ts'

/** Maximum size of one read: Node refuses reads of 2³¹ bytes and more. */
const LARGEST_READ = 1 << 28
/** Reads up to this size also read the following bytes, since a system call costs more than they do. */
const SMALL_READ = 1 << 14
const READ_AHEAD = 1 << 17

/**
 * The files of a model in a folder. Nothing is read before a file is opened.
 *
 * @param blocking whether reading blocks the thread, which is faster: for a worker that does nothing else
 *   meanwhile
 *
 * @example
 * const files = folderFiles('./my-model')
 * const config = await files.open('config.json')
 */
export function folderFiles(folder: string, blocking = false): ModelFiles {
  return {
    name: folder,
    async open(fileName: string): Promise<ByteSource | undefined> {
      const path = join(folder, checkFileName(fileName))
      try {
        const status = await stat(path)
        if (status.isDirectory()) return undefined
        // Opening a pipe would wait for its other end, perhaps forever.
        if (!status.isFile()) throw noFile(path, status)
        return await handleSource(path, await open(path, 'r'), blocking)
      } catch (error) {
        if (error instanceof ModelFormatError) throw error
        // Too many open files: this file is not at fault.
        if (isCode(error, ['EMFILE', 'ENFILE'])) throw error
        if (!isMissing(error)) throw unreadable(path, error)
        await checkFolder(folder)
        return undefined
      }
    },
  }
}

/**
 * A model's files with other weights in place of `model.safetensors`: a file anywhere on the disk, or a view.
 */
export function withWeights(files: ModelFiles, weights: string | WeightsView, blocking = false): ModelFiles {
  const open = async (): Promise<ByteSource | undefined> =>
    typeof weights === 'string'
      ? folderFiles(dirname(weights), blocking).open(basename(weights))
      : viewSource(files, weights)
  return { name: files.name, open: (name) => (name === WEIGHTS ? open() : files.open(name)) }
}

/** @throws {ModelFormatError} `MissingFile` where `folder` is not a folder */
async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw unreadable(folder, error)
  })
  if (found?.isDirectory()) return
  throw new ModelFormatError(
    'MissingFile',
    found === undefined
      ? `There is no folder ${folder}: give the path of one that holds config.json, vocab.txt and model.safetensors, or a Hub id owner/name`
      : `${folder} is a file: give the folder that holds config.json, vocab.txt and model.safetensors`,
  )
}

async function handleSource(path: string, handle: FileHandle, blocking: boolean): Promise<ByteSource> {
  const status = await handle.stat().catch(async (error: unknown) => {
    await handle.close()
    throw error
  })
  let open = true
  /** Bytes that were read ahead: a model has about a hundred small tensors next to each other. */
  let ahead = { start: 0, bytes: new Uint8Array(0) }
  /**
   * @returns how many bytes were read
   */
  const fill = async (offset: number, target: Uint8Array): Promise<number> => {
    let done = 0
    while (done < target.length) {
      const wanted = Math.min(target.length - done, LARGEST_READ)
      const bytesRead = blocking
        ? readSync(handle.fd, target, done, wanted, offset + done)
        : (await handle.read(target, done, wanted, offset + done)).bytesRead
      if (bytesRead === 0) break
      done += bytesRead
    }
    return done
  }
  return {
    name: path,
    byteLength: status.size,
    async read(offset: number, target: Uint8Array): Promise<void> {
      const { length } = target
      checkRange(path, offset, length, status.size)
      if (length > SMALL_READ) return checkRange(path, offset, length, offset + (await fill(offset, target)))
      let { start, bytes } = ahead
      if (offset < start || offset + length > start + bytes.length) {
        start = offset
        bytes = new Uint8Array(Math.min(READ_AHEAD, status.size - offset))
        bytes = bytes.subarray(0, await fill(offset, bytes))
        ahead = { start, bytes }
      }
      checkRange(path, offset, length, start + bytes.length)
      target.set(bytes.subarray(offset - start, offset - start + length))
    },
    async close(): Promise<void> {
      if (!open) return
      open = false
      await handle.close()
    },
  }
}

function noFile(path: string, status: Stats): ModelFormatError {
  const what = status.isFIFO() ? 'a named pipe' : status.isSocket() ? 'a socket' : 'a device'
  return new ModelFormatError('MissingFile', `${path} is ${what}, expected a file: give a folder of files`)
}

/** The system's own message in an error of ours. */
function unreadable(path: string, cause: unknown): ModelFormatError {
  const said = reasonOf(cause)
  return new ModelFormatError('MissingFile', `Cannot read ${path}: ${said}; check the path and its rights`, {
    cause,
  })
}

function isMissing(error: unknown): boolean {
  return isCode(error, ['ENOENT', 'ENOTDIR'])
}

function isCode(error: unknown, codes: readonly string[]): boolean {
  return codes.includes(errorCode(error) ?? '')
}
