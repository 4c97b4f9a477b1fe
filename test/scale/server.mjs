// Tests of examples/server, which must be installed. `node server.mjs [SECONDS]`: how long the load lasts.
import { deepStrictEqual as same } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { loadRecognizer } from 'iobert'
import { createService } from '../../examples/server/server.mjs'
import { createReport } from '../../tools/test/report.mjs'
import { texts } from './texts.mjs'

const { check: test, end } = createReport()
const example = fileURLToPath(new URL('../../examples/server/', import.meta.url))
const autocannon = createRequire(`${example}package.json`)('autocannon')
const seconds = Number(process.argv[2] ?? 5)

const ner = await loadRecognizer()
const sentences = texts(64)
const wanted = await ner.recognizeAll(sentences)

const post = (url, body, options = {}) =>
  fetch(`${url}/recognize`, {
    method: 'POST',
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    ...options,
  })

/** A service in this process; `recognizer` stands in for the engine where a test must hold it up. */
async function withService(limits, work, recognizer = ner) {
  const recognizeAll = (input, options) => recognizer.recognizeAll(input, options)
  const shared = { tokenizer: ner.tokenizer, recognizeAll, dispose() {} }
  const service = createService(shared, { drain: 0, ...limits })
  service.server.listen(0, '127.0.0.1')
  await once(service.server, 'listening')
  try {
    return await work(`http://127.0.0.1:${service.server.address().port}`, service)
  } finally {
    await service.close()
  }
}

/** An engine that answers when it is told to. */
function heldEngine() {
  let resolve
  const promise = new Promise((done) => {
    resolve = done
  })
  const recognizer = {
    async recognizeAll(input, options) {
      await promise
      return ner.recognizeAll(input, options)
    },
  }
  return { recognizer, release: resolve }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function until(condition, what) {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries === 200) throw new Error(`${what}: not so after 10 s`)
    await sleep(50)
  }
}

const scrape = async (url) => (await fetch(`${url}/metrics`)).text()

const read = (page, name) =>
  Number(
    page
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length),
  )

const metric = async (url, name) => read(await scrape(url), name)

await test('server answers 64 requests at once with the library’s entities', () =>
  withService({}, async (url) => {
    const answers = await Promise.all(sentences.map((text) => post(url, { text }).then((r) => r.json())))
    same(answers, wanted)
    same(await (await post(url, { texts: sentences })).json(), { results: wanted })
    same(await metric(url, 'iobert_texts_total'), 128)
    same(await metric(url, 'iobert_requests_total{status="200"}'), 65)
    same(await metric(url, 'iobert_request_seconds_count'), 65)
  }))

await test('server names what is wrong with a request', () =>
  withService({ bodyBytes: 1000, chars: 100, texts: 2 }, async (url) => {
    const statuses = []
    for (const body of ['{', '[]', '{"text": 1}', new Uint8Array([0x22, 0xff, 0x22])]) {
      statuses.push((await post(url, body)).status)
    }
    same(statuses, [400, 400, 400, 400])
    same((await post(url, { text: 'x'.repeat(101) })).status, 413)
    same((await post(url, { texts: ['a', 'b', 'c'] })).status, 413)
    same((await post(url, { text: 'x'.repeat(1001) })).status, 413)
    // Without a length beforehand.
    const stream = new Blob(['x'.repeat(5000)]).stream()
    same((await post(url, undefined, { body: stream, duplex: 'half' })).status, 413)
    same((await fetch(`${url}/recognize`)).status, 405)
    same((await fetch(`${url}/nothing`)).status, 404)
    same((await post(url, { text: 'Paris' })).status, 200)
  }))

await test('server refuses at once what its queue has no room for, and serves the rest', async () => {
  const { recognizer, release } = heldEngine()
  await withService(
    { queue: 4 },
    async (url) => {
      const first = post(url, { text: 'Paris' })
      await until(async () => (await metric(url, 'iobert_computing_texts')) === 1, 'the first computes')
      const others = Array.from({ length: 10 }, () => post(url, { text: 'Paris' }))
      const statuses = []
      for (const one of others) void one.then(({ status }) => statuses.push(status))
      await until(() => statuses.length === 6, 'six are refused')
      same(statuses, Array(6).fill(429))
      same(await metric(url, 'iobert_queue_texts'), 4)
      release()
      same((await first).status, 200)
      await Promise.all(others)
      same(statuses.slice(6), Array(4).fill(200))
    },
    recognizer,
  )
})

