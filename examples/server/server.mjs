// POST /recognize {"text": "..."} or {"texts": [...]}; GET /healthz; GET /metrics. `npm start`, or createService() in a
// server of your own.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { loadRecognizer } from 'iobert'
import { Batcher, Refusal } from './batcher.mjs'
import { Metrics } from './metrics.mjs'

export const defaultLimits = {
  bodyBytes: 1_000_000,
  textChars: 100_000,
  texts: 256,
  queue: 1000,
  batchChars: 8192,
  connections: 1000,
  /** Milliseconds: to send a request, to be answered, and at the end to finish what is under way. */
  receiveTimeout: 10_000,
  timeout: 30_000,
  grace: 10_000,
}

/** @returns { server, close }: `close` stops taking requests, finishes those under way and ends */
export function createService(recognizer, given = {}) {
  const limits = { ...defaultLimits, ...given }
  const batcher = new Batcher(recognizer, limits)
  const metrics = new Metrics()
  let closing = false

  async function recognize(request, response) {
    if (closing) throw new Refusal(503, 'The server is shutting down')
    const { texts, single } = readTexts(await readBody(request, limits.bodyBytes), limits)
    const gone = new AbortController()
    const left = () => gone.abort(new Refusal(499, 'The client has left'))
    response.on('close', left)
    const timer = setTimeout(
      () => gone.abort(new Refusal(503, `There was no answer within ${limits.timeout} ms`)),
      limits.timeout,
    )
    try {
      const results = await batcher.recognize(texts, gone.signal)
      metrics.texts += results.length
      for (const { entities } of results) metrics.entities += entities.length
      return single ? results[0] : { results }
    } finally {
      clearTimeout(timer)
      response.off('close', left)
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
    const { pathname } = new URL(request.url, 'http://localhost')
    const route = `${request.method} ${pathname}`
    if (route === 'GET /healthz') return closing ? send(response, 503, 'closing') : send(response, 200, 'ok')
    if (route === 'GET /metrics') return send(response, 200, report())
    const started = performance.now()
    let status = 200
    try {
      if (pathname !== '/recognize')
        throw new Refusal(404, 'There is POST /recognize, GET /healthz and /metrics')
      if (request.method !== 'POST') throw new Refusal(405, 'Use POST')
      send(response, 200, await recognize(request, response))
    } catch (error) {
      status = error instanceof Refusal ? error.status : 500
      if (status === 500) console.error(error)
      // What is left of a body that is not read is not worth the wait.
      if (!request.complete) response.setHeader('connection', 'close')
      if (status === 429 || status === 503) response.setHeader('retry-after', '1')
      send(response, status, { error: status === 500 ? 'The server failed' : error.message })
    }
    metrics.answered(status, (performance.now() - started) / 1000)
  }

  const server = createServer(
    {
      requestTimeout: limits.receiveTimeout,
      headersTimeout: limits.receiveTimeout,
      connectionsCheckingInterval: limits.receiveTimeout / 2,
    },
    (request, response) => void handle(request, response),
  )
  server.maxConnections = limits.connections

  async function close() {
    closing = true
    const ended = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    const timer = setTimeout(() => server.closeAllConnections(), limits.grace)
    await ended
    clearTimeout(timer)
    recognizer.dispose()
  }

  return { server, close }
}

function send(response, status, content) {
  if (response.destroyed) return
  const text = typeof content === 'string'
  const type = text ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json'
  const body = text ? content : JSON.stringify(content)
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}

async function readBody(request, most) {
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge(most)
  const chunks = []
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > most) throw tooLarge(most)
      chunks.push(chunk)
    }
  } catch (error) {
    throw request.aborted ? new Refusal(499, 'The client has left') : error
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw new Refusal(400, 'The body is not JSON in UTF-8')
  }
}

const tooLarge = (most) => new Refusal(413, `The body has more than ${most} bytes`)

function readTexts(body, limits) {
  const single = typeof body?.text === 'string'
  const texts = single ? [body.text] : body?.texts
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) {
    throw new Refusal(400, 'Expected {"text": "..."} or {"texts": ["...", ...]}')
  }
  if (texts.length > limits.texts) throw new Refusal(413, `At most ${limits.texts} texts are read at once`)
  if (texts.some((text) => text.length > limits.textChars)) {
    throw new Refusal(413, `A text may have ${limits.textChars} characters`)
  }
  return { texts, single }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { MODEL, HOST = '127.0.0.1', PORT = '8080' } = process.env
  const { server, close } = createService(await loadRecognizer(MODEL))
  server.listen(Number(PORT), HOST, () => {
    console.log(`http://${HOST}:${server.address().port}/recognize`)
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close())
}
