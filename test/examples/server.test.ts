/** examples/server against malicious clients, over real sockets on loopback. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text as readAll } from 'node:stream/consumers'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'
import { seeded } from '../random.ts'
import { root, rootPath } from '../shared.ts'

interface Recognized {
  entities: unknown[]
}

interface Engine {
  tokenizer: { encode(text: string): { ids: unknown[] } }
  recognizeAll(texts: string[], options: { signal?: AbortSignal }): Promise<Recognized[]>
  dispose(): void
}

interface Service {
  server: Server
  close(drained?: Promise<void>): Promise<void>
}

type Limits = Record<string, number>

const { createService }: { createService(engine: Engine, limits?: Limits): Service } = await import(
  new URL('examples/server/server.mjs', root).href
)

const ner = await loadRecognizer(rootPath('test/goldens/models/plain'), { threads: 1 })
test.after(() => ner.dispose())

/** The model, whose calls can be seen, or what stands in for its computing. */
function engine(
  recognizeAll: Engine['recognizeAll'] = (texts, options) => ner.recognizeAll(texts, options),
): Engine {
  return { tokenizer: ner.tokenizer, recognizeAll, dispose() {} }
}

/** What a stand-in finds. */
const nothing = (texts: string[]): Recognized[] => texts.map(() => ({ entities: [] }))

/** Milliseconds that no test waits: what a busy machine takes long for is not late. */
const PATIENT = { receiveTimeout: 600_000, wait: 600_000, timeout: 600_000 }

async function withService(
  given: Engine,
  limits: Limits,
  work: (port: number, service: Service) => Promise<void>,
): Promise<void> {
  const service = createService(given, { drain: 0, grace: 0, ...PATIENT, ...limits })
  service.server.listen(0, '127.0.0.1')
  await once(service.server, 'listening')
  try {
    await work((service.server.address() as AddressInfo).port, service)
  } finally {
    await service.close()
  }
}

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  // That a server resets what it does not want is no fault.
  socket.on('error', () => {})
  return socket
}

/** What the server says to these bytes, until it or the client has said all. */
async function say(port: number, bytes: string | Buffer): Promise<string> {
  const socket = open(port)
  socket.write(bytes)
  return readAll(socket).catch(() => '')
}

/** A request as bytes; its answer ends the connection. */
function request(body: unknown, head = 'connection: close\r\n'): string {
  const json = typeof body === 'string' ? body : JSON.stringify(body)
  return `POST /recognize HTTP/1.1\r\nhost: x\r\n${head}content-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
}

async function post(port: number, body: unknown): Promise<{ status: number; head: string; body: string }> {
  const [head = '', content = ''] = (await say(port, request(body))).split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, body: content }
}

/** A promise to be settled from outside. */
function gate(): { promise: Promise<void>; open(): void } {
  let open!: () => void
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open }
}

/** Waits until so many requests are there, bodies too, from now on. */
async function arrivals(server: Server, wanted: number): Promise<void> {
  const all = gate()
  let count = 0
  server.on('request', (incoming) => {
    incoming.on('end', () => {
      count++
      if (count === wanted) setImmediate(all.open)
    })
  })
  await all.promise
}

test('no request target ends the server', () =>
  withService(engine(), {}, async (port) => {
    const odd = [
      '//',
      'http://[',
      '/\\',
      '\\',
      'http://',
      '*',
      '?',
      '#',
      '//[::1',
      '/%',
      '/%ff%00',
      'a:b',
      'http:/x',
    ]
    const get = (target: string): Promise<string> =>
      say(port, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    for (const target of odd) assert.match(await get(target), /^HTTP\/1\.1 40[04] /u, target)
    assert.match(await get('http://anywhere:1/healthz?x=1'), /^HTTP\/1\.1 200 /u)
    assert.is((await post(port, { text: 'Paris' })).status, 200)
  }))

test('no bytes end the server', () =>
  withService(engine(), {}, async (port) => {
    const next = seeded(1)
    const good = request({ text: 'Paris' })
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.from(good)
      for (let change = 0; change < 1 + (round % 8); change++) {
        bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256)
      }
      const socket = open(port)
      // What is cut short waits for its rest otherwise.
      socket.end(bytes)
      await readAll(socket).catch(() => '')
    }
    for (const method of ['HEAD', 'CONNECT', 'OPTIONS', 'PRI', 'DELETE']) {
      await say(port, `${method} /recognize HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    }
    await say(port, 'GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade, close\r\n\r\n')
    await say(port, request({ text: 'x' }, 'expect: wonders\r\nconnection: close\r\n'))
    for (const body of [
      'null',
      '[]',
      '1',
      '{"texts":{"length":9}}',
      '{"__proto__":{"text":"a"}}',
      '['.repeat(1e5),
    ]) {
      assert.is((await post(port, body)).status, 400, body.slice(0, 40))
    }
    assert.is((await post(port, { text: 'Paris' })).status, 200)
  }))

