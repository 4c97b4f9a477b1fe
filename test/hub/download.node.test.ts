/** A broken download is resumed, and a file is kept only if its hash is right. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { HubError } from '#dist/format/errors.js'
import type { LoadProgress } from '#dist/format/load-watch.js'
import { type HubFolderOptions, hubFolder } from '#dist/hub/folder.node.js'
import { gitHash, type HubServer, sha256, startHub } from './hub-server.ts'
import { failTimes, ID, isBody, sampleRepository, temporaryFolder } from './sample.ts'

const SIZE = 1_000_000
const WEIGHTS = 'model.safetensors'
let hub: HubServer
let cacheDir: string

test.before(async () => {
  hub = await startHub()
  process.env['HF_HOME'] = temporaryFolder()
})
test.before.each(() => {
  cacheDir = temporaryFolder()
  hub.requests.length = 0
  hub.fault = undefined
  hub.repositories.set(ID, sampleRepository(SIZE))
})
test.after(() => hub.close())

async function load(options: HubFolderOptions = {}): Promise<string> {
  const { folder } = await hubFolder(ID, { endpoint: hub.endpoint, cacheDir, retryDelay: 5, ...options })
  return folder
}

async function failure(options: HubFolderOptions = {}): Promise<HubError> {
  const reason = await load(options).catch((error: unknown) => error)
  assert.instance(reason, HubError, String(reason))
  return reason as HubError
}

async function loadsWhole(options: HubFolderOptions = {}): Promise<void> {
  const folder = await load(options)
  for (const [name, bytes] of hub.repositories.get(ID)!.files) {
    assert.equal(Uint8Array.from(readFileSync(join(folder, name))), bytes, name)
  }
  assert.not.ok(readdirSync(blobs()).some((name) => name.endsWith('.incomplete')))
}

function blobs(): string {
  return join(cacheDir, 'models--owner--model/blobs')
}

function weights(): Uint8Array {
  return hub.repositories.get(ID)!.files.get(WEIGHTS)!
}

/** Puts a file there that an earlier download left. */
function leave(bytes: Uint8Array): void {
  mkdirSync(blobs(), { recursive: true })
  writeFileSync(join(blobs(), `${sha256(weights())}.incomplete`), bytes)
}

test('downloadBlob goes on where a connection broke, and counts no byte twice', async () => {
  failTimes(hub, WEIGHTS, { dropAfter: 400_000 }, { dropAfter: 300_000 })
  await loadsWhole()
  const bodies = hub.requests.filter((request) => isBody(request, WEIGHTS))
  assert.is(bodies.length, 3)
  assert.equal(bodies[0]!.range, undefined)
  assert.ok(bodies.slice(1).every(({ range }) => /^bytes=[1-9]\d*-$/.test(range!)))
  // What was on the way when the connection broke is lost, no more.
  assert.ok(hub.bytesOf(WEIGHTS) <= SIZE + 700_000)
})

test('downloadBlob resumes what an earlier run left', async () => {
  leave(weights().subarray(0, 900_000))
  const progress: LoadProgress[] = []
  await loadsWhole({ onProgress: (event) => progress.push(event) })
  assert.is(hub.bytesOf(WEIGHTS), 100_000)
  const own = progress.filter(({ file }) => file === WEIGHTS)
  assert.ok(own[0]!.loaded > 900_000)
  assert.equal(own.at(-1), { file: WEIGHTS, loaded: SIZE, total: SIZE })
})

test('downloadBlob starts again where what was left is something else, too long, or where ranges are ignored', async () => {
  leave(
    weights()
      .map((byte, at) => (at < 500_000 ? byte ^ 255 : byte))
      .subarray(0, 600_000),
  )
  await loadsWhole()
  assert.is(hub.bytesOf(WEIGHTS), SIZE + 400_000, 'the rest, then all of it')
  cacheDir = temporaryFolder()
  leave(new Uint8Array(SIZE + 1))
  await loadsWhole()
  cacheDir = temporaryFolder()
  hub.fault = () => ({ ignoreRange: true })
  leave(weights().subarray(0, 600_000))
  await loadsWhole()
  cacheDir = temporaryFolder()
  leave(weights())
  hub.requests.length = 0
  hub.fault = undefined
  await loadsWhole()
  assert.is(hub.bytesOf(WEIGHTS), 0, 'whole already, only its name was missing')
})

test('downloadBlob keeps what came where it gives up, and says so', async () => {
  let bodies = 0
  hub.fault = (request) =>
    isBody(request, WEIGHTS)
      ? bodies++ === 0
        ? { dropAfter: 500_000 }
        : { dropAfter: 16_384, ignoreRange: true }
      : undefined
  const error = await failure()
  assert.is(error.code, 'Unavailable')
  assert.match(error.message, /model\.safetensors broke off at byte \d+ of 1000000.*kept/)
  assert.ok(statSync(join(blobs(), `${sha256(weights())}.incomplete`)).size > 100_000)
  hub.fault = undefined
  hub.requests.length = 0
  await loadsWhole()
  assert.ok(hub.bytesOf(WEIGHTS) < 900_000)
})

