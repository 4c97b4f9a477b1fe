/**
 * A static site on a free port for the browsers: folders by prefix, headers chosen by the caller, outcomes
 * received by POST.
 */
import { once } from 'node:events'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

export const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}
export const STRICT = {
  'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
}

/** @param folders  `{ '/prefix/': 'folder/' }`, the longest prefix first */
export async function serveSite(folders, headers = {}) {
  const taken = []
  const waiting = []
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
    if (request.method === 'POST') {
      const parts = []
      request.on('data', (part) => parts.push(part))
      request.on('end', () => {
        const outcome = JSON.parse(Buffer.concat(parts).toString())
        if (waiting.length > 0) waiting.shift()(outcome)
        else taken.push(outcome)
        response.writeHead(204, { 'access-control-allow-origin': '*' }).end()
      })
      return
    }
    const prefix = Object.keys(folders).find((name) => path.startsWith(name))
    const file = prefix && join(folders[prefix], path.slice(prefix.length) || 'index.html')
    if (!file || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, headers).end()
      return
    }
    const { size } = statSync(file)
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
    const start = Number(from ?? 0)
    response.writeHead(from === undefined ? 200 : 206, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': size - start,
      ...(from === undefined ? {} : { 'content-range': `bytes ${start}-${size - 1}/${size}` }),
      'access-control-allow-origin': '*',
      ...headers,
    })
    createReadStream(file, { start }).pipe(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    /** The next outcome that a page posts. */
    outcome(seconds = 120) {
      if (taken.length > 0) return Promise.resolve(taken.shift())
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`The page posted nothing for ${seconds} s`)),
          seconds * 1000,
        )
        waiting.push((outcome) => {
          clearTimeout(timer)
          resolve(outcome)
        })
      })
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
