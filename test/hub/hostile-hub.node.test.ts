/**
 * A Hub that lies, redirects elsewhere, never ends or repeats a token: no token is exposed, no disk is
 * filled, no long wait. It measures the memory of a process of its own.
 */
import { existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DownloadError, HubError, ModelFormatError } from '#dist/format/errors.js'
import { redirectingFetch } from '#dist/format/remote/redirect.js'
import { hubFiles } from '#dist/hub/browser.js'
import { type HubFolderOptions, hubFolder } from '#dist/hub/folder.node.js'
import { findInt8Copy } from '#dist/hub/int8-copy.node.js'
import { mostBytes } from '#dist/hub/model-files.js'
import { loadModel } from '#dist/node.js'
import { within } from '../within.ts'
import { goldenRepository } from './models.ts'
import { COMMIT, ID, temporaryFolder } from './sample.ts'

const TOKEN = 'hf_NobodyMayReadThis0123456789'
const CONFIG = Uint8Array.from(goldenRepository('plain').files.get('config.json')!)
const HASH = '0'.repeat(64)

interface Asked {
  readonly url: URL
  readonly method: string
  readonly authorization: string | null
}

/** A Hub in place of the network; every request it got. */
function hubOf(answer: (asked: Asked) => Response): { fetch: typeof fetch; asked: Asked[] } {
  const asked: Asked[] = []
  return {
    asked,
    async fetch(input, init): Promise<Response> {
      const headers = new Headers(init?.headers)
      const one = {
        url: new URL(String(input)),
        method: init?.method ?? 'GET',
        authorization: headers.get('authorization'),
      }
      asked.push(one)
      return answer(one)
    },
  }
}

function load(answer: (asked: Asked) => Response, options: HubFolderOptions = {}) {
  const { fetch, asked } = hubOf(answer)
  const loading = hubFolder(ID, {
    ...{ endpoint: 'https://hub.test', cacheDir: temporaryFolder(), fetch, retryDelay: 1, token: TOKEN },
    ...options,
  })
  return {
    asked,
    error: loading.then(
      () => new Error('it loaded'),
      (reason: unknown) => reason as Error,
    ),
  }
}

function redirect(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 302, headers: { location, ...headers } })
}

/** The answer to HEAD, as the Hub's for a file. */
function head(headers: Record<string, string> = {}): Response {
  return new Response(null, { headers: { 'x-repo-commit': COMMIT, etag: `"${HASH}"`, ...headers } })
}

/** A body that never ends, and how much of it was taken. */
function endless(): { body: ReadableStream<Uint8Array>; taken: () => number } {
  let taken = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      taken += 65_536
      if (taken > 2 ** 28) throw new Error('nobody stopped reading')
      controller.enqueue(new Uint8Array(65_536))
    },
  })
  return { body, taken: () => taken }
}