await test('server answers 503 in time, and forgets a client that left', async () => {
  const { recognizer, release } = heldEngine()
  await withService(
    { timeout: 300 },
    async (url) => {
      const answer = await post(url, { text: 'Paris' })
      same([answer.status, answer.headers.get('retry-after')], [503, '1'])
      const leaving = new AbortController()
      const left = post(url, { text: 'Rome' }, { signal: leaving.signal }).catch(({ name }) => name)
      await until(async () => (await metric(url, 'iobert_queue_texts')) === 1, 'one waits')
      leaving.abort()
      same(await left, 'AbortError')
      await until(async () => (await metric(url, 'iobert_queue_texts')) === 0, 'none waits')
      release()
      await until(async () => (await post(url, { text: 'Paris' })).status === 200, 'it serves again')
    },
    recognizer,
  )
})

await test('server ends a request that is sent too slowly', () =>
  withService({ receiveTimeout: 300 }, async (url) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /recognize HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{')
    let answer = ''
    socket.on('data', (data) => (answer += data))
    await Promise.race([once(socket, 'close'), sleep(5000).then(() => Promise.reject(new Error('no end')))])
    same(answer.split(' ')[1], '408')
  }))

await test(`server under load for ${seconds} s fails no request and does not grow`, async () => {
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: example,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = await once(child.stdout, 'data')
    const url = new URL(String(line).trim()).origin
    const requests = sentences.map((text) => ({
      method: 'POST',
      path: '/recognize',
      body: JSON.stringify({ text }),
    }))
    const load = (limit) => autocannon({ url, connections: 50, ...limit, requests })
    // V8's heap takes about 25 s of this load on a quiet machine, and 35 MB, to find its size; then it stays (nine rounds of
    // 5 s tried). By requests, since a busy machine takes longer over them.
    await load({ amount: 6000 })
    const before = await metric(url, 'process_resident_memory_bytes')
    const result = await load({ duration: seconds })
    const after = await metric(url, 'process_resident_memory_bytes')
    same([result.errors, result.timeouts, result.non2xx, result['2xx'] > 0], [0, 0, 0, true])
    const growth = (after - before) / 1e6
    if (growth > 16)
      throw new Error(`RSS grew by ${growth.toFixed(1)} MB from ${(before / 1e6).toFixed(1)} MB`)
    // What the load leaves behind at its end counts as waiting and computing too, and must not pass for what comes next.
    const busy = async () => {
      const page = await scrape(url)
      return read(page, 'iobert_queue_texts') + read(page, 'iobert_computing_texts')
    }
    await until(async () => (await busy()) === 0, 'the load is over')
    // SIGTERM with requests under way: each that has arrived is answered, and each that comes while the server says that
    // it is about to go; then the process ends.
    const answered = await metric(url, 'iobert_request_seconds_count')
    const last = sentences.slice(0, 20).map((text) => post(url, { text }))
    const arrived = async () => {
      const page = await scrape(url)
      const ended = read(page, 'iobert_request_seconds_count') - answered
      return ended + read(page, 'iobert_queue_texts') + read(page, 'iobert_computing_texts') >= 20
    }
    await until(arrived, 'all have arrived')
    child.kill('SIGTERM')
    await until(async () => (await fetch(`${url}/healthz`)).status === 503, 'it is about to go')
    last.push(...sentences.slice(20, 40).map((text) => post(url, { text })))
    const statuses = (await Promise.all(last)).map(({ status }) => status)
    same(statuses, Array(40).fill(200))
    const [code] = await once(child, 'exit')
    same(code, 0)
    const { average, p99 } = result.latency
    return `${result['2xx']} requests, ${result.requests.average} a second, ${average.toFixed(0)} ms, p99 ${p99} ms, RSS ${(before / 1e6).toFixed(0)} MB, grown by ${growth.toFixed(1)} MB`
  } finally {
    child.kill('SIGKILL')
  }
})

ner.dispose()
end()
