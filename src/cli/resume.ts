/**
 * The option `--resume FILE`: lines or rows are written to a file, and a run that was stopped at any byte goes on at the same
 * command. What the file was begun with stands beside it in FILE.resume, until it is whole. Since a line in is a line out, the
 * file itself says how far it went: what follows its last whole record is cut off, and that record's successor is the next.
 */
import { createHash } from 'node:crypto'
import { constants, createReadStream, rmSync } from 'node:fs'
import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { errorCode } from '../format/errors.ts'
import { isObject } from '../format/json-file.ts'
import { withLock } from '../hub/lock.node.ts'
import { flagOf, UsageError } from './arguments.ts'
import { explain, nameOf, type Source } from './inputs.ts'
import type { ByteSplitter } from './line-queue.ts'
import { exists } from './missing-name.ts'
import { identity } from './output-files.ts'

/** What decides what is written: a run with other values cannot go on. */
export interface Begun {
  readonly sources: readonly Source[]
  /** The command's options with their values. */
  readonly options: Readonly<Record<string, unknown>>
  /** Files that options name, whose content counts. */
  readonly files: readonly string[]
  /** The labels of the model. */
  readonly labels: readonly string[]
  /** The file of the map, if there is one: without it the names of the file's records are lost. */
  readonly map: string | undefined
}

/** Options that change where and how something is computed, and no answer. */
const NO_MATTER = new Set(['resume', 'progress', 'threads', 'turbo', 'kernels', 'inline', 'offline'])

/** A file of records that grows. */
export class RecordFile {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #map: string | undefined
  /** Where the next record goes. */
  #bytes = 0
  isWhole = false

  constructor(path: string, handle: FileHandle, map: string | undefined) {
    this.#path = path
    this.#handle = handle
    this.#map = map
  }

  /**
   * Cuts off what follows the last whole record, which must end with a line feed.
   *
   * @param hasFailed  whether a record, counted from 1, is an error
   * @returns how many records are there, and how many of them are errors
   * @throws {UsageError} if there are some, and the map that has their names is gone
   */
  async count<Record>(
    splitter: ByteSplitter<Record>,
    hasFailed: (record: Record, number: number) => boolean,
  ): Promise<{ readonly done: number; readonly failed: number }> {
    let done = 0
    let failed = 0
    let bytes = 0
    let whole = 0
    const add = (part: Buffer): void => {
      bytes += part.length
      for (const record of splitter.push(part)) {
        whole = bytes
        if (hasFailed(record, ++done)) failed++
      }
    }
    for await (const chunk of createReadStream(this.#path) as AsyncIterable<Buffer>) {
      let start = 0
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        add(chunk.subarray(start, end + 1))
        start = end + 1
      }
      if (start < chunk.length) add(chunk.subarray(start))
    }
    if (done > 0 && this.#map !== undefined && !(await exists(this.#map))) {
      throw new UsageError(
        `--resume ${this.#path} has ${done} records whose names are in --map ${this.#map}, and there is no such file: put it back, or remove ${this.#path} to begin anew`,
      )
    }
    await this.#handle.truncate(whole)
    this.#bytes = whole
    return { done, failed }
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#bytes)
      done += bytesWritten
      this.#bytes += bytesWritten
    }
  }

  /**
   * All records are there.
   *
   * @throws {RangeError} if more are there than were read
   */
  async end(done: number, read: number): Promise<void> {
    if (done > read) {
      throw new RangeError(
        `--resume ${this.#path} has ${done} records, and its input ${read}: it was changed; remove it to begin anew`,
      )
    }
    await this.#handle.sync()
    this.isWhole = true
  }
}

/**
 * Begins a file of records, or opens it where the same run was stopped, while other runs wait for it.
 *
 * @throws {UsageError} for a file that something else was begun with
 */
export async function withRecordFile(
  path: string,
  begun: Begun,
  work: (file: RecordFile) => Promise<number>,
): Promise<number> {
  const own = [...begun.files, ...(begun.map === undefined ? [] : [begun.map])]
  for (const source of begun.sources) {
    if (source.kind !== 'file') {
      const found = source.kind === 'text' ? 'a text' : source.kind
      throw new UsageError(`--resume reads files, which are the same in the next run; found ${found}`)
    }
    own.push(source.path)
  }
  const [ours, ...others] = await Promise.all([path, ...own].map(identity))
  const same = own.find((one, index) => resolve(one) === resolve(path) || (ours && others[index] === ours))
  if (same !== undefined)
    throw new UsageError(`--resume ${path} is ${same}, which is read; choose another file`)
  const lock = `${path}.lock`
  return withLock(lock, undefined, async () => {
    // A signal ends the process before the lock is released.
    const removeLock = (): void => rmSync(lock, { force: true })
    process.once('exit', removeLock)
    const beside = `${path}.resume`
    try {
      await begin(path, beside, await valuesOf(begun))
      const handle = await open(path, constants.O_RDWR | constants.O_CREAT)
      try {
        const file = new RecordFile(path, handle, begun.map)
        const code = await work(file)
        if (file.isWhole) await rm(beside)
        return code
      } finally {
        await handle.close()
      }
    } finally {
      process.removeListener('exit', removeLock)
    }
  })
}

type Values = Readonly<Record<string, string>>

/** Everything that decides what is written, by what it is called in messages. */
async function valuesOf({ sources, options, files, labels }: Begun): Promise<Values> {
  const values: [string, string][] = [
    ['the inputs', JSON.stringify(sources.map(nameOf))],
    ['the labels of the model', JSON.stringify(labels)],
  ]
  for (const [name, value] of Object.entries(options).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (!NO_MATTER.has(name) && value !== undefined) values.push([flagOf(name), JSON.stringify(value)])
  }
  for (const path of new Set([...sources.map(nameOf), ...files])) {
    try {
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk)
      values.push([`what ${path} holds`, hash.digest('hex')])
    } catch (error) {
      throw new UsageError(`${path}: ${explain(error)}`)
    }
  }
  return Object.fromEntries(values)
}

async function begin(path: string, beside: string, values: Values): Promise<void> {
  const saved = await readFile(beside, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new UsageError(`--resume: ${beside}: ${explain(error)}`)
  })
  const isThere = await exists(path)
  const before = saved === undefined ? undefined : parse(saved)
  // It is written before the file, so a run that was stopped in between has left no file.
  if (before === undefined && !isThere) return writeFile(beside, `${JSON.stringify(values, null, 1)}\n`)
  if (before === undefined) {
    throw new UsageError(
      `--resume ${path} is there already, and ${beside} does not say what it was begun with: remove it, or choose another file`,
    )
  }
  const changed = [...new Set([...Object.keys(before), ...Object.keys(values)])].filter(
    (name) => before[name] !== values[name],
  )
  if (changed.length === 0) return
  const was = (name: string): string =>
    name.startsWith('what ')
      ? name
      : `${name} (${before[name] ?? 'not given'}, now ${values[name] ?? 'not given'})`
  throw new UsageError(
    `--resume ${path} was begun with another ${changed.length === 1 ? 'value' : 'set of values'}; changed: ${changed.map(was).join(', ')}. Run it as it was begun, or remove ${path} and ${beside} to begin anew`,
  )
}

function parse(saved: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(saved)
    return isObject(value) ? (value as Values) : undefined
  } catch {
    return undefined
  }
}