/** Everything an error shows, its causes too. */
function shown(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack}\n${shown(error.cause)}` : String(error)
}

test.before(() => {
  for (const name of ['HF_TOKEN', 'HF_TOKEN_PATH', 'HF_HUB_OFFLINE']) delete process.env[name]
  process.env['HF_HOME'] = temporaryFolder()
})

test('a token never goes from https to http, whichever request is redirected', async () => {
  for (const method of ['HEAD', 'GET']) {
    const { asked, error } = load(({ url, method: one }) => {
      if (one === method && url.protocol === 'https:') return redirect(url.href.replace('https:', 'http:'))
      return one === 'HEAD' ? head() : new Response(CONFIG)
    })
    const reason = await error
    assert.instance(reason, HubError, String(reason))
    assert.match(reason.message, /which is not https/)
    assert.ok(asked.every(({ url, authorization }) => url.protocol === 'https:' || authorization === null))
  }
})

test('a token follows a redirect to https on the same host, and to no other host', async () => {
  const { asked, error } = load(
    ({ url }) =>
      url.protocol === 'http:'
        ? redirect(url.href.replace('http:', 'https:'))
        : redirect('https://elsewhere.test/'),
    { endpoint: 'http://hub.test' },
  )
  assert.instance(await error, HubError)
  const to = asked.map(({ url, authorization }) => [url.origin, authorization !== null])
  assert.equal(to.slice(0, 2), [
    ['http://hub.test', true],
    ['https://hub.test', true],
  ])
  assert.not.ok(to.some(([origin]) => origin === 'https://elsewhere.test'))
})

test('a redirect to anything but http and https is refused, whatever the runtime would fetch', async () => {
  for (const location of [
    'file:///etc/passwd',
    'data:text/plain,x',
    'blob:https://hub.test/1',
    'ftp://h/x',
  ]) {
    for (const method of ['HEAD', 'GET']) {
      const { asked, error } = load(
        ({ method: one }) => (one === method ? redirect(location) : head({ 'content-length': '9' })),
        { endpoint: 'http://hub.test' },
      )
      const reason = await error
      assert.instance(reason, HubError, String(reason))
      assert.match(reason.message, /is not on the web/)
      assert.ok(asked.every(({ url }) => url.protocol === 'http:'))
    }
  }
})

test('circles and addresses that are none end at once, in an error of ours', async () => {
  for (const location of ['/round/and/round', 'http://[', 'https://hub.test:99999/']) {
    for (const method of ['HEAD', 'GET']) {
      const { asked, error } = load(
        ({ method: one }) => (one === method ? redirect(location) : head({ 'content-length': '9' })),
        // One that is tried again would be late.
        { retryDelay: 600_000 },
      )
      const reason = await within(error)
      assert.instance(reason, HubError, String(reason))
      assert.is((reason as HubError).code, 'Unavailable')
      assert.match((reason as HubError).message, /again and again|is no address/)
      assert.ok(asked.length < 30)
    }
    const fetchUrl = redirectingFetch(hubOf(() => redirect(location)).fetch)
    const direct = await fetchUrl('https://hub.test/x').catch((caught: unknown) => caught)
    assert.instance(direct, DownloadError)
    assert.is((direct as DownloadError).code, 'BadRedirect')
  }
})

test('the line break that a copied token ends in is cut off', async () => {
  const { asked, error } = load(() => new Response(null, { status: 500 }), {
    token: `${TOKEN}\r\n`,
    retries: 0,
  })
  await error
  assert.ok(asked.length > 0 && asked.every(({ authorization }) => authorization === `Bearer ${TOKEN}`))
})

test('a token that is none is refused before anything is asked, without being shown', async () => {
  for (const token of [
    `${TOKEN}\n${TOKEN}`,
    `${TOKEN}\0`,
    `${TOKEN} x`,
    `é${TOKEN}`,
    `${TOKEN}\u2028${TOKEN}`,
  ]) {
    const given = load(() => head(), { token })
    const browser = hubOf(() => head())
    const errors = [await given.error, catching(() => hubFiles(ID, { token, fetch: browser.fetch }))]
    process.env['HF_TOKEN'] = `${TOKEN}\x07`
    const { error, asked } = load(() => head(), { token: undefined as never })
    errors.push(await error)
    delete process.env['HF_TOKEN']
    for (const reason of errors) {
      assert.instance(reason, RangeError, String(reason))
      assert.match((reason as Error).message, /holds a blank, a line break/)
      assert.not.match(shown(reason), TOKEN)
    }
    assert.is(given.asked.length + browser.asked.length + asked.length, 0)
  }
})

test('a server that repeats the token does not bring it into an error', async () => {
  const echoes: ((asked: Asked) => Response)[] = [
    () => new Response(null, { status: 403, headers: { 'x-error-message': `no ${TOKEN}` } }),
    () => new Response(null, { status: 401, headers: { 'x-error-message': `Invalid credentials ${TOKEN}` } }),
    () => new Response(null, { status: 418, statusText: `Bearer ${TOKEN}` }),
    () => redirect(`http://hub.test/${TOKEN}`),
    () => redirect(`file:///${TOKEN}`),
    () => redirect(`http://[${TOKEN}`),
    ({ url }) => redirect(`${url.pathname}/${TOKEN}`),
    () => head({ etag: `"${TOKEN}"` }),
    () => head({ etag: `"../${TOKEN}"` }),
    () => head({ 'x-repo-commit': TOKEN }),
    () => {
      throw new TypeError(`connection to ${TOKEN} failed`, { cause: new Error(`Bearer ${TOKEN}`) })
    },
    ({ method }) => {
      if (method === 'HEAD') return head({ 'content-length': '9' })
      throw new TypeError('fetch failed', { cause: new Error(`Bearer ${TOKEN}`) })
    },
  ]
  for (const [index, echo] of echoes.entries()) {
    const cacheDir = temporaryFolder()
    const { error } = load(echo, { retries: 0, cacheDir })
    const reason = await error
    assert.is.not(reason.message, 'it loaded')
    assert.not.match(shown(reason), TOKEN, `answer ${index}`)
    assert.not.ok(readdirSync(cacheDir, { recursive: true }).some((name) => String(name).includes(TOKEN)))
    const files = hubFiles(ID, { ...hubOf(echo), retries: 0, token: TOKEN, endpoint: 'https://hub.test' })
    const browser = await files.open('config.json').catch((caught: unknown) => caught)
    assert.instance(browser, Error)
    assert.not.match(shown(browser), TOKEN, `answer ${index} in a browser`)
  }
})

test('an error of a server is cut short and its control characters are escaped', async () => {
  const headers = { 'x-error-message': `${'long '.repeat(2000)}` }
  const { error } = load(() => new Response(null, { status: 403, headers }))
  assert.ok((await error).message.length < 400)
})