test('pieces are counted, not characters: a text of 100,000 brackets is refused before it is computed', async () => {
  let calls = 0
  const counting = engine((texts, options) => {
    calls++
    return ner.recognizeAll(texts, options)
  })
  await withService(counting, {}, async (port) => {
    const answer = await post(port, { text: '['.repeat(100_000) })
    assert.is(answer.status, 413)
    assert.match(answer.body, 'The texts have 100002 pieces, at most 16384')
    const many = await post(port, { texts: Array(100).fill('['.repeat(500)) })
    assert.is(many.status, 413)
    assert.is(calls, 0)
    // As many characters are no matter where they are few pieces.
    assert.is((await post(port, { text: `${' '.repeat(99_990)}Paris` })).status, 200)
  })
})

test('short texts are answered while long ones are computed', () =>
  withService(engine(), {}, async (port) => {
    let done = 0
    const long = Array.from({ length: 3 }, () =>
      post(port, { text: '['.repeat(16_000) }).then(({ status }) => {
        done++
        return status
      }),
    )
    for (let i = 0; i < 5; i++) assert.is((await post(port, { text: 'Angela Merkel' })).status, 200)
    assert.is(done, 0)
    // What is left of them is stopped by the end of the test: nobody waits for it.
    void Promise.all(long)
  }))

test('a request of many texts does not hold up one of a single text', () =>
  withService(engine(), { batchPieces: 64 }, async (port) => {
    let done = false
    const many = post(port, { texts: Array(250).fill('Angela Merkel met Tim Cook in Berlin.') }).then(
      ({ status }) => {
        done = true
        return status
      },
    )
    assert.is((await post(port, { text: 'Paris' })).status, 200)
    assert.is(done, false)
    assert.is(await many, 200)
  }))

test('texts whose turn would come too late are refused at once, and small ones are still taken', async () => {
  const first = gate()
  const held = gate()
  const texts: string[] = []
  const slow = engine(async (batch) => {
    texts.push(...batch)
    if (batch.includes('hold')) await held.promise
    else await new Promise((resolve) => setTimeout(resolve, 100))
    first.open()
    return nothing(batch)
  })
  await withService(slow, { wait: 200_000 }, async (port) => {
    // Three pieces in 100 ms or more: 16,000 would take nine minutes or more.
    assert.is((await post(port, { text: 'a' })).status, 200)
    await first.promise
    const refused = await post(port, { texts: Array(16).fill('[ '.repeat(1000)) })
    assert.is(refused.status, 429)
    assert.match(refused.head, /retry-after: [1-9]\d*/u)
    assert.not(texts.includes('[ '.repeat(1000)))
    assert.is((await post(port, { text: 'b' })).status, 200)
    held.open()
  })
})

test('a client that leaves stops the computing', async () => {
  const begun = gate()
  let outcome: Promise<unknown> | undefined
  const seen = engine((texts, options) => {
    const result = ner.recognizeAll(texts, options)
    outcome = result.then(
      () => 'computed',
      () => (options.signal?.aborted ? 'stopped' : 'failed'),
    )
    begun.open()
    return result
  })
  await withService(seen, {}, async (port) => {
    const socket = open(port)
    socket.write(request({ text: '['.repeat(16_000) }))
    await begun.promise
    socket.destroy()
    assert.is(await outcome, 'stopped')
    assert.is((await post(port, { text: 'Paris' })).status, 200)
  })
})

test('a client that leaves does not stop a batch that another waits for', async () => {
  const calls = [1, 2].map(() => ({ begun: gate(), held: gate() }))
  const batches: string[][] = []
  const signals: (AbortSignal | undefined)[] = []
  const slow = engine(async (texts, { signal }) => {
    const { begun, held } = calls[batches.length]!
    batches.push(texts)
    signals.push(signal)
    begun.open()
    await held.promise
    return nothing(texts)
  })
  await withService(slow, {}, async (port, { server }) => {
    const first = post(port, { text: 'first' })
    await calls[0]!.begun.promise
    // While that one computes the next two gather in one batch.
    const arrived = arrivals(server, 2)
    const left = gate()
    server.once('connection', (socket) => socket.once('close', left.open))
    const leaving = open(port)
    leaving.write(request({ text: 'leaves' }))
    await once(leaving, 'connect')
    const stays = post(port, { text: 'stays' })
    await arrived
    calls[0]!.held.open()
    await calls[1]!.begun.promise
    assert.equal([...batches[1]!].sort(), ['leaves', 'stays'])
    leaving.destroy()
    await left.promise
    assert.is(signals[1]?.aborted, false)
    calls[1]!.held.open()
    assert.is((await first).status, 200)
    assert.is((await stays).status, 200)
  })
})

