import { randomBytes } from 'node:crypto'
import { existsSync, rmdirSync, rmSync } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { FileSink, ModelSink } from '../convert/convert.ts'
import { KEPT_FILES } from '../convert/small-files.ts'
import { checkFileName } from '../format/file-name.ts'

/** A model's folder that is being written. */
export interface OutputFolder extends ModelSink {
  /** Puts all files in place of older ones; none where one of another model would stay among them. */
  commit(): Promise<void>
}

/**
 * Writes a folder's files under temporary names beside the old ones; `commit` renames them, so that no half-written file
 * is ever seen. What was not committed is removed when the process ends, by an error or a signal too, and so are folders
 * that were made for it.
 */
export async function createOutputFolder(folder: string): Promise<OutputFolder> {
  const made: string[] = []
  /** Notes each folder that was not there, the innermost first. */
  const makeFolder = async (path: string): Promise<void> => {
    const outermost = await mkdir(path, { recursive: true })
    if (outermost === undefined) return
    const end = dirname(resolve(outermost))
    const chain: string[] = []
    for (let at = resolve(path); at !== end; at = dirname(at)) chain.push(at)
    made.unshift(...chain)
  }
  await makeFolder(folder)
  const pending = new Map<string, string>()
  const suffix = randomBytes(6).toString('hex')
  process.once('exit', () => {
    for (const path of pending.values()) rmSync(path, { force: true })
    for (const path of made) removeIfEmpty(path)
  })
  return {
    async create(fileName: string): Promise<FileSink> {
      const target = join(folder, checkFileName(fileName))
      await makeFolder(dirname(target))
      const path = join(dirname(target), `.${basename(target)}.${suffix}`)
      pending.set(fileName, path)
      const handle = await open(path, 'wx')
      return {
        async write(chunk: Uint8Array): Promise<void> {
          for (let done = 0; done < chunk.length; ) {
            const { bytesWritten } = await handle.write(chunk, done)
            done += bytesWritten
          }
        },
        async close(): Promise<void> {
          await handle.sync()
          await handle.close()
        },
      }
    },
    async commit(): Promise<void> {
      for (const name of KEPT_FILES) {
        if (pending.has(name) || !existsSync(join(folder, name))) continue
        throw new Error(
          `${folder} holds ${name}, which the new model has not, and which would be read with it: remove it, or choose another folder`,
        )
      }
      for (const [fileName, path] of pending) {
        await rename(path, join(folder, fileName))
        pending.delete(fileName)
      }
    },
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It holds something.
  }
}
