/** Files at URLs: ranges, broken connections, servers that break the rules. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { urlFiles } from '#dist/format/remote/url-source.js'
import { readAll } from '#dist/format/source.js'
import { type HubFault, type HubServer, startHub } from '../hub/hub-server.ts'
import { COMMIT, ID, noise, sampleRepository, text } from '../hub/sample.ts'
import { rootPath } from '../shared.ts'

const BIG = 6_000_000
const big = noise(BIG, 3)
const fast = { retryDelay: 5 }
let hub: HubServer
let base: string

test.before(async () => {
  hub = await startHub()
  base = `${hub.endpoint}/${ID}/resolve/main/`
  const files = new Map([
    ['big.bin', big],
    ['vocab.txt', text('[PAD]\n'.repeat(5000))],
    ['empty.json', text('')],
    ['1_Pooling/config.json', text('{}')],
  ])
  hub.repositories.set(ID, sampleRepository(0, { commit: COMMIT, files, large: new Set() }))
})
test.before.each(() => {
  hub.requests.length = 0
  hub.fault = undefined
})
test.after(() => hub.close())

function faults(...list: HubFault[]): void {
  hub.fault = () => list.shift()
}

async function readInPieces(name: string, piece: number): Promise<Uint8Array> {
  const source = await urlFiles(base, fast).open(name)
  assert.ok(source)
  const bytes = new Uint8Array(source.byteLength)
  for (let at = 0; at < bytes.length; at += piece) await source.read(at, bytes.subarray(at, at + piece))
  await source.close()
  return bytes
}

test('a large file that was read to its last byte ends of itself, so that a browser keeps it; one that was not is cancelled', async () => {
  const ends: string[] = []
  const counted: typeof fetch = async (...given) => {
    const response = await fetch(...given)
    const reader = response.body!.getReader()
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller): Promise<void> {
          const { done, value } = await reader.read()
          if (!done) return controller.enqueue(value)
          ends.push('done')
          controller.close()
        },
        cancel(): Promise<void> {
          ends.push('cancelled')
          return reader.cancel()
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { status: response.status, headers: response.headers })
  }
  const source = await urlFiles(base, { ...fast, fetch: counted }).open('big.bin')
  const bytes = new Uint8Array(BIG)
  await source!.read(0, bytes)
  assert.equal(bytes, big)
  await source!.close()
  const part = await urlFiles(base, { ...fast, fetch: counted }).open('big.bin')
  await part!.read(0, bytes.subarray(0, 1000))
  await part!.close()
  while (ends.length < 2) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(ends.sort(), ['cancelled', 'done'])
})

const listing = (bytes: (length: number) => number): Uint8Array => {
  const of = (length: number): Uint8Array =>
    text(`{"iobert_files": {"config.json": ${String(length).padStart(4)}, "vocab.txt": 35}}`)
  return of(bytes(of(0).length))
}

test("urlFiles asks for no file that config.json leaves out of its list, and for all where the list is another file's", async () => {
  const open = async (config: Uint8Array): Promise<string[]> => {
    hub.requests.length = 0
    const given = new Map([
      ['config.json', config],
      ['vocab.txt', text('[PAD]\n'.repeat(5))],
    ])
    hub.repositories.set('list/of', sampleRepository(0, { commit: COMMIT, files: given, large: new Set() }))
    const files = urlFiles(`${hub.endpoint}/list/of/resolve/main/`, fast)
    const source = await files.open('config.json')
    assert.equal(await readAll(source!), config)
    assert.is(await files.open('tokenizer.json'), undefined)
    assert.is((await files.open('vocab.txt'))!.byteLength, 30)
    return hub.requests.map(({ file }) => file)
  }
  const all = ['config.json', 'tokenizer.json', 'vocab.txt']
  assert.equal(await open(listing((length) => length)), ['config.json', 'vocab.txt'])
  assert.equal(await open(listing((length) => length + 1)), all)
  for (const config of [
    '{}',
    '[]',
    'null',
    '{',
    '{"iobert_files": ["config.json"]}',
    '{"iobert_files": null}',
  ]) {
    assert.equal(await open(text(config)), all, config)
  }
})

test('the list of the shipped model is its own', () => {
  const config = readFileSync(rootPath('weights/config.json'))
  const { iobert_files: list } = JSON.parse(config.toString('utf8'))
  assert.is(list['config.json'], config.length)
  for (const name of ['tokenizer_config.json', 'vocab.txt']) {
    assert.is(list[name], statSync(rootPath(`weights/${name}`)).size, name)
  }
  assert.equal(
    Object.keys(list).sort(),
    readdirSync(rootPath('weights'))
      .filter((name) => name !== 'README.md' && !name.startsWith('LICENSE'))
      .sort(),
  )
})

test('urlFiles reads a large file forward with one request', async () => {
  assert.equal(await readInPieces('big.bin', 700_001), big)
  assert.is(hub.requests.length, 1)
})

test('urlFiles asks for a range where reading jumps, forward and back', async () => {
  const source = await urlFiles(base, fast).open('big.bin')
  for (const offset of [5_000_000, 10, 4_000_000, 4_000_100, BIG - 50]) {
    const target = new Uint8Array(50)
    await source!.read(offset, target)
    assert.equal(target, big.subarray(offset, offset + 50), String(offset))
  }
  await source!.close()
  assert.equal(
    hub.requests.map(({ range }) => range),
    ['bytes=0-', 'bytes=5000000-', 'bytes=10-', 'bytes=4000000-', `bytes=${BIG - 50}-`],
  )
})

test('urlFiles answers reads that are asked for at once', async () => {
  const source = await urlFiles(base, fast).open('big.bin')
  const offsets = [3_000_000, 0, 5_999_000, 100]
  const targets = offsets.map(() => new Uint8Array(1000))
  await Promise.all(offsets.map((offset, at) => source!.read(offset, targets[at]!)))
  for (const [at, offset] of offsets.entries()) {
    assert.equal(targets[at], big.subarray(offset, offset + 1000))
  }
  await source!.close()
})

test('urlFiles is right where the server ignores ranges', async () => {
  hub.fault = () => ({ ignoreRange: true })
  const source = await urlFiles(base, fast).open('big.bin')
  for (const offset of [5_000_000, 10, 5_500_000]) {
    const target = new Uint8Array(1000)
    await source!.read(offset, target)
    assert.equal(target, big.subarray(offset, offset + 1000))
  }
  await source!.close()
  assert.is(hub.requests.length, 2, 'a new request only to go back')
})

test('urlFiles goes on after connections that break, with and without ranges', async () => {
  faults({ dropAfter: 2_000_000 }, { dropAfter: 1_500_000 }, { dropAfter: 0 })
  assert.equal(await readInPieces('big.bin', 900_000), big)
  assert.is(hub.requests.length, 4)
  hub.requests.length = 0
  faults(
    { ignoreRange: true, dropAfter: 2_000_000 },
    { ignoreRange: true, dropAfter: 3_000_000 },
    { ignoreRange: true },
  )
  assert.equal(await readInPieces('big.bin', 900_000), big)
  assert.is(hub.requests.length, 3)
})

test('urlFiles reads small files whole: compressed without a length, empty, in subfolders, broken once', async () => {
  hub.fault = ({ file }) => (file === 'vocab.txt' ? { gzip: true, ignoreRange: true } : undefined)
  assert.is(new TextDecoder().decode(await readInPieces('vocab.txt', 999)), '[PAD]\n'.repeat(5000))
  hub.fault = undefined
  assert.is((await readInPieces('empty.json', 1)).length, 0)
  assert.is(new TextDecoder().decode(await readInPieces('1_Pooling/config.json', 10)), '{}')
  faults({ dropAfter: 10 })
  assert.is((await readInPieces('vocab.txt', 40_000)).length, 30_000)
})

test('urlFiles gives undefined for 404, and an error with URL and status for other refusals', async () => {
  const files = urlFiles(base, fast)
  assert.is(await files.open('nothing.txt'), undefined)
  hub.fault = () => ({ status: 403 })
  const error = await files.open('big.bin').catch((reason: unknown) => reason)
  assert.match((error as Error).message, `${base}big.bin answered 403`)
})

test('urlFiles tries again on 503 and honours Retry-After', async () => {
  faults({ status: 503 }, { status: 429, headers: { 'retry-after': '1' } })
  const start = performance.now()
  const source = await urlFiles(base, fast).open('vocab.txt')
  assert.is((await readAll(source!)).length, 30_000)
  assert.ok(performance.now() - start >= 990, 'waited as told')
  assert.is(hub.requests.length, 3)
})

test('urlFiles gives up on a server that always breaks off, naming the URL', async () => {
  hub.fault = () => ({ dropAfter: 5, ignoreRange: true })
  const source = await urlFiles(base, { retryDelay: 1 }).open('big.bin')
  const error = await source!.read(0, new Uint8Array(10)).catch((reason: unknown) => reason)
  assert.match((error as Error).message, /big\.bin broke off/)
  hub.fault = () => ({ status: 500 })
  const refused = await urlFiles(base, { retryDelay: 1, retries: 2 })
    .open('big.bin')
    .catch((r: unknown) => r)
  assert.match((refused as Error).message, /answered 500/)
})

test('urlFiles does not wait for ever: a body that stalls is asked for anew', async () => {
  faults({ stallAfter: 1_000_000 })
  const source = await urlFiles(base, { retryDelay: 1, timeout: 1000 }).open('big.bin')
  assert.equal(await readAll(source!), big)
  // More than two where this machine itself makes it wait.
  assert.ok(hub.requests.length >= 2)
  assert.ok(hub.requests[0]!.sent < BIG)
  await source!.close()
})

test('urlFiles notices a file that changes while it is read', async () => {
  const source = await urlFiles(base, fast).open('big.bin')
  await source!.read(0, new Uint8Array(10))
  hub.repositories.get(ID)!.files.set('big.bin', noise(BIG, 4))
  const error = await source!.read(5_000_000, new Uint8Array(10)).catch((reason: unknown) => reason)
  hub.repositories.get(ID)!.files.set('big.bin', big)
  assert.match((error as Error).message, /changed while it was read/)
  await source!.close()
})

test('urlFiles stops at once when its signal aborts', async () => {
  hub.fault = () => ({ stallAfter: 200_000 })
  const controller = new AbortController()
  const source = await urlFiles(base, { signal: controller.signal }).open('big.bin')
  await source!.read(0, new Uint8Array(100_000))
  const rest = source!.read(100_000, new Uint8Array(BIG - 100_000)).catch((reason: unknown) => reason)
  controller.abort(new Error('enough'))
  assert.is(((await rest) as Error).message, 'enough')
  assert.ok(hub.bytesOf('big.bin') < BIG, 'the rest was not waited for')
})

test('urlFiles passes headers on, and refuses what is no URL prefix or leaves it', async () => {
  const source = await urlFiles(base, { headers: { authorization: 'Bearer x' } }).open('vocab.txt')
  await source!.close()
  assert.is(hub.requests[0]!.authorization, 'Bearer x')
  for (const bad of ['models/', 'https://example.org/model', ''])
    assert.throws(
      () => urlFiles(bad),
      (error: unknown) => error instanceof TypeError,
    )
  assert.match(
    String(
      await urlFiles(base)
        .open('../secret')
        .catch((reason: unknown) => reason),
    ),
    /not a file name/,
  )
})

test('urlFiles says that nothing answers', async () => {
  const error = await urlFiles('http://127.0.0.1:9/', { retries: 0 })
    .open('x')
    .catch((reason: unknown) => reason)
  assert.match((error as Error).message, /No answer from http:\/\/127\.0\.0\.1:9\/x/)
})

test.run()
