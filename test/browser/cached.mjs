// The model is read to its end, so that the browser's own cache keeps it: a second load asks the server for nothing that the first one
// had, whether the server gives ranges or not, and no request is shown as broken off.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { BROWSERS } from './bench.mjs'
import { assemble } from './refused.mjs'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json' }

/** Files that may be kept for a year. @returns its address, and the paths that it was asked for */
async function serve(folder, givesRanges) {
  const asked = []
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : request.url
    asked.push(path)
    const file = join(folder, path)
    if (!existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    const bytes = readFileSync(file)
    const [, from] = (givesRanges && /^bytes=(\d+)-$/.exec(request.headers.range ?? '')) || []
    const start = Number(from ?? 0)
    response.writeHead(from === undefined ? 200 : 206, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': bytes.length - start,
      'cache-control': 'max-age=31536000',
      etag: `"${bytes.length}"`,
      ...(givesRanges && { 'accept-ranges': 'bytes' }),
      ...(from !== undefined && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    })
    response.end(bytes.subarray(start))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, server }
}

/** Runs on the page. */
async function recognize(options) {
  const { loadRecognizer } = await import('/dist/index.js')
  const ner = await loadRecognizer(options)
  const { entities } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
  ner.dispose()
  return entities.length
}

/** With a profile on the disk: a page without one keeps little. */
async function loadTwice(bench, site, options) {
  const playwright = createRequire(join(bench.folder, 'package.json'))('playwright-core')
  const profile = mkdtempSync(join(tmpdir(), 'iobert-cache-'))
  const context = await playwright.chromium.launchPersistentContext(profile, BROWSERS.chromium)
  const broken = []
  context.on('requestfailed', (request) => broken.push(`${request.url()} ${request.failure().errorText}`))
  try {
    for (let load = 0; load < 2; load++) {
      const page = await context.newPage()
      await page.goto(site.origin)
      assert.equal(await page.evaluate(recognize, options), 3)
      // What the worker still reads of the body it reads before the page is gone.
      await page.waitForLoadState('networkidle')
      await page.close()
    }
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  assert.deepEqual(broken, [])
  const counts = {}
  for (const path of site.asked) counts[path] = (counts[path] ?? 0) + 1
  const again = Object.entries(counts).filter(([path, count]) => count > 1 && path.startsWith('/weights/'))
  assert.deepEqual(again, [])
  assert.equal(counts['/weights/model.safetensors'], 1)
}

const kept = (name, givesRanges, options) => [
  `cached: ${name}`,
  async (bench) => {
    const folder = join(bench.folder, 'package')
    assemble(folder)
    const site = await serve(folder, givesRanges)
    try {
      await loadTwice(bench, site, options)
    } finally {
      site.server.closeAllConnections()
      site.server.close()
    }
  },
]

export const tests = [
  kept('a second load asks for no file of the model again, from a server with ranges', true, {}),
  kept('a second load asks for no file of the model again, from a server without ranges', false, {}),
  kept('the same on the calling thread', false, { inline: true }),
]
