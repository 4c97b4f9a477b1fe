// A static server on localhost, with the headers that make a page cross-origin isolated and keep its scripts to its own.
import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
}
/** Also for workers, which the policy in the page does not reach. */
export const POLICY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

/** Between two pieces of a slow file, 64 kB each: 22 MB would take half a minute. */
const SLOW_MILLISECONDS = 100

async function send(file, response, patience) {
  if (patience === undefined) return pipeline(file, response)
  return pipeline(
    file,
    async function* slowly(pieces) {
      for await (const piece of pieces) {
        if (patience() > 0) await sleep(patience())
        yield piece
      }
    },
    response,
  )
}

/**
 * @param options  `headers` of every answer; `prefix` before every path; `onRequest` is told each path; `onResponse` may look
 *   at a file's answer, and where it returns true that file comes slowly, until `hurry` is called
 */
export async function serveFolder(
  folder,
  { port = 0, prefix = '', headers = { ...ISOLATION, ...POLICY }, onRequest, onResponse } = {},
) {
  let patience = SLOW_MILLISECONDS
  const server = createServer((request, response) => {
    let path
    try {
      path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
    } catch {
      response.writeHead(400).end()
      return
    }
    onRequest?.(path)
    if (!path.startsWith(`${prefix}/`)) {
      response.writeHead(404, headers).end()
      return
    }
    path = path.slice(prefix.length)
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path)
    const status = file.startsWith(folder) ? statSync(file, { throwIfNoEntry: false }) : undefined
    if (!status?.isFile()) {
      response.writeHead(404, headers).end()
      return
    }
    const etag = `"${status.size}-${status.mtimeMs}"`
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag, ...headers }).end()
      return
    }
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
    const start = Number(from ?? 0)
    if (start >= status.size && from !== undefined) {
      response.writeHead(416, { 'content-range': `bytes */${status.size}`, ...headers }).end()
      return
    }
    response.writeHead(from === undefined ? 200 : 206, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': status.size - start,
      'cache-control': 'no-cache',
      etag,
      ...(from === undefined ? {} : { 'content-range': `bytes ${start}-${status.size - 1}/${status.size}` }),
      ...headers,
    })
    if (request.method === 'HEAD') response.end()
    else {
      const slow = onResponse?.(path, response) === true
      send(createReadStream(file, { start }), response, slow ? () => patience : undefined).catch(() =>
        response.destroy(),
      )
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${server.address().port}`,
    hurry() {
      patience = 0
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
