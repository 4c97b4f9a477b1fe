/**
 * A model's folder while it is being written. Its files are written to a temporary folder inside it, and
 * moved into place once all are complete and on the disk: a run that fails or is stopped leaves the old
 * content. Only if the process is killed during the moves (by SIGKILL or a power cut; other signals cannot
 * interrupt it there) does the folder remain without config.json, and so is not a model.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { FileSink, ModelSink } from '../convert/convert.ts'
import { KEPT_FILES } from '../convert/small-files.ts'
import { errorCode } from '../format/errors.ts'
import { checkFileName } from '../format/file-name.ts'
import { ENCODER_CONFIG, GLINER_CONFIG } from '../format/shards.ts'
import { renameOverSync } from '../hub/rename.node.ts'
import { UsageError } from './arguments.ts'

export interface OutputFolder extends ModelSink {
  /** Moves the files into place. */
  commit(): void
}

export interface OutputOptions {
  /** The folder that is read; it must be a different one. */
  readonly from: string
  /** Whether an existing model may be replaced. */
  readonly force: boolean
}

/** Prefix of the temporary folder's name, followed by a random number. */
const TEMPORARY = '.iobert-new-'
/** Without any of the first two a folder is not a model; GLiNER may have only the second, GLiNER2 has the third too. */
const CONFIGS = ['config.json', GLINER_CONFIG, ENCODER_CONFIG]

/**
 * Checks the output folder before anything is read.
 *
 * @throws {UsageError} if it is the input folder, is a file, or contains files without `force`
 */
export async function checkOutputFolder(folder: string, { from, force }: OutputOptions): Promise<void> {
  if (await isSame(from, folder)) {
    throw new UsageError(
      `OUT is IN: ${folder} and ${from} are one folder, whose weights would be lost; choose another folder for OUT`,
    )
  }
  const status = await stat(folder).catch(() => undefined)
  if (status === undefined) return
  if (!status.isDirectory()) throw new UsageError(`OUT is ${folder}, which is a file, expected a folder`)
  const names = await readdir(folder)
  if (force || names.every((name) => name.startsWith(TEMPORARY))) return
  throw new UsageError(
    `OUT is ${folder}, which holds files: choose another folder, or give --force to replace the model in it`,
  )
}

/**
 * Begins to write a folder. Whatever was not committed is removed when the process ends, even by an error or
 * a signal, and so are folders created for it. Everything that gets a name on the disk gets it synchronously:
 * a signal's handler runs between two turns of the event loop, when a folder made by another thread might not
 * be known yet, or might appear after everything else was removed.
 *
 * @throws {UsageError} as for `checkOutputFolder`
 */
export async function createOutputFolder(folder: string, options: OutputOptions): Promise<OutputFolder> {
  await checkOutputFolder(folder, options)
  const path = resolve(folder)
  const made = makeFolders(path)
  const temporary = join(path, `${TEMPORARY}${randomBytes(6).toString('hex')}`)
  process.once('exit', () => {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 })
    for (const one of made) removeIfEmpty(one)
  })
  mkdirSync(temporary)
  const names: string[] = []
  return {
    async create(fileName: string): Promise<FileSink> {
      const file = join(temporary, checkFileName(fileName))
      mkdirSync(dirname(file), { recursive: true })
      names.push(fileName)
      return fileSink(file)
    },
    commit(): void {
      const last = CONFIGS.find((name) => names.includes(name))!
      if (options.force) removeModel(path)
      else reserve(path, folder, last)
      for (const name of [...names.filter((one) => one !== last), last]) {
        mkdirSync(dirname(join(path, name)), { recursive: true })
        renameOverSync(join(temporary, name), join(path, name))
      }
      rmSync(temporary, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Reserves a model's place for this run by an empty file that becomes its configuration. */
function reserve(path: string, folder: string, config: string): void {
  try {
    writeFileSync(join(path, config), '', { flag: 'wx' })
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    throw new UsageError(
      `OUT is ${folder}, which another run has written meanwhile: its files stay, and what this run made is dropped; choose another folder, or give --force to replace them`,
    )
  }
}

/**
 * Removes the small files of the existing model, config.json first: without it a folder is not a model. No
 * file of another model's tokenizer may stay, since it would be read with the new model.
 */
function removeModel(path: string): void {
  for (const name of [...CONFIGS, ...KEPT_FILES]) rmSync(join(path, name), { force: true, maxRetries: 5 })
}

/** Device and inode: the same for all names of a folder, also in other letter case if the disk ignores it. */
async function identity(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev} ${ino}`,
    () => undefined,
  )
}

/** Whether two names are the same folder, or the first contains a link to a file of the second. */
async function isSame(from: string, folder: string): Promise<boolean> {
  const target = await identity(folder)
  if (target === undefined) return false
  if ((await identity(from)) === target) return true
  for (const entry of await readdir(from, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isSymbolicLink()) continue
    const linked = await identity(join(from, entry.name))
    if (linked !== undefined && linked === (await identity(join(folder, entry.name)))) return true
  }
  return false
}

/**
 * @returns the folders that did not exist, the innermost first
 */
function makeFolders(path: string): string[] {
  const outermost = mkdirSync(path, { recursive: true })
  if (outermost === undefined) return []
  const made: string[] = []
  for (let at = path; at !== dirname(resolve(outermost)); at = dirname(at)) made.push(at)
  return made
}

async function fileSink(path: string): Promise<FileSink> {
  writeFileSync(path, '', { flag: 'wx' })
  const handle = await open(path, 'r+')
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
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It is not empty.
  }
}
