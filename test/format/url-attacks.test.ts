/**
 * Servers that answer with web pages, without end or length, or with a different file on each request. It
 * measures the memory of a process of its own.
 */
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openCheckpoint } from '#dist/format/checkpoint.js'
import { DownloadError, ModelFormatError } from '#dist/format/errors.js'
import { redirectingFetch } from '#dist/format/remote/redirect.js'
import { urlFiles } from '#dist/format/remote/url-source.js'
import { readAll } from '#dist/format/source.js'
import { loadSpec } from '#dist/model/read-spec.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { noise } from '../hub/sample.ts'
import { goldenFiles } from './safetensors-file.ts'

const BASE = 'https://example.test/model/'
const PAGE = '\n<!DOCTYPE html>\n<html><head><title>An app</title></head></html>'

type Answer = (name: string, range: number, requests: number) => Response

function filesOf(answer: Answer, more: { send?: (f: typeof fetch) => typeof fetch } = {}) {
  let requests = 0
  const send: typeof fetch = async (input, init) => {
    const range = /^bytes=(\d+)-$/.exec(new Headers(init?.headers).get('range') ?? '')
    return answer(String(input).slice(BASE.length), Number(range?.[1] ?? 0), requests++)
  }
  const { send: wrap = (plain: typeof fetch) => plain } = more
  return { files: urlFiles(BASE, { fetch: wrap(send), retryDelay: 1 }), requests: () => requests }
}

const html = (body: string): Response => new Response(body, { headers: { 'content-type': 'text/html' } })

function endless(piece: Uint8Array = new Uint8Array(65_536)) {
  let taken = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller): void {
      taken += piece.length
      if (taken > 2 ** 28) throw new Error('nobody stopped reading')
      controller.enqueue(piece)
    },
  })
  return { body, taken: () => taken }
}

async function reasonOf(call: Promise<unknown>): Promise<Error> {
  const outcome = await call.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  )
  return outcome as Error
}

test('a page in the place of an optional file is no file', async () => {
  const model = goldenFiles('plain')
  const { files } = filesOf((name) =>
    model.has(name) ? new Response(Uint8Array.from(model.get(name)!)) : html(PAGE),
  )
  assert.is(await files.open('tokenizer.json'), undefined)
  assert.ok((await readTokenizer(files)).encode('Berlin').ids.length > 2)
  const checkpoint = await openCheckpoint(files)
  await checkpoint.close()
})

test('a page in the place of a file that is needed is an error that says so', async () => {
  const { files } = filesOf(() => html(PAGE))
  for (const [read, name] of [
    [loadSpec, 'config.json'],
    [readTokenizer, 'vocab.txt'],
    [openCheckpoint, 'model.safetensors'],
  ] as const) {
    const error = await reasonOf(read(files))
    assert.instance(error, ModelFormatError)
    assert.is((error as ModelFormatError).code, 'MissingFile')
    assert.ok(error.message.includes(`${BASE}${name} answers with a page of HTML`), error.message)
  }
})

test('a page is known by what it is, whatever the server calls it; and a file too', async () => {
  const pages = [
    html('<html></html>'),
    html(`${PAGE}${' '.repeat(2 ** 21)}`),
    new Response(PAGE, { headers: { 'content-type': 'application/json' } }),
    new Response(new TextEncoder().encode('<HTML lang="en">')),
  ]
  for (const page of pages) assert.is(await filesOf(() => page).files.open('vocab.txt'), undefined)
  // Some servers call everything HTML.
  for (const body of ['{}', '[PAD]\n<s>\n', '<s>\n<pad>\n']) {
    const type = body.startsWith('<') ? 'text/plain' : 'text/html'
    const { files } = filesOf(() => new Response(body, { headers: { 'content-type': type } }))
    const source = await files.open('vocab.txt')
    assert.is(new TextDecoder().decode(await readAll(source!)), body)
  }
  const large = new Uint8Array(2 ** 21).fill(0x7b)
  const { files } = filesOf(
    () =>
      new Response(large, {
        headers: { 'content-type': 'text/html', 'content-length': String(large.length) },
      }),
  )
  const source = await files.open('model.safetensors')
  assert.equal(await readAll(source!), large, 'what was looked at is not lost')
})

test('a body without a length is read to its limit and no further, compressed ones too', async () => {
  for (const [name, most] of [
    ['config.json', 2 ** 20],
    ['model.safetensors.index.json', 2 ** 20],
    ['1_Pooling/config.json', 2 ** 20],
    ['vocab.txt', 2 ** 24],
    ['vocab.json', 2 ** 24],
    ['tokenizer.json', 2 ** 25],
  ] as const) {
    const { body, taken } = endless()
    const { files, requests } = filesOf(() => new Response(body))
    const error = await reasonOf(files.open(name))
    assert.instance(error, ModelFormatError, String(error))
    assert.match(error.message, `at most ${most} are read`)
    assert.ok(taken() <= most + 2 ** 18, `${taken()} bytes of ${name}`)
    assert.is(requests(), 1, 'it is not asked for again')
  }
})

