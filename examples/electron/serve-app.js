import { readFile } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.json': 'application/json' }

// #region headers
const HEADERS = {
  // Threads need an isolated page.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  // WebAssembly, and the worker that is made from inlined text.
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:",
}
// #endregion

/** @param folders  by the beginning of a path, the longest first. @returns what protocol.handle() wants */
export function serveApp(folders) {
  return async ({ url }) => {
    const path = decodeURIComponent(new URL(url).pathname)
    const prefix = Object.keys(folders).find((beginning) => path.startsWith(beginning))
    const file = join(folders[prefix], path.slice(prefix.length) || 'index.html')
    if (relative(folders[prefix], file).startsWith('..')) return new Response('', { status: 404 })
    try {
      const type = TYPES[extname(file)] ?? 'application/octet-stream'
      return new Response(await readFile(file), { headers: { ...HEADERS, 'content-type': type } })
    } catch {
      return new Response('', { status: 404 })
    }
  }
}