test('an endless file is not written to the disk, whether its length was announced or not', async () => {
  for (const size of [undefined, '700']) {
    const stream = endless()
    const cacheDir = temporaryFolder()
    const { error } = load(
      ({ method }) =>
        method === 'HEAD'
          ? head(size === undefined ? {} : { 'content-length': size })
          : new Response(stream.body),
      { cacheDir },
    )
    const reason = await error
    assert.instance(reason, HubError, String(reason))
    assert.match(
      reason.message,
      size === undefined ? /longer than 1048576 bytes/ : /longer than the 700 bytes/,
    )
    assert.ok(stream.taken() < 2 ** 21, `${stream.taken()} bytes were taken`)
    const blobs = join(cacheDir, 'models--owner--model/blobs')
    for (const name of readdirSync(blobs)) assert.ok(statSync(join(blobs, name)).size < 1000, name)
  }
})

test('what is announced larger than such a file ever is, is not asked for', async () => {
  const { asked, error } = load(() => head({ 'content-length': String(2 ** 30) }))
  const reason = await error
  assert.instance(reason, ModelFormatError)
  assert.match(reason.message, /config\.json of owner\/model has 1073741824 bytes: at most 1048576/)
  assert.ok(asked.every(({ method }) => method === 'HEAD'))
  assert.is(mostBytes(ID, 'model.safetensors', 1.4e9), 1.4e9)
  assert.ok(mostBytes(ID, 'model.safetensors', undefined) <= 2 ** 32)
  assert.throws(() => mostBytes(ID, 'model.safetensors', 1e12), /at most 17179869184/)
})

test('hubFiles stops reading a list, or a file, that never ends', async () => {
  const list = endless()
  const files = hubFiles(
    ID,
    hubOf(() => new Response(list.body)),
  )
  const error = await files.open('config.json').catch((caught: unknown) => caught)
  assert.instance(error, HubError, String(error))
  assert.ok(list.taken() < 2 ** 25, `${list.taken()} bytes of the list`)
  const file = endless()
  const siblings = [
    { rfilename: 'config.json', size: 700 },
    { rfilename: 'vocab.txt', size: 2 ** 40 },
  ]
  const other = hubFiles(
    ID,
    hubOf(({ url }) =>
      url.pathname.startsWith('/api') ? Response.json({ sha: COMMIT, siblings }) : new Response(file.body),
    ),
  )
  assert.instance(await other.open('config.json').catch((caught: unknown) => caught), Error)
  assert.ok(file.taken() < 2 ** 19, `${file.taken()} bytes of the file`)
  const large = await other.open('vocab.txt').catch((caught: unknown) => caught)
  assert.match((large as Error).message, /vocab\.txt of owner\/model has 1099511627776 bytes/)
})

test('an index of 1 GB is refused before it is read', async () => {
  const cacheDir = temporaryFolder()
  const model = join(cacheDir, 'models--owner--model')
  const snapshot = join(model, 'snapshots', COMMIT)
  for (const folder of [snapshot, join(model, 'refs')]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(model, 'refs/main'), COMMIT)
  for (const name of ['config.json', 'vocab.txt']) {
    writeFileSync(join(snapshot, name), goldenRepository('plain').files.get(name)!)
  }
  const index = join(snapshot, 'model.safetensors.index.json')
  writeFileSync(index, '')
  truncateSync(index, 2 ** 30)
  const before = process.memoryUsage().rss
  const reasons = [
    hubFolder(ID, { cacheDir, offline: true }),
    findInt8Copy(snapshot),
    loadModel(snapshot, { inline: true }),
  ].map((call) => call.catch((caught: unknown) => caught))
  for (const reason of await Promise.all(reasons)) {
    assert.instance(reason, ModelFormatError, String(reason))
    assert.match((reason as Error).message, /has 1073741824 bytes: at most 1048576 are read/)
  }
  assert.ok(process.memoryUsage().rss - before < 2 ** 28, 'memory was taken for it')
})

test('where the ETag is no hash the size is compared and nothing else, as Python does', async () => {
  const served = Uint8Array.from(CONFIG)
  served[served.length - 2] = 0x20
  const answer =
    (body: Uint8Array) =>
    ({ url, method }: Asked): Response => {
      if (!url.pathname.endsWith('config.json') || url.pathname.includes('tokenizer')) {
        return new Response(null, { status: 404, headers: { 'x-error-code': 'EntryNotFound' } })
      }
      const size = { 'content-length': String(CONFIG.length) }
      return method === 'HEAD' ? head({ ...size, etag: '"version-7"' }) : new Response(Uint8Array.from(body))
    }
  const cacheDir = temporaryFolder()
  // Only the vocabulary is missed, which comes after.
  assert.match(
    (await load(answer(served), { cacheDir }).error).message,
    /neither vocab\.txt nor tokenizer\.json/,
  )
  assert.ok(existsSync(join(cacheDir, 'models--owner--model/blobs/version-7')))
  const short = await load(answer(served.subarray(1)), { retries: 0 }).error
  assert.match(short.message, /broke off at byte/)
})

function catching(run: () => unknown): unknown {
  try {
    run()
    return undefined
  } catch (error) {
    return error
  }
}

test.run()
