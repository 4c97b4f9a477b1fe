/** The Hub in a browser: what is cached and checked, and the errors when the Hub refuses. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { HubError, ModelFormatError } from '#dist/format/errors.js'
import { readAll } from '#dist/format/source.js'
import { type HubFilesOptions, hubFiles } from '#dist/hub/browser.js'
import { type HubServer, startHub } from './hub-server.ts'
import { MemoryCache } from './memory-cache.ts'
import { COMMIT, ID, isBody, noise, sampleRepository } from './sample.ts'

const WEIGHTS = 'model.safetensors'
const OTHER = 'fedcba9876543210fedcba9876543210fedcba98'
let hub: HubServer
let cache: MemoryCache

test.before(async () => {
  hub = await startHub()
})
test.before.each(() => {
  cache = new MemoryCache()
  hub.requests.length = 0
  hub.fault = undefined
  hub.repositories.set(ID, sampleRepository(2_000_000))
})
test.after(() => hub.close())

function files(options: HubFilesOptions = {}) {
  return hubFiles(ID, { endpoint: hub.endpoint, cache, retryDelay: 5, ...options })
}

async function read(name: string, options: HubFilesOptions = {}): Promise<Uint8Array | undefined> {
  const source = await files(options).open(name)
  if (source === undefined) return undefined
  const bytes = await readAll(source)
  await source.close()
  return bytes
}

async function failure(name: string, options: HubFilesOptions = {}): Promise<Error> {
  const reason = await read(name, options).catch((error: unknown) => error)
  assert.instance(reason, Error)
  return reason as Error
}

function bytesOf(name: string): Uint8Array {
  return hub.repositories.get(ID)!.files.get(name)!
}

test('hubFiles lists once, reads each file once, and then neither', async () => {
  const progress: number[] = []
  const model = files({ onProgress: ({ file, loaded }) => file === WEIGHTS && progress.push(loaded) })
  for (const name of ['config.json', 'vocab.txt', 'added_tokens.json', WEIGHTS]) {
    const source = await model.open(name)
    assert.equal(await readAll(source!), bytesOf(name))
  }
  assert.is(await model.open('tokenizer.json'), undefined)
  assert.is(hub.requests.filter(({ file }) => file === 'list').length, 1)
  assert.equal(progress, [1_048_576, 2_000_000])
  hub.requests.length = 0
  assert.equal(await read(WEIGHTS), bytesOf(WEIGHTS))
  assert.equal(
    hub.requests.map(({ file }) => file),
    ['list'],
  )
  assert.equal(await read(WEIGHTS, { revision: COMMIT }), bytesOf(WEIGHTS))
})

test('hubFiles works from its cache without a connection, and for a commit without a request', async () => {
  await read(WEIGHTS)
  await read(WEIGHTS, { revision: COMMIT })
  hub.requests.length = 0
  assert.equal(await read(WEIGHTS, { revision: COMMIT }), bytesOf(WEIGHTS))
  assert.is(hub.requests.length, 0)
  const unplugged = { fetch: () => Promise.reject(new TypeError('fetch failed')) }
  assert.equal(await read(WEIGHTS, unplugged), bytesOf(WEIGHTS))
  cache.entries.clear()
  assert.match((await failure(WEIGHTS, { ...unplugged, retries: 1 })).message, /No answer from/)
})

test('hubFiles notices a branch that moved', async () => {
  await read(WEIGHTS)
  const next = sampleRepository(1000, { commit: OTHER })
  next.files.set(WEIGHTS, noise(2_000_000, 8))
  hub.repositories.set(ID, next)
  assert.equal(await read(WEIGHTS), bytesOf(WEIGHTS))
})

test('hubFiles goes on after broken connections, without ranges too', async () => {
  for (const ignoreRange of [false, true]) {
    cache.entries.clear()
    const left = [
      { dropAfter: 1_500_000, ignoreRange },
      { dropAfter: 1_600_000, ignoreRange },
    ]
    hub.fault = (request) => (isBody(request, WEIGHTS) ? (left.shift() ?? { ignoreRange }) : undefined)
    assert.equal(await read(WEIGHTS), bytesOf(WEIGHTS))
  }
})

test('hubFiles verifies sizes and hashes, and keeps nothing that is wrong', async () => {
  hub.fault = (request) => (isBody(request, WEIGHTS) ? { altered: true } : undefined)
  const altered = await failure(WEIGHTS)
  assert.is((altered as HubError).code, 'BadDownload')
  assert.match(altered.message, /sha256/)
  hub.fault = (request) => (isBody(request, 'vocab.txt') ? { longer: 3, ignoreRange: true } : undefined)
  assert.match((await failure('vocab.txt')).message, /bytes, but the Hub lists/)
  assert.equal(
    [...cache.entries.keys()].filter((key) => key.includes('/resolve/')),
    [],
  )
  hub.fault = undefined
  await read('vocab.txt')
  const key = [...cache.entries.keys()].find((name) => name.endsWith('vocab.txt'))!
  cache.entries.set(key, new Blob(['cut short']))
  assert.equal(await read('vocab.txt'), bytesOf('vocab.txt'), 'an entry of another size is not used')
})

test('hubFiles works where nothing can be kept', async () => {
  cache.room = 1000
  assert.equal(await read(WEIGHTS), bytesOf(WEIGHTS))
  assert.equal(await read(WEIGHTS, { cache: false }), bytesOf(WEIGHTS))
})

test('hubFiles tells refusals apart and says what a model lacks', async () => {
  hub.repositories.set(ID, sampleRepository(1000, { token: 'good', gated: true }))
  assert.is(((await failure('config.json')) as HubError).code, 'GatedRepo')
  assert.equal(await read('config.json', { token: 'good' }), bytesOf('config.json'))
  hub.repositories.set(ID, sampleRepository(1000, { token: 'good' }))
  cache.entries.clear()
  assert.is(((await failure('config.json')) as HubError).code, 'RepoNotFound')
  hub.repositories.set(ID, sampleRepository(1000))
  assert.is(((await failure('config.json', { revision: 'v9' })) as HubError).code, 'RevisionNotFound')
  const { files: list } = hub.repositories.get(ID)!
  list.delete(WEIGHTS)
  list.set('pytorch_model.bin', noise(10, 1))
  const error = await failure(WEIGHTS)
  assert.instance(error, ModelFormatError)
  assert.match(error.message, /only pytorch_model\.bin.*iobert convert/)
})

test('hubFiles keeps the token from the host that holds the files', async () => {
  await read(WEIGHTS, { token: 'secret' })
  assert.ok(
    hub.requests.some(({ host, authorization }) => host === 'hub' && authorization === 'Bearer secret'),
  )
  assert.ok(hub.requests.every(({ host, authorization }) => host === 'hub' || authorization === undefined))
})

test('hubFiles stops when its signal aborts, and can be opened again after a failure', async () => {
  const reason = new Error('the page was left')
  const controller = new AbortController()
  const stall = { stallAfter: 300_000, onStall: () => controller.abort(reason) }
  hub.fault = (request) => (isBody(request, WEIGHTS) ? stall : undefined)
  assert.is(await failure(WEIGHTS, { signal: controller.signal }), reason)
  const model = files({ retries: 0 })
  hub.fault = () => ({ status: 500 })
  assert.instance(await model.open('config.json').catch((error: unknown) => error), HubError)
  hub.fault = undefined
  assert.ok(await model.open('config.json'))
})

test('hubFiles says that a sign-in page is no Hub', async () => {
  const page = async (): Promise<Response> => new Response('<html>Sign in to this network</html>')
  const error = await files({ fetch: page })
    .open('config.json')
    .catch((e: unknown) => e)
  assert.instance(error, HubError)
  assert.match((error as HubError).message, /does not answer as the Hub does/)
})

test.run()
