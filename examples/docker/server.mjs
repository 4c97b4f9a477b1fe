// #region server
import { createServer } from 'node:http'
import { loadRecognizer } from 'iobert'

const { HOST = '127.0.0.1', PORT = '8080' } = process.env
const MOST_BYTES = 1_000_000
const ner = await loadRecognizer()

async function answer(request) {
  if (request.method === 'GET') return [200, { ready: true }]
  if (request.method !== 'POST') return [405, { error: 'POST a text' }]
  const parts = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes > MOST_BYTES) return [413, { error: `A text has ${MOST_BYTES} bytes at most` }]
    parts.push(part)
  }
  return [200, await ner.recognize(Buffer.concat(parts).toString())]
}

const server = createServer(async (request, response) => {
  const [status, content] = await answer(request).catch((error) => [500, { error: error.message }])
  if (!request.complete) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content))
})
server.listen(Number(PORT), HOST, () => console.log(`http://${HOST}:${server.address().port}`))

// A container is stopped with SIGTERM: what is under way is finished.
process.once('SIGTERM', () => server.close(() => ner.dispose()))
// #endregion
