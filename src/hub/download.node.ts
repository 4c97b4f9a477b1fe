/** Downloads one file of the Hub, resumes interrupted downloads, and checks the file by its hash. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DownloadError, errorCode, HubError, ModelFormatError, quoted, reasonOf } from '../format/errors.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import { badRedirect, mayHaveToken, redirectingFetch, redirectTarget } from '../format/remote/redirect.ts'
import { backOff, delay, nextPiece, type RequestOptions, request } from '../format/remote/request.ts'
import type { HubCache } from './cache.node.ts'
import { withLock } from './lock.node.ts'
import { mostBytes } from './model-files.ts'
import { type HubQuestion, hubRefusal } from './refusals.ts'
import { renameOver } from './rename.node.ts'
import { authorization, resolveUrl } from './urls.ts'

/** How often a file's body may break without any progress. */
const MOST_BREAKS = 5

/** What the Hub says about a file before it is downloaded. */
export interface FileMetadata {
  readonly fileName: string
  readonly commit: string
  /** The sha256 of a large file, the git blob's sha1 of a small one. */
  readonly etag: string
  readonly size: number | undefined
}

/**
 * Requests a file's commit, hash and size. For large files the Hub answers with a redirect and describes the
 * target in its headers, so only redirects within the host are followed.
 *
 * @returns `undefined` if the model has no such file
 * @throws {HubError} if the Hub refuses
 */
export async function fileMetadata(
  asked: HubQuestion,
  options: RequestOptions,
): Promise<FileMetadata | undefined> {
  let url = new URL(urlOf(asked))
  let response: Response
  for (let redirects = 0; ; redirects++) {
    const headers = { ...authorization(asked.token), 'accept-encoding': 'identity' }
    response = await request(url.href, { method: 'HEAD', headers, redirect: 'manual' }, options)
    const next = await redirectTarget(response, url)
    if (next === undefined || !mayHaveToken(url, next) || response.headers.has('x-repo-commit')) break
    if (redirects === 5) throw badRedirect(url, 'redirects again and again')
    url = next
  }
  const { headers, status } = response
  const commit = headers.get('x-repo-commit')
  if (status === 404 && headers.get('x-error-code') === 'EntryNotFound') return undefined
  if (status >= 400) throw hubRefusal(response, asked)
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag'))
    ?.replace(/^W\//, '')
    .replace(/^"|"$/g, '')
  if (commit === null || !/^[0-9a-f]{40}$/.test(commit) || etag === undefined) {
    throw new HubError(
      'Unavailable',
      `${url.origin}${url.pathname} does not answer as the Hub does (no X-Repo-Commit or no ETag): check HF_ENDPOINT and the proxy`,
    )
  }
  if (asked.token !== undefined && etag.includes(asked.token)) {
    throw new HubError(
      'BadDownload',
      `${url.origin} gives the token as the ETag of ${quoted(asked.fileName)}`,
    )
  }
  const length = headers.get('x-linked-size') ?? (status === 200 ? headers.get('content-length') : null)
  return {
    fileName: asked.fileName,
    commit,
    etag,
    size:
      headers.get('content-encoding') === null && /^\d{1,15}$/.test(length ?? '')
        ? Number(length)
        : undefined,
  }
}

/** A file being downloaded. */
export interface Download {
  readonly asked: HubQuestion
  readonly metadata: FileMetadata
  readonly options: RequestOptions
  readonly onProgress: LoadWatch['onProgress']
}

function urlOf(asked: HubQuestion): string {
  return resolveUrl(asked.endpoint, asked, asked.fileName)
}

/**
 * Downloads a file into the cache's blobs, resuming an earlier try, and checks its size and hash before it
 * gets its name. Does nothing if the blob exists.
 *
 * @throws {HubError} `BadDownload` if the content is not what was announced; others if the Hub refuses
 */
export async function downloadBlob(cache: HubCache, download: Download): Promise<void> {
  const { asked, metadata, options, onProgress } = download
  const { etag, size, fileName } = metadata
  mostBytes(asked.repository, fileName, size)
  const blob = cache.blob(etag)
  await mkdir(dirname(blob), { recursive: true })
  const isThere = async (): Promise<boolean> => {
    const there = await cache.blobSize(etag)
    if (there === undefined || (size !== undefined && there !== size)) return false
    onProgress?.({ file: fileName, loaded: there, total: there })
    return true
  }
  await withLock(cache.lock(etag), options.signal, async (fromSilent) => {
    if (await isThere()) return
    const partial = `${blob}.incomplete`
    // The silent holder may still write into its open file, so that file must not become the blob.
    if (fromSilent) await rm(partial, { force: true })
    // The second try starts from the first byte, since the resumed part may be another program's.
    for (let tries = 0; ; tries++) {
      await fetchBody(partial, download)
      const fault = await finish(partial, blob, metadata, options.signal)
      if (fault === undefined || (await isThere())) return
      await rm(partial, { force: true })
      if (tries === 1) {
        throw new HubError(
          'BadDownload',
          `${urlOf(asked)} is not what the Hub announced: ${fault}; try again, and check the proxy if it stays so`,
        )
      }
    }
  })
}

/** Gives a correct file its final name; otherwise reports what is wrong. */
async function finish(
  partial: string,
  blob: string,
  metadata: FileMetadata,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const fault = await faultOf(partial, metadata, signal)
    if (fault === undefined) await renameOver(partial, blob)
    return fault
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return 'another process took it away'
  }
}

