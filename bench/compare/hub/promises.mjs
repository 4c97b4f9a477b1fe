// `node bench/compare/hub/promises.mjs`: which promises of test/hub/ are kept by downloadFileToCacheDir of
// @huggingface/hub, against a local server that answers like the Hub. Run `npm ci` in this folder first.
// Prints a row for each promise.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { downloadFileToCacheDir } from '@huggingface/hub'

const weights = randomBytes(300_000)
const sha256 = createHash('sha256').update(weights).digest('hex')
const commit = 'a'.repeat(40)
const info = [
  {
    ...{ type: 'file', path: 'model.safetensors', size: weights.length, oid: 'b'.repeat(40) },
    lfs: { oid: sha256, size: weights.length, pointerSize: 130 },
    lastCommit: { id: commit, title: '', date: '2026-01-01T00:00:00Z' },
  },
]

/** How the next body is sent: whole, with other bytes, or cut off in the middle. */
let sends = 'whole'
/** First byte that was asked for, of each body. */
let asked = []

const server = createServer((request, response) => {
  request.resume()
  if (request.url.includes('/paths-info/')) {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(info))
    return
  }
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '')
  const first = Number(range?.[1] ?? 0)
  const last = range?.[2] ? Number(range[2]) : weights.length - 1
  const body = (sends === 'other bytes' ? Buffer.alloc(weights.length) : weights).subarray(first, last + 1)
  response.writeHead(range === null ? 200 : 206, {
    ...{ etag: `"${sha256}"`, 'x-repo-commit': commit, 'content-length': body.length },
    ...(range === null ? {} : { 'content-range': `bytes ${first}-${last}/${weights.length}` }),
  })
  // One byte is asked for to learn the size.
  if (body.length === 1) response.end(body)
  else {
    asked.push(first)
    if (sends !== 'half') response.end(body)
    else response.write(body.subarray(0, body.length / 2), () => setTimeout(() => response.destroy(), 200))
  }
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const hubUrl = `http://127.0.0.1:${server.address().port}`
const folder = () => mkdtempSync(join(tmpdir(), 'iobert-hub-'))
const download = (cacheDir, revision) =>
  downloadFileToCacheDir({ repo: 'owner/name', path: 'model.safetensors', hubUrl, cacheDir, revision })
const isKept = (promise, kept, found) =>
  console.log(`| ${promise} | ${kept ? 'kept' : 'not kept'} | ${found} |`)

// The client tells of each download on stdout.
console.debug = () => {}
console.log('| promise | | found |\n| --- | --- | --- |')
const cached = folder()
const path = await download(cached)
isKept("Python's layout", path.includes('models--owner--name/snapshots/'), path.slice(cached.length + 1))

sends = 'other bytes'
const wrong = await download(folder()).catch(({ message }) => message)
isKept('the sha256 is checked', !wrong.endsWith('model.safetensors'), 'other bytes of the same length')

const broken = folder()
sends = 'half'
await download(broken).catch(() => {})
sends = 'whole'
asked = []
const resumed = await download(broken)
isKept('goes on where it broke off', asked[0] > 0, `asks from byte ${asked[0]}, half of it there`)
isKept('is whole then', readFileSync(resumed).equals(weights), `${readFileSync(resumed).length} bytes`)

const shared = folder()
asked = []
const both = await Promise.allSettled([download(shared), download(shared)])
const failed = both.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.code)
isKept(
  'two at once: both have it, one downloads',
  failed.length === 0 && asked.length === 1,
  `${asked.length} bodies, ${failed.length} failed ${failed}`,
)

server.closeAllConnections()
server.close()
const ofBranch = await download(cached, 'main').catch(({ message }) => message)
isKept('offline, by branch', ofBranch === path, ofBranch === path ? 'found' : ofBranch)
const ofCommit = await download(cached, commit).catch(({ message }) => message)
isKept('offline, by commit', ofCommit === path, ofCommit === path ? 'found' : ofCommit)
