/**
 * The option `--out`: for each file that is read one of the same name, in the same subfolder, is written to another folder.
 * A file gets its name when it is whole and on the disk, so that a run that is killed leaves no part of one; and it never
 * takes the place of a file that is read.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, open, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { RowOf } from '../check/option-rows.ts'
import { renameOver } from '../hub/rename.node.ts'
import { UsageError } from './arguments.ts'
import { type FileSource, HIDDEN, type Leave, type Source } from './inputs.ts'
import { exists } from './missing-name.ts'
import { complain } from './output.ts'
import { isWatched } from './progress.ts'

export const outRows: {
  readonly out: RowOf<string>
  readonly force: RowOf<boolean> & { readonly needs: readonly string[] }
} = {
  out: {
    type: 'string',
    value: 'DIR',
    help: `a file in DIR for each file that is read, with its name and subfolder, in UTF-8; the text of mail.eml is
      mail.eml.txt. What is passed over is told with
      the reason, and the exit code is 1; names that begin with a dot are only counted. A file is there when it is whole`,
  },
  force: {
    type: 'boolean',
    needs: ['out'],
    help: 'replace files that are in DIR; a file that is read is never replaced',
  },
}

/** The files of a folder while they are written, and what was passed over. */
export class OutputFiles {
  readonly #folder: string
  readonly #force: boolean
  /** Where each file that is read goes, by its path. */
  readonly #targets: ReadonlyMap<string, string>
  #written = 0
  #passed = 0
  #hidden = 0

  private constructor(folder: string, force: boolean, targets: ReadonlyMap<string, string>) {
    this.#folder = folder
    this.#force = force
    this.#targets = targets
  }

  /**
   * Finds the sources, and decides where each goes, before anything is read.
   *
   * @param find  finds sources, and tells what it leaves
   * @param kept  a file of the command's own that must stay
   * @throws {UsageError} where a file would take the place of another one, or the folder is within one that is read
   */
  static async plan(
    find: (leave: Leave) => Promise<readonly Source[]>,
    { out, force = false, kept }: { readonly out: string; readonly force?: boolean; readonly kept: string },
  ): Promise<{ readonly sources: readonly FileSource[]; readonly files: OutputFiles }> {
    const left: (readonly [path: string, why: string])[] = []
    const byPath = new Map<string, FileSource>()
    for (const source of await find((path, why) => left.push([path, why]))) {
      if (source.kind !== 'file') {
        const found = source.kind === 'text' ? 'a text' : source.kind
        throw new UsageError(`--out takes files and folders, found ${found}`)
      }
      if (!byPath.has(source.path)) byPath.set(source.path, source)
    }
    const sources = [...byPath.values()]
    for (const root of new Set(sources.flatMap((source) => source.root ?? []))) {
      if (await isWithin(out, root)) {
        throw new UsageError(`--out ${out} is within ${root}, which is read: choose a folder elsewhere`)
      }
    }
    const targets = await targetsOf(sources, { out, force, kept })
    const files = new OutputFiles(out, force, targets)
    for (const [path, why] of left) {
      if (why === HIDDEN) files.#hidden++
      else files.passOver(path, why)
    }
    return { sources, files }
  }

  /** Writes the text of the file that was read from `path`. */
  async write(path: string, text: string): Promise<void> {
    const target = this.#targets.get(path)!
    if (!this.#force && (await exists(target))) {
      this.passOver(path, `${target} has come there meanwhile`)
      return
    }
    await mkdir(dirname(target), { recursive: true })
    const temporary = join(dirname(target), `.iobert-new-${randomBytes(6).toString('hex')}`)
    const remove = (): void => rmSync(temporary, { force: true })
    process.once('exit', remove)
    try {
      const file = await open(temporary, 'wx')
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await renameOver(temporary, target)
      this.#written++
    } finally {
      remove()
      process.removeListener('exit', remove)
    }
  }

  /** Tells at once what is not written, and why. */
  passOver(path: string, why: string): void {
    this.#passed++
    complain(why.startsWith(`${path}: `) ? why : `${path}: ${why}`)
  }

  /** Tells what was done. @returns the exit code */
  end(): number {
    const hidden = this.#hidden === 0 ? '' : `; ${this.#hidden} not read, whose names begin with a dot`
    if (isWatched() || this.#passed > 0 || hidden !== '') {
      complain(`${this.#written} written to ${this.#folder}, ${this.#passed} passed over${hidden}`)
    }
    return this.#passed > 0 ? 1 : 0
  }
}

/** Where each file goes. @throws {UsageError} where something is there that must stay */
async function targetsOf(
  sources: readonly FileSource[],
  { out, force, kept }: { readonly out: string; readonly force: boolean; readonly kept: string },
): Promise<Map<string, string>> {
  const read = new Set(await Promise.all([...sources.map(({ path }) => path), kept].map(identity)))
  const targets = new Map<string, string>()
  const taken = new Map<string, string>()
  for (const { path, root, format } of sources) {
    const name = root === undefined ? basename(path) : relative(root, path)
    const target = join(out, format === undefined ? name : `${name}.txt`)
    // Some disks take a name in small letters and in capitals for the same; of one folder, the disk knew them as two.
    const folded = target.normalize().toLowerCase()
    const other = taken.get(folded)
    if (other !== undefined && (dirname(other) !== dirname(path) || targets.get(other) === target)) {
      throw new UsageError(
        `--out: ${other} and ${path} would both be ${target}; give them in separate runs, or rename one`,
      )
    }
    taken.set(folded, path)
    targets.set(path, target)
    const found = await identity(target)
    if (found !== undefined && read.has(found)) {
      throw new UsageError(`--out: ${target} is a file that is read; choose another folder`)
    }
    if (resolve(target) === resolve(kept))
      throw new UsageError(`--out: ${target} is the map; choose another folder`)
    if (!force && found !== undefined) {
      throw new UsageError(
        `--out: ${target} is there already; choose another folder, or give --force to replace it`,
      )
    }
  }
  return targets
}

/** Device and inode: the same for all names of a file; undefined if there is none. */
export async function identity(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev} ${ino}`,
    () => undefined,
  )
}

/** Whether a path is a folder or something within it; the path need not exist. */
export async function isWithin(path: string, folder: string): Promise<boolean> {
  const [inner, outer] = await Promise.all([realPath(resolve(path)), realPath(resolve(folder))])
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`)
}

/** The path without links, as far as it exists. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(async () =>
    dirname(path) === path ? path : join(await realPath(dirname(path)), basename(path)),
  )
}
