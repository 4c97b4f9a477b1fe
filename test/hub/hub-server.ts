/** A local Hub that can break, refuse and alter what it sends. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

/** A model on the server. Files of `large` are kept at the other host, as LFS files are. */
export interface HubRepository {
  readonly commit: string
  readonly files: Map<string, Uint8Array>
  readonly large: ReadonlySet<string>
  /** Only this token may read; `undefined` for everybody. */
  readonly token?: string
  readonly gated?: boolean
  /** Other names of `commit` than main. */
  readonly revisions?: readonly string[]
}

export interface HubRequest {
  readonly host: 'hub' | 'files'
  readonly method: string
  readonly path: string
  /** The file asked for, without the model's name. */
  readonly file: string
  readonly range: string | undefined
  readonly authorization: string | undefined
  /** Of the body, counted as they are handed to the system. */
  sent: number
}

/** What goes wrong with one response. */
export interface HubFault {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The connection is cut after so many bytes of body. */
  readonly dropAfter?: number
  /** The body stops there, and nothing more comes. */
  readonly stallAfter?: number
  /** Called when it has stopped. */
  readonly onStall?: () => void
  /** Milliseconds between pieces of 16 kB. */
  readonly slow?: number
  /** One bit of the body is another. */
  readonly altered?: boolean
  readonly ignoreRange?: boolean
  /** Bytes more than there are, in the body. */
  readonly longer?: number
  /** Compressed, whatever was asked, without a length. */
  readonly gzip?: boolean
}

