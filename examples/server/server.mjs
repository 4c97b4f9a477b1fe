// POST /recognize {"text": "..."} or {"texts": [...]}; GET /healthz; GET /metrics. `npm start`, or createService() in a
// server of your own.
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Batcher, Refusal } from './batcher.mjs'
import { Metrics } from './metrics.mjs'
import { Bodies, pathOf, readTexts } from './requests.mjs'

export const defaultLimits = {
  /** Of one request. A piece is a word or a part of one; about 2800 a second and core are read with the shipped model. */
  bodyBytes: 1_000_000,
  texts: 256,
  chars: 100_000,
  pieces: 16_384,
  /** Of all together. */
  bodiesBytes: 64_000_000,
  queue: 500,
  batchPieces: 1024,
  connections: 1000,
  /** Requests on one connection that have no answer yet. */
  pipelined: 8,
  /** Milliseconds: to send a request, to wait for its turn, to be answered in all. */
  receiveTimeout: 10_000,
  wait: 20_000,
  timeout: 30_000,
  /** At the end: to be seen as unhealthy while all is still served, then to finish what is under way. */
  drain: 1000,
  grace: 10_000,
}

/** @returns { server, close }: `close` stops taking requests, finishes those under way and ends */
export function createService(recognizer, given = {}) {
  const limits = { ...defaultLimits, ...given }
  const batcher = new Batcher(recognizer, limits)
  const bodies = new Bodies(limits)
  const metrics = new Metrics()
  /** What to do for each request of a connection when its client leaves. */
  const leaving = new WeakMap()
  let closing = false

  async function recognize(request) {
    const body = await bodies.read(request)
    batcher.checkRoom()
    const { texts, single } = readTexts(body, limits, recognizer.tokenizer)
    const gone = new AbortController()
    const left = () => gone.abort(new Refusal(499, 'The client has left'))
    if (request.socket.destroyed) left()
    leaving.get(request.socket).add(left)
    const late = new Refusal(503, `There was no answer within ${limits.timeout} ms`)
    const timer = setTimeout(() => gone.abort(late), limits.timeout)
    try {
      const results = await batcher.recognize(texts, gone.signal)
      metrics.texts += results.length
      for (const { entities } of results) metrics.entities += entities.length
      return single ? results[0] : { results }
    } finally {
      clearTimeout(timer)
      leaving.get(request.socket).delete(left)
    }
  }

  function report() {
    return metrics.print({
      iobert_queue_texts: { help: 'Texts that wait.', value: batcher.waiting },
      iobert_computing_texts: { help: 'Texts that are being read.', value: batcher.computing },
      process_resident_memory_bytes: { help: 'Memory in use.', value: process.memoryUsage.rss() },
    })
  }

  async function handle(request, response) {
    const path = pathOf(request.url)
    // Who asks only for the head is a health check as well.
    const asks = request.method === 'GET' || request.method === 'HEAD'
    if (asks && path === '/healthz') {
      if (closing) return send(response, 503, 'closing')
      return (await batcher.works()) ? send(response, 200, 'ok') : send(response, 503, 'the engine fails')
    }
    if (asks && path === '/metrics') return send(response, 200, report())
    const started = performance.now()
    let status = 200
    try {
      if (path !== '/recognize') {
        throw new Refusal(404, 'There is POST /recognize, GET /healthz and /metrics')
      }
      if (request.method !== 'POST') throw new Refusal(405, 'Use POST')
      send(response, 200, await recognize(request))
    } catch (error) {
      status = error instanceof Refusal ? error.status : 500
      if (status === 500) console.error(error)
      // What is left of a body that is not read is not worth the wait.
      if (!request.complete) response.setHeader('connection', 'close')
      if (status === 429 || status === 503) response.setHeader('retry-after', String(error.retryAfter))
      if (status === 405) response.setHeader('allow', 'POST')
      send(response, status, { error: status === 500 ? 'The server failed' : error.message })
    }
    metrics.answered(status, (performance.now() - started) / 1000)
  }

  function send(response, status, content) {
    if (response.destroyed) return
    const text = typeof content === 'string'
    const type = text ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json'
    const body = text ? content : JSON.stringify(content)
    if (closing) response.setHeader('connection', 'close')
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
  }

  const server = createServer({
    requestTimeout: limits.receiveTimeout,
    headersTimeout: limits.receiveTimeout,
    connectionsCheckingInterval: limits.receiveTimeout / 2,
  })
  server.maxConnections = limits.connections
  // Of a client that does not take its answer.
  server.setTimeout(limits.receiveTimeout + limits.timeout)
  server.on('connection', (socket) => {
    const leave = new Set()
    leaving.set(socket, leave)
    socket.on('close', () => {
      for (const left of leave) left()
    })
  })
  const open = new WeakMap()
  server.on('request', async (request, response) => {
    const { socket } = request
    const count = (open.get(socket) ?? 0) + 1
    open.set(socket, count)
    // Node reads on while answers are due: nothing else bounds what one connection may ask for.
    if (count > limits.pipelined) return socket.destroy()
    try {
      await handle(request, response)
    } catch (error) {
      // One request must not end the others.
      console.error(error)
      socket.destroy()
    } finally {
      open.set(socket, open.get(socket) - 1)
    }
  })

  /**
   * Until `drained` all is still served, with answers that close their connection, so that who asks `healthz` goes
   * elsewhere: a connection that has been made, or kept, when the server stops listening is reset, not refused.
   */
  async function close(drained = delay(limits.drain)) {
    closing = true
    await drained
    const ended = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    const timer = setTimeout(() => server.closeAllConnections(), limits.grace)
    await ended
    clearTimeout(timer)
    recognizer.dispose()
  }

  return { server, close }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { loadRecognizer } = await import('iobert')
  const { MODEL, HOST = '127.0.0.1', PORT = '8080' } = process.env
  const { server, close } = createService(await loadRecognizer(MODEL))
  server.listen(Number(PORT), HOST, () => {
    console.log(`http://${HOST}:${server.address().port}/recognize`)
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close())
}
