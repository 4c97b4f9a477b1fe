/**
 * A model's folder that is being written: whole, or not at all. Files are written to a folder beside it, which takes its
 * place when all are complete and on the disk, by renaming. An older folder is put aside first and removed afterwards;
 * where the process is killed between the two (no signal can interrupt it there, but SIGKILL and a power cut do), the next
 * run puts it back.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { FileSink, ModelSink } from '../convert/convert.ts'
import { KEPT_FILES } from '../convert/small-files.ts'
import { checkFileName } from '../format/file-name.ts'
import { errorCode } from '../hub/paths.node.ts'
import { renameOverSync } from '../hub/rename.node.ts'
import { UsageError } from './arguments.ts'
import { complain } from './output.ts'

export interface OutputFolder extends ModelSink {
  /** Puts the new folder in the place of the old one. */
  commit(): Promise<void>
}

export interface OutputOptions {
  /** The folder that is read: it must be another one. */
  readonly from: string
  /** Whether a model that is there may be replaced. */
  readonly force: boolean
}

/** What is where the folder will be. */
interface Place {
  /** Without symbolic links, so that a link stays one. */
  readonly path: string
  readonly found: 'nothing' | 'an empty folder' | 'files'
  /** Why the folder cannot be renamed; its files then are, which is whole as long as it is empty. */
  readonly fixed: string | undefined
}

/**
 * Checks where a folder is to be written, before anything is read.
 *
 * @throws {UsageError} where it is the folder that is read, holds files and `force` is not given, or is a file
 */
export async function checkOutputFolder(folder: string, { from, force }: OutputOptions): Promise<Place> {
  await putBack(resolve(folder))
  if (await isSame(from, folder)) {
    throw new UsageError(
      `OUT is IN: ${folder} and ${from} are one folder, whose weights would be lost; choose another folder for OUT`,
    )
  }
  const status = await stat(folder).catch(() => undefined)
  if (status === undefined) return { path: resolve(folder), found: 'nothing', fixed: undefined }
  if (!status.isDirectory()) throw new UsageError(`OUT is ${folder}, which is a file, expected a folder`)
  const path = await realpath(folder)
  const empty = (await readdir(path)).length === 0
  const fixed = await whyFixed(path, status.dev)
  if (empty) return { path, found: 'an empty folder', fixed }
  if (!force) {
    throw new UsageError(
      `OUT is ${folder}, which holds files: choose another folder, or give --force to replace the model in it`,
    )
  }
  if (fixed !== undefined) {
    throw new UsageError(
      `OUT is ${folder}, which ${fixed} and cannot be replaced whole: choose another folder`,
    )
  }
  return { path, found: 'files', fixed }
}

/**
 * Begins to write a folder. What was not committed is removed when the process ends, by an error or a signal too, and so
 * are folders that were made for it. Whatever gets a name on the disk gets it synchronously: a signal's handler runs
 * between two turns of the event loop, when a folder that another thread makes is not known yet, or comes after all the
 * others were removed.
 *
 * @throws {UsageError} as `checkOutputFolder`
 */