test('requests that were pipelined leave with their connection', async () => {
  const begun = gate()
  const slow = engine((texts, { signal }) => {
    begun.open()
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
      if (texts.includes('Paris')) resolve(nothing(texts))
    })
  })
  await withService(slow, {}, async (port) => {
    const socket = open(port)
    socket.write(request({ text: 'a' }, '') + request({ text: 'b' }, '') + request({ text: 'c' }, ''))
    await begun.promise
    socket.destroy()
    // It waits behind them, for ever if one of them stayed.
    assert.is((await post(port, { text: 'Paris' })).status, 200)
  })
})

test('one connection cannot ask for more than a few things before it was answered', async () => {
  const held = gate()
  const seen: string[] = []
  const slow = engine(async (texts) => {
    seen.push(...texts)
    if (!texts.includes('Paris')) await held.promise
    return nothing(texts)
  })
  await withService(slow, { pipelined: 4 }, async (port) => {
    assert.is(await say(port, request({ text: 'a' }, '').repeat(1000)), '')
    held.open()
    assert.is((await post(port, { text: 'Paris' })).status, 200)
    assert.ok(seen.length <= 5, `${seen}`)
  })
})

test('bodies are bounded together', () =>
  withService(engine(), { bodiesBytes: 150_000 }, async (port, { server }) => {
    const arrived = gate()
    server.once('request', (incoming) => incoming.once('data', () => arrived.open()))
    const slow = open(port)
    slow.write(`POST /recognize HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n${' '.repeat(100_000)}`)
    await arrived.promise
    const answer = await say(port, request(' '.repeat(160_000)))
    assert.match(answer, /^HTTP\/1\.1 429 /u)
    slow.destroy()
    assert.is((await post(port, { text: 'Paris' })).status, 200)
  }))

test('a text that fails does not take its neighbours with it, and the health check asks the engine again', async () => {
  const begun = gate()
  const held = gate()
  let dead = false
  const failing = engine(async (texts) => {
    if (dead) throw new Error('dead')
    begun.open()
    await held.promise
    if (texts.includes('bad')) throw new Error('this text')
    return nothing(texts)
  })
  const print = console.error
  console.error = () => {}
  try {
    await withService(failing, {}, async (port, { server }) => {
      const first = post(port, { text: 'first' })
      await begun.promise
      const arrived = arrivals(server, 3)
      const others = ['one', 'bad', 'two'].map((text) => post(port, { text }))
      await arrived
      held.open()
      await first
      assert.equal(
        (await Promise.all(others)).map(({ status }) => status),
        [200, 500, 200],
      )
      const health = async (): Promise<string> =>
        (await say(port, 'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).slice(9, 12)
      assert.is(await health(), '200')
      dead = true
      assert.is((await post(port, { text: 'Paris' })).status, 500)
      assert.is(await health(), '503')
      dead = false
      assert.is(await health(), '200')
    })
  } finally {
    console.error = print
  }
})

test('closing serves who comes meanwhile, tells them to go, and ends', async () => {
  const service = createService(engine(), { grace: 60_000 })
  service.server.listen(0, '127.0.0.1')
  await once(service.server, 'listening')
  const { port } = service.server.address() as AddressInfo
  const kept = open(port)
  kept.write(request({ text: 'Paris' }, ''))
  const [answer] = await once(kept, 'data')
  assert.match(String(answer), /connection: keep-alive/iu)
  const drained = gate()
  const closed = service.close(drained.promise)
  const health = await say(port, 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
  assert.match(health, /^HTTP\/1\.1 503 /u)
  kept.write(request({ text: 'Rome' }, ''))
  // To its end: the server closes it after the answer.
  assert.match(await readAll(kept), /^HTTP\/1\.1 200 [\s\S]*connection: close/iu)
  assert.is((await post(port, { text: 'Berlin' })).status, 200)
  drained.open()
  await closed
  assert.is(service.server.listening, false)
})

test.run()
