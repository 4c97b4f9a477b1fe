/** One model's part of the cache on the disk, which is shared with Python's huggingface_hub. */
import { constants } from 'node:fs'
import { access, copyFile, link, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { errorCode, HubError, quoted } from '../format/errors.ts'
import { checkFileName } from '../format/file-name.ts'
import { renameOver, temporaryName } from './rename.node.ts'
import { isCommit } from './urls.ts'

/**
 * One model's part of the cache, laid out as Python's huggingface_hub does, so that each finds what the other
 * downloaded (see "How to manage the cache" in its documentation):
 *
 * ```
 * models--owner--name/
 *   refs/{revision}                 the commit, 40 hex digits
 *   blobs/{etag}                    contents; {etag}.incomplete while downloading
 *   snapshots/{commit}/{file}       relative links to blobs, or the files themselves where links are not to be had
 *   .no_exist/{commit}/{file}       empty: known not to exist
 * .locks/models--owner--name/
 * ```
 *
 * Whatever has its final name is complete: it was written next to it under another name and renamed.
 */
export class HubCache {
  readonly folder: string
  readonly #locks: string
  readonly #symlinks: boolean

  constructor(cacheDir: string, repository: string, symlinks: boolean) {
    const name = `models--${repository.replace('/', '--')}`
    this.folder = join(cacheDir, name)
    this.#locks = join(cacheDir, '.locks', name)
    this.#symlinks = symlinks
  }

  /** Makes the cache's folder, marked such that backups leave it out. */
  async prepare(): Promise<void> {
    await makeFolder(this.folder)
    const tag = join(dirname(this.folder), 'CACHEDIR.TAG')
    await writeFile(tag, CACHE_TAG, { flag: 'wx' }).catch(() => {})
  }

  blob(etag: string): string {
    return join(this.folder, 'blobs', checkEtag(etag))
  }

  /** A name that differs from Python's lock, which is of another kind; each must leave the other's alone. */
  lock(etag: string): string {
    return join(this.#locks, `${checkEtag(etag)}.holder`)
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit)
  }

  pointer(commit: string, fileName: string): string {
    return join(this.snapshot(commit), checkFileName(fileName))
  }

  /** The commit of a revision when it was last looked up. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision
    const text = await readFile(join(this.folder, 'refs', revision), 'utf8').catch(undefinedWhereMissing)
    const commit = text?.trim()
    return commit !== undefined && isCommit(commit) ? commit : undefined
  }

  async setCommit(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.commitOf(revision)) === commit) return
    await this.#note(join(this.folder, 'refs', revision), commit)
  }

  /** Whether the snapshot has the complete file; a dangling link does not count. */
  async has(commit: string, fileName: string): Promise<boolean> {
    const status = await stat(this.pointer(commit, fileName)).catch(undefinedWhereMissing)
    return status?.isFile() === true
  }

  async isKnownMissing(commit: string, fileName: string): Promise<boolean> {
    const path = join(this.folder, '.no_exist', commit, checkFileName(fileName))
    return (await stat(path).catch(undefinedWhereMissing)) !== undefined
  }

  async setMissing(commit: string, fileName: string): Promise<void> {
    await this.#note(join(this.folder, '.no_exist', commit, checkFileName(fileName)), '')
  }

  /** The size of a complete blob, or `undefined`. */
  async blobSize(etag: string): Promise<number | undefined> {
    return (await stat(this.blob(etag)).catch(undefinedWhereMissing))?.size
  }

  /** Makes a downloaded blob appear in the snapshot. */
  async point(commit: string, fileName: string, etag: string): Promise<void> {
    const pointer = this.pointer(commit, fileName)
    const blob = this.blob(etag)
    await makeFolder(dirname(pointer))
    const made = join(this.folder, temporaryName('pointer'))
    try {
      // The relative path starts at the folder of the link's final place.
      const linked =
        (this.#symlinks && (await tryLink(() => symlink(relativeLink(pointer, blob), made)))) ||
        (await tryLink(() => link(blob, made)))
      if (!linked) await copyFile(blob, made)
      await renameOver(made, pointer)
    } finally {
      await rm(made, { force: true })
    }
  }

  /** Writes a file that only saves later requests, so a read-only cache stays usable. */
  async #note(path: string, text: string): Promise<void> {
    try {
      await makeFolder(dirname(path))
      const made = join(this.folder, temporaryName('text'))
      await writeFile(made, text)
      await renameOver(made, path)
    } catch (error) {
      if (!['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) throw error
    }
  }
}

/**
 * Makes a folder, and those that it is in. Where the disk cannot be written to, Node may say that the folder
 * does not exist (ENOENT); the reason is that of the nearest folder that exists.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    let parent = dirname(folder)
    while (!(await stat(parent).catch(() => undefined)) && dirname(parent) !== parent)
      parent = dirname(parent)
    await access(parent, constants.W_OK)
    throw error
  }
}

/** See bford.info/cachedir. */
const CACHE_TAG =
  'Signature: 8a477f597d28d172789f06886806bc55\n# A cache of files from the Hugging Face Hub.\n'

function relativeLink(pointer: string, blob: string): string {
  return relative(dirname(pointer), blob).split(sep).join('/')
}

/** False if the file system or the user's rights do not allow such links. */
async function tryLink(make: () => Promise<void>): Promise<boolean> {
  try {
    await make()
    return true
  } catch (error) {
    if (['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV'].includes(errorCode(error) ?? '')) {
      return false
    }
    throw error
  }
}

/** An ETag names a file in the cache, so it must not be a path. */
function checkEtag(etag: string): string {
  if (/^[\w-][\w.-]{0,199}$/.test(etag)) return etag
  throw new HubError(
    'BadDownload',
    `The server's ETag ${quoted(etag)} is none that the Hub gives (a hash in hexadecimal): check HF_ENDPOINT`,
  )
}

function undefinedWhereMissing(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined
  throw error
}