async function fetchBody(partial: string, download: Download): Promise<void> {
  const { asked, metadata, options, onProgress } = download
  const { size } = metadata
  // Only a hash can show that the two halves of a resumed file belong together.
  const resumable = hashOf(metadata.etag) !== undefined
  const kept = (await stat(partial).catch(() => undefined))?.size ?? 0
  if (kept > 0 && (!resumable || (size !== undefined && kept > size))) await rm(partial, { force: true })
  const file = await openForWriting(partial)
  try {
    let loaded = (await file.stat()).size
    for (let breaks = 0; size === undefined || loaded < size; breaks++) {
      const before = loaded
      let reason = 'the body ended'
      try {
        loaded = await receive(file, loaded, download)
        if (size === undefined || loaded === size) break
      } catch (error) {
        options.signal?.throwIfAborted()
        if (error instanceof HubError || error instanceof DownloadError) throw error
        if (error instanceof ModelFormatError) throw error
        // System errors, such as a full disk, come directly; those of the network are wrapped.
        if (errorCode(error) !== undefined) throw error
        reason = reasonOf(error)
        loaded = (await file.stat()).size
      }
      if (loaded > before) breaks = 0
      if (breaks >= MOST_BREAKS) {
        throw new HubError(
          'Unavailable',
          `${urlOf(asked)} broke off at byte ${loaded}${size === undefined ? '' : ` of ${size}`} ${breaks + 1} times: ${reason}; what came is kept, so try again later`,
        )
      }
      await delay(backOff(breaks, options), options.signal)
    }
    onProgress?.({ file: asked.fileName, loaded, total: size ?? loaded })
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Not for appending: what two processes write at the same place is identical. */
async function openForWriting(path: string): Promise<FileHandle> {
  return open(path, 'r+').catch(() => open(path, 'w+'))
}

/** Receives the body of one request, written from `loaded` on; resolves to the file's length after it. */
async function receive(
  file: FileHandle,
  loaded: number,
  { asked, metadata, options, onProgress }: Download,
): Promise<number> {
  const { size } = metadata
  const headers: Record<string, string> = { ...authorization(asked.token), 'accept-encoding': 'identity' }
  if (loaded > 0) headers['range'] = `bytes=${loaded}-`
  const response = await request(urlOf(asked), { headers }, { ...options, fetch: hubFetch(options) })
  if (response.status === 416) {
    // Already complete if the size was unknown; otherwise the hash will show it.
    await response.body?.cancel()
    return loaded
  }
  if (!response.ok) {
    await response.body?.cancel()
    const { host } = new URL(response.url)
    if (host === new URL(asked.endpoint).host) throw hubRefusal(response, asked)
    throw new HubError(
      'Unavailable',
      `${host}, which keeps the Hub's files, answered ${response.status} for ${asked.fileName} of ${asked.repository}: try again later`,
    )
  }
  if (response.status === 206 && !response.headers.get('content-range')?.startsWith(`bytes ${loaded}-`)) {
    await response.body?.cancel()
    throw new HubError(
      'BadDownload',
      `${urlOf(asked)} answered another range than bytes ${loaded}- asked for`,
    )
  }
  const most = mostBytes(asked.repository, asked.fileName, size)
  let at = response.status === 206 ? loaded : 0
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const piece = reader === undefined ? undefined : await nextPiece(reader, options)
      if (piece === undefined) break
      if (at + piece.length > most) {
        if (size === undefined) await file.truncate(0)
        throw new HubError(
          'BadDownload',
          size === undefined
            ? `${urlOf(asked)} is longer than ${most} bytes, the most that is taken where the Hub announces no length: check HF_ENDPOINT`
            : `${urlOf(asked)} is longer than the ${size} bytes that the Hub announced: try again later`,
        )
      }
      await writeAll(file, piece, at)
      at += piece.length
      onProgress?.({ file: asked.fileName, loaded: at, total: size ?? 0 })
    }
  } finally {
    reader?.cancel().catch(() => {})
  }
  return Math.max(at, loaded)
}

/** The target of a redirect is signed for minutes only, so each request starts at the Hub. */
function hubFetch(options: RequestOptions): typeof fetch {
  return redirectingFetch(options.fetch ?? fetch)
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** The kind of hash in an ETag: 64 digits are the sha256 of the content, 40 the sha1 of a git blob. */
function hashOf(etag: string): ((size: number) => Hash) | undefined {
  if (/^[0-9a-f]{64}$/.test(etag)) return () => createHash('sha256')
  if (/^[0-9a-f]{40}$/.test(etag)) return (size) => createHash('sha1').update(`blob ${size}\0`)
  return undefined
}

/** What is wrong with a downloaded file as read back from the disk; `undefined` if it is correct. */
async function faultOf(
  path: string,
  metadata: FileMetadata,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { size } = await stat(path)
  if (metadata.size !== undefined && size !== metadata.size) {
    return `${size} bytes came, not ${metadata.size}`
  }
  const hash = hashOf(metadata.etag)?.(size)
  if (hash === undefined) return undefined
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted()
    hash.update(piece)
  }
  const found = hash.digest('hex')
  return found === metadata.etag ? undefined : `its hash is ${found}, not ${metadata.etag}`
}