test('downloadBlob refuses altered bytes after a second try, and keeps none of them', async () => {
  hub.fault = (request) => (isBody(request, WEIGHTS) ? { altered: true } : undefined)
  const error = await failure()
  assert.is(error.code, 'BadDownload')
  assert.match(error.message, new RegExp(`its hash is [0-9a-f]{64}, not ${sha256(weights())}`))
  assert.not.ok(readdirSync(blobs()).some((name) => name.startsWith(sha256(weights()))))
  failTimes(hub, WEIGHTS, { altered: true })
  await loadsWhole()
})

test('downloadBlob verifies small files by their git hash', async () => {
  hub.fault = (request) => (isBody(request, 'vocab.txt') ? { altered: true } : undefined)
  const error = await failure()
  assert.is(error.code, 'BadDownload')
  assert.match(error.message, gitHash(hub.repositories.get(ID)!.files.get('vocab.txt')!))
})

test('downloadBlob refuses a body that is longer than announced before it fills the disk', async () => {
  hub.fault = (request) => (isBody(request, WEIGHTS) ? { longer: 500_000 } : undefined)
  const error = await failure()
  assert.is(error.code, 'BadDownload')
  assert.match(error.message, /longer than the 1000000 bytes/)
  hub.fault = undefined
  await loadsWhole()
})

test('downloadBlob refuses a body that ends early though its length says otherwise nowhere', async () => {
  const short = sampleRepository(SIZE)
  hub.fault = ({ method, file }) =>
    method === 'HEAD' && file === WEIGHTS
      ? {
          status: 302,
          headers: {
            'x-repo-commit': short.commit,
            'x-linked-etag': `"${sha256(weights())}"`,
            'x-linked-size': String(SIZE + 10),
            location: `${hub.filesEndpoint}/elsewhere`,
          },
        }
      : undefined
  const error = await failure()
  assert.match(error.message, /of 1000010/)
})

test('downloadBlob takes small files that come compressed and without a length', async () => {
  hub.fault = ({ file }) => (file.endsWith('.txt') || file.endsWith('.json') ? { gzip: true } : undefined)
  await loadsWhole()
})

test('downloadBlob tries again on 408, 429, 500, 502, 503 and 504, and waits as Retry-After says', async () => {
  for (const host of ['hub', 'files']) {
    const list = [408, 429, 500, 502, 503, 504].map((status) => ({ status, headers: { 'retry-after': '0' } }))
    hub.fault = (request) => (request.file === WEIGHTS && request.host === host ? list.shift() : undefined)
    cacheDir = temporaryFolder()
    await loadsWhole({ retries: 6 })
    assert.is(list.length, 0)
  }
  cacheDir = temporaryFolder()
  failTimes(hub, WEIGHTS, { status: 429, headers: { 'retry-after': '1' } })
  const start = performance.now()
  await loadsWhole()
  assert.ok(performance.now() - start >= 990)
})

test('downloadBlob asks again where a body stalls', async () => {
  process.env['HF_HUB_DOWNLOAD_TIMEOUT'] = '1'
  failTimes(hub, WEIGHTS, { stallAfter: 300_000 })
  const start = performance.now()
  await loadsWhole()
  delete process.env['HF_HUB_DOWNLOAD_TIMEOUT']
  assert.ok(performance.now() - start >= 990)
  assert.ok(hub.bytesOf(WEIGHTS) < SIZE + 100_000)
})

test('downloadBlob stops when its signal aborts, and the next run goes on', async () => {
  hub.fault = ({ host }) => (host === 'files' ? { slow: 5 } : undefined)
  const controller = new AbortController()
  const reason = new Error('the user left')
  const error = await load({
    signal: controller.signal,
    onProgress: ({ file, loaded }) => {
      if (file === WEIGHTS && loaded > 300_000) controller.abort(reason)
    },
  }).catch((caught: unknown) => caught)
  assert.is(error, reason)
  hub.fault = undefined
  hub.requests.length = 0
  await loadsWhole()
  assert.ok(hub.bytesOf(WEIGHTS) <= 700_000)
})

test('downloadBlob refuses an ETag that is a path, and a server that is no Hub', async () => {
  const { commit } = hub.repositories.get(ID)!
  hub.fault = ({ method }) =>
    method === 'HEAD'
      ? { status: 200, headers: { 'x-repo-commit': commit, etag: '"../../../evil"' } }
      : undefined
  assert.match((await failure()).message, /ETag "..\/..\/..\/evil"/)
  hub.fault = ({ method }) => (method === 'HEAD' ? { status: 200, headers: { etag: '"a"' } } : undefined)
  assert.match((await failure()).message, /does not answer as the Hub does/)
})

test('downloadBlob follows a renamed model within the host', async () => {
  hub.fault = ({ path }) =>
    path.startsWith('/old/')
      ? { status: 307, headers: { location: path.replace('/old/name/', `/${ID}/`) } }
      : undefined
  const { folder } = await hubFolder('old/name', { endpoint: hub.endpoint, cacheDir })
  assert.equal(Uint8Array.from(readFileSync(join(folder, WEIGHTS))), weights())
})

test.run()