test('a body with a length is read no further than that', async () => {
  const bodies: ReturnType<typeof endless>[] = []
  const { files } = filesOf(() => {
    bodies.push(endless())
    return new Response(bodies.at(-1)!.body, { headers: { 'content-length': '100' } })
  })
  assert.match((await reasonOf(files.open('config.json'))).message, /more bytes came than the 100/)
  for (const { taken } of bodies) assert.ok(taken() < 2 ** 18)
})

test('a body that unpacks to a thousand times its size is stopped too', async () => {
  const { createServer } = await import('node:http')
  const packed = gzipSync(new Uint8Array(2 ** 28))
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const before = process.memoryUsage().rss
  const error = await reasonOf(urlFiles(`http://127.0.0.1:${port}/`).open('config.json'))
  assert.match(error.message, /at most 1048576 are read/)
  assert.ok(process.memoryUsage().rss - before < 2 ** 27, 'memory was taken for it')
  server.closeAllConnections()
  server.close()
})

const SIZE = 5_000_000

/** One version of a file for the first request, another from then on. */
function changing(headers: (version: number) => Record<string, string>, versions: Uint8Array[]): Answer {
  return (_, range, requests) => {
    const version = Math.min(requests, versions.length - 1)
    const bytes = Uint8Array.from(versions[version]!)
    return new Response(bytes.subarray(range), {
      status: 206,
      headers: {
        'content-range': `bytes ${range}-${bytes.length - 1}/${bytes.length}`,
        ...headers(version),
      },
    })
  }
}

const [first, second] = [noise(SIZE, 1), noise(SIZE, 2)]
const old = 'Mon, 01 Jan 2024 00:00:00 GMT'
const now = (): string => new Date().toUTCString()

test('two versions of a file are never mixed, whatever the server says of them', async () => {
  for (const [what, headers, versions] of [
    ['other ETags', (at: number) => ({ etag: `"${at}"` }), [first, second]],
    ['other times', (at: number) => ({ 'last-modified': at === 0 ? old : now() }), [first, second]],
    ['other lengths', () => ({}), [first, noise(SIZE + 1, 2)]],
    ['no word at all', () => ({}), [first, second]],
    ['the same second', () => ({ 'last-modified': now() }), [first, second]],
  ] as const) {
    const { files } = filesOf(changing(headers, [...versions]))
    const source = await files.open('model.safetensors')
    await source!.read(0, new Uint8Array(1000))
    const error = await reasonOf(source!.read(4_000_000, new Uint8Array(1000)))
    assert.instance(error, DownloadError, `${what}: ${error}`)
    assert.is((error as DownloadError).code, 'Changed', what)
    await source!.close()
  }
})

test('a file that stays the same is read in ranges without any word of its version', async () => {
  for (const headers of [{}, { 'last-modified': now() }, { 'last-modified': old }, { etag: '"x"' }]) {
    const { files, requests } = filesOf(changing(() => headers as Record<string, string>, [first]))
    const source = await files.open('model.safetensors')
    for (const offset of [0, 4_000_000, 100, 2_500_000]) {
      const target = new Uint8Array(1000)
      await source!.read(offset, target)
      assert.equal(target, first.subarray(offset, offset + 1000))
    }
    await source!.close()
    const isVersioned = 'etag' in headers || headers['last-modified'] === old
    assert.is(requests(), isVersioned ? 4 : 7, 'one look more for each jump, where nothing else tells')
  }
})

test('a file that goes away, or becomes shorter, while it is read has changed', async () => {
  for (const status of [404, 416]) {
    const whole = changing(() => ({ etag: '"x"' }), [first])
    const { files } = filesOf((...given) =>
      given[2] === 0 ? whole(...given) : new Response(null, { status }),
    )
    const source = await files.open('model.safetensors')
    const error = await reasonOf(source!.read(4_000_000, new Uint8Array(10)))
    assert.is((error as DownloadError).code, 'Changed')
  }
})

test('refusals and silence are errors with a code', async () => {
  const refused = await reasonOf(filesOf(() => new Response(null, { status: 403 })).files.open('config.json'))
  assert.is((refused as DownloadError).code, 'Refused')
  const { files } = filesOf(() => {
    throw new TypeError('fetch failed')
  })
  assert.is(((await reasonOf(files.open('config.json'))) as DownloadError).code, 'NoAnswer')
  const round = filesOf(() => new Response(null, { status: 301, headers: { location: BASE } }), {
    send: redirectingFetch,
  })
  assert.is(((await reasonOf(round.files.open('config.json'))) as DownloadError).code, 'BadRedirect')
  assert.is(round.requests(), 21)
})

test('names in an index that no URL can hold are errors of ours', async () => {
  for (const name of [
    '\ud800.safetensors',
    `${'x'.repeat(300)}.safetensors`,
    `${'é'.repeat(125)}.safetensors`,
  ]) {
    const index = JSON.stringify({ weight_map: { a: name } })
    const { files } = filesOf((file) =>
      file.endsWith('index.json') ? new Response(index) : new Response(null, { status: 404 }),
    )
    const error = await reasonOf(openCheckpoint(files))
    assert.instance(error, ModelFormatError, String(error))
    assert.is((error as ModelFormatError).code, 'InvalidConfig')
    assert.ok(error.message.length < 400)
  }
})

test.run()