export interface HubServer {
  readonly endpoint: string
  readonly filesEndpoint: string
  readonly repositories: Map<string, HubRepository>
  readonly requests: HubRequest[]
  fault: ((request: HubRequest) => HubFault | undefined) | undefined
  /** Bytes of body sent for a file by both hosts. */
  bytesOf(file: string): number
  close(): Promise<void>
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function gitHash(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

/** Two servers on this machine that answer as the Hub and its file store do. */
export async function startHub(): Promise<HubServer> {
  const repositories = new Map<string, HubRepository>()
  const requests: HubRequest[] = []
  const blobs = (): Map<string, Uint8Array> =>
    new Map([...repositories.values()].flatMap(({ files }) => [...files.values()].map((b) => [sha256(b), b])))

  const files = createServer((message, response) => {
    const path = new URL(message.url ?? '/', 'http://host').pathname
    const record = note('files', message, path.split('/').slice(3).join('/'))
    const bytes = blobs().get(path.split('/')[2] ?? '')
    const signed = message.url?.includes('signature=good') === true
    // As S3 does, two ways of proving who one is are refused.
    if (!signed || message.headers.authorization !== undefined) return end(response, 400, {})
    const fault = server.fault?.(record) ?? {}
    if (fault.status !== undefined) return end(response, fault.status, fault.headers ?? {})
    if (bytes === undefined) return end(response, 404, {})
    send(message, response, record, bytes, { etag: '"of-the-store"', 'accept-ranges': 'bytes' }, fault)
  })

  const hub = createServer((message, response) => {
    const path = new URL(message.url ?? '/', 'http://host').pathname.split('/').slice(1)
    const isList = path[0] === 'api'
    const id = isList ? `${path[2]}/${path[3]}` : `${path[0]}/${path[1]}`
    const revision = decodeURIComponent(path[isList ? 5 : 3] ?? '')
    const file = isList ? 'list' : path.slice(4).map(decodeURIComponent).join('/')
    const record = note('hub', message, file)
    const repository = repositories.get(id)
    const fault = server.fault?.(record) ?? {}
    if (fault.status !== undefined) return end(response, fault.status, fault.headers ?? {})
    const token = message.headers.authorization?.replace('Bearer ', '')
    if (token === 'broken') {
      const text = 'Invalid credentials in Authorization header'
      return end(response, 401, { 'x-error-message': text })
    }
    const hidden = repository?.token !== undefined && token !== repository.token
    if (hidden && repository?.gated && !isList) {
      return end(response, token === undefined ? 401 : 403, { 'x-error-code': 'GatedRepo' })
    }
    if (repository === undefined || (hidden && !repository.gated)) {
      return end(response, token === undefined ? 401 : 404, { 'x-error-code': 'RepoNotFound' })
    }
    const { commit } = repository
    if (![commit, 'main', ...(repository.revisions ?? [])].includes(revision)) {
      return end(response, 404, { 'x-error-code': 'RevisionNotFound' })
    }
    if (isList) return sendText(response, list(repository))
    const bytes = repository.files.get(file)
    if (bytes === undefined) {
      return end(response, 404, { 'x-error-code': 'EntryNotFound', 'x-repo-commit': commit })
    }
    const common = { 'x-repo-commit': commit, 'accept-ranges': 'bytes' }
    if (!repository.large.has(file)) {
      return send(message, response, record, bytes, { ...common, etag: `"${gitHash(bytes)}"` }, fault)
    }
    const hash = sha256(bytes)
    end(response, 302, {
      ...common,
      'x-linked-etag': `"${hash}"`,
      'x-linked-size': String(bytes.length),
      etag: '"of-the-pointer"',
      location: `${server.filesEndpoint}/blob/${hash}/${file}?signature=good`,
    })
  })

  function note(host: 'hub' | 'files', message: IncomingMessage, file: string): HubRequest {
    const { method = 'GET', url = '/', headers } = message
    const { range, authorization } = headers
    const record = { host, method, path: url, file, range, authorization, sent: 0 }
    requests.push(record)
    return record
  }

  function send(
    message: IncomingMessage,
    response: ServerResponse,
    record: HubRequest,
    bytes: Uint8Array,
    headers: Record<string, string>,
    fault: HubFault,
  ): void {
    const start = fault.ignoreRange ? undefined : /^bytes=(\d+)-$/.exec(record.range ?? '')?.[1]
    const from = Number(start ?? 0)
    if (start !== undefined && from >= bytes.length) {
      end(response, 416, { 'content-range': `bytes */${bytes.length}` })
      return
    }
    const wantsGzip = /gzip/.test(String(message.headers['accept-encoding'])) && record.host === 'hub'
    const compressed = fault.gzip || (wantsGzip && start === undefined)
    let body = Uint8Array.from(bytes.subarray(from))
    if (fault.altered && body.length > 0) body[body.length >> 1]! ^= 1
    if (fault.longer !== undefined) body = Uint8Array.from([...body, ...new Uint8Array(fault.longer)])
    if (compressed) body = Uint8Array.from(gzipSync(body))
    response.writeHead(start === undefined ? 200 : 206, {
      ...headers,
      ...(compressed
        ? { 'content-encoding': 'gzip', etag: `W/${headers['etag']}` }
        : { 'content-length': String(body.length) }),
      ...(start === undefined
        ? {}
        : { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    })
    if (message.method === 'HEAD') response.end()
    else stream(response, record, body, fault).catch(() => response.destroy())
  }

  const server: HubServer = {
    endpoint: await listen(hub),
    filesEndpoint: await listen(files),
    repositories,
    requests,
    fault: undefined,
    bytesOf: (file) => requests.filter((r) => r.file === file).reduce((sum, { sent }) => sum + sent, 0),
    async close() {
      for (const part of [hub, files]) {
        part.closeAllConnections()
        await new Promise((resolve) => part.close(resolve))
      }
    },
  }
  return server
}

const PIECE = 16384

async function stream(
  response: ServerResponse,
  record: HubRequest,
  body: Uint8Array,
  fault: HubFault,
): Promise<void> {
  const stop = fault.dropAfter ?? fault.stallAfter ?? body.length
  for (let at = 0; at < stop && !response.destroyed; at += PIECE) {
    const piece = body.subarray(at, Math.min(at + PIECE, stop))
    await new Promise((resolve) => response.write(piece, resolve))
    record.sent += piece.length
    if (fault.slow !== undefined) await wait(fault.slow)
  }
  if (fault.stallAfter !== undefined) return fault.onStall?.()
  if (fault.dropAfter !== undefined) response.destroy()
  else response.end()
}

function list({ commit, files, large }: HubRepository): string {
  const siblings = [...files].map(([rfilename, bytes]) => ({
    rfilename,
    size: bytes.length,
    blobId: gitHash(bytes),
    ...(large.has(rfilename) ? { lfs: { sha256: sha256(bytes), size: bytes.length, pointerSize: 134 } } : {}),
  }))
  return JSON.stringify({ sha: commit, siblings })
}

function sendText(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { 'content-length': '0', ...headers }).end()
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