export async function createOutputFolder(folder: string, options: OutputOptions): Promise<OutputFolder> {
  const { path, found, fixed } = await checkOutputFolder(folder, options)
  const made = makeFolders(dirname(path))
  const suffix = randomBytes(6).toString('hex')
  const aside = (kind: string): string => join(dirname(path), `.${basename(path)}.${kind}${suffix}`)
  const staging = fixed === undefined ? aside(NEW) : join(path, `${NEW}${suffix}`)
  const old = aside(OLD)
  let swapped = false
  process.once('exit', () => {
    rmSync(staging, { recursive: true, force: true, maxRetries: 3 })
    if (swapped) rmSync(old, { recursive: true, force: true, maxRetries: 3 })
    for (const one of made) removeIfEmpty(one)
  })
  mkdirSync(staging)
  const names: string[] = []
  return {
    async create(fileName: string): Promise<FileSink> {
      const file = join(staging, checkFileName(fileName))
      mkdirSync(dirname(file), { recursive: true })
      names.push(fileName)
      return fileSink(file)
    },
    async commit(): Promise<void> {
      // What came there since it was looked at is another run's.
      const files = found === 'files' ? [] : filesIn(path).filter((name) => !name.startsWith(NEW))
      if (files.length > 0) throw takenMeanwhile(folder)
      if (fixed !== undefined) {
        moveInto(path, staging, names)
        return
      }
      try {
        if (found !== 'nothing') chmodSync(staging, (await stat(path)).mode & 0o7777)
        if (found === 'files') carryOver(path, staging, (name) => isReplaced(name, names))
        swap(path, staging, found === 'nothing' ? undefined : old)
      } catch (error) {
        const code = errorCode(error) ?? ''
        throw ['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(code) ? takenMeanwhile(folder) : error
      }
      swapped = true
      if (found !== 'nothing') rmSync(old, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function filesIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function takenMeanwhile(folder: string): UsageError {
  return new UsageError(
    `OUT is ${folder}, which another run has written meanwhile: its files stay, and what this run made is dropped; choose another folder, or give --force to replace them`,
  )
}

const NEW = 'iobert-new-'
const OLD = 'iobert-old-'

/** Of another model's tokenizer nothing may stay, since it would be read with the new one. */
function isReplaced(name: string, names: readonly string[]): boolean {
  return names.includes(name) || KEPT_FILES.includes(name)
}

/** Without a turn of the event loop in it, so that no signal's handler runs between the two. */
function swap(path: string, staging: string, old: string | undefined): void {
  if (old !== undefined) renameOverSync(path, old)
  try {
    renameOverSync(staging, path)
  } catch (error) {
    // Where another run's folder came there, the old one is done with.
    if (old !== undefined && filesIn(path).length === 0) renameOverSync(old, path)
    else if (old !== undefined) rmSync(old, { recursive: true, force: true, maxRetries: 3 })
    throw error
  }
}

/** Into an empty folder, `config.json` last: without it a folder is no model. */
function moveInto(path: string, staging: string, names: readonly string[]): void {
  const top = new Set(names.map((name) => name.split('/')[0]!))
  const last = top.delete('config.json') ? ['config.json'] : []
  for (const name of [...top, ...last]) renameOverSync(join(staging, name), join(path, name))
  rmdirSync(staging)
}

/** Puts back the old folder that a run which was killed left beside its place. */
async function putBack(path: string): Promise<void> {
  if ((await identity(path)) !== undefined) return
  const beginning = `.${basename(path)}.${OLD}`
  const names = await readdir(dirname(path)).catch(() => [])
  const left = names.find((name) => name.startsWith(beginning))
  if (left === undefined) return
  renameOverSync(join(dirname(path), left), path)
  complain(`${path} is put back: a run was killed before the new folder took its place`)
}

/** Device and inode: the same for all names of a folder, in letters of any case too where the disk knows one. */
async function identity(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev} ${ino}`,
    () => undefined,
  )
}

/** Whether two names are of one folder, or the first holds a link to a file of the second. */
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

/** Why a folder cannot be renamed, where it cannot. */
async function whyFixed(path: string, device: number): Promise<string | undefined> {
  const down = relative(path, process.cwd())
  if (down === '' || !(down === '..' || down.startsWith(`..${sep}`) || resolve(down) === down)) {
    return 'is the working folder or around it'
  }
  if (dirname(path) === path || (await stat(dirname(path))).dev !== device)
    return 'is the root of a disk or volume'
  const probe = join(dirname(path), `.${basename(path)}.${NEW}${randomBytes(6).toString('hex')}`)
  try {
    mkdirSync(probe)
  } catch {
    return 'lies in a folder that cannot be written'
  }
  rmdirSync(probe)
  return undefined
}

/** @returns the folders that were not there, the innermost first */
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
    // It holds something.
  }
}

/**
 * Gives a new folder what an old one holds besides: files as further names of the same bytes (copies where the disk has
 * no such thing), so that both folders are whole until the old one goes. Synchronous, as `createOutputFolder` says why.
 *
 * @param without whether a file, named with `/` from the folder on, does not come along
 */
function carryOver(from: string, to: string, without: (name: string) => boolean, within: string = ''): void {
  for (const entry of readdirSync(join(from, within), { withFileTypes: true })) {
    const name = within === '' ? entry.name : `${within}/${entry.name}`
    const [old, target] = [join(from, name), join(to, name)]
    if (without(name)) continue
    if (entry.isDirectory()) {
      mkdirSync(target, { recursive: true })
      carryOver(from, to, without, name)
    } else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(old), target)
    else linkOrCopy(old, target)
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}
