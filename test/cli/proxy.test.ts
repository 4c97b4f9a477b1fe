/** `iobert proxy`: what a program sends to it goes on masked, and what comes back is restored. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { provider, readAnswer, spoken } from '../mask/provider.ts'
import { iobert, start } from './run.ts'

const CONTENT = 'Angela Merkel met Tim Cook in Berlin (tim@example.org).'

/** A server that plays the provider. */
async function upstream(): Promise<{
  server: Server
  url: string
  seen: { headers: IncomingHttpHeaders; path: string; body: string }[]
}> {
  const seen: { headers: IncomingHttpHeaders; path: string; body: string }[] = []
  const plays = provider('chat', () => 3)
  const server = createServer(async (asked, answers) => {
    let body = ''
    for await (const part of asked) body += part
    seen.push({ headers: asked.headers, path: asked.url!, body })
    const answer = await plays.fetch('', { body })
    answers.writeHead(answer.status, Object.fromEntries(answer.headers))
    answers.end(Buffer.from(await answer.arrayBuffer()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen }
}

test('what a program sends goes on masked, and what comes back is restored', async () => {
  const { server, url, seen } = await upstream()
  const child = start(['proxy', '--upstream', url, '--port', '0'])
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const [, address] = /^(http:\/\/127\.0\.0\.1:\d+) masks what goes to /.exec(String(line))!
    const health = await fetch(`${address}/health`)
    assert.equal(await health.json(), { status: 'ok' })
    for (const stream of [false, true]) {
      const body = JSON.stringify({ model: 'm', stream, messages: [{ role: 'user', content: CONTENT }] })
      const headers = { 'content-type': 'application/json', authorization: 'Bearer key' }
      const answer = await fetch(`${address}/chat/completions`, { method: 'POST', headers, body })
      assert.is((await readAnswer('chat', answer, stream)).text, spoken(CONTENT))
      const got = seen.at(-1)!
      assert.is(got.path, '/v1/chat/completions')
      assert.is(got.headers.authorization, 'Bearer key')
      assert.is(got.headers.host, new URL(url).host)
      assert.not.match(got.body, /Merkel|Cook|Berlin|tim@/)
    }
    const refused = await fetch(`${address}/files`, { method: 'POST', body: '{}' })
    assert.is(refused.status, 400)
    assert.match(await refused.text(), /iobert sent nothing\. Requests to \/v1\/files are not known/)
    // A page of somebody else may have a name that leads here.
    const other = request(`${address}/health`, { headers: { host: 'example.org' } }).end()
    const [foreign] = await once(other, 'response')
    assert.is(foreign.statusCode, 403)
    foreign.resume()
    const { port } = new URL(address!)
    const elsewhere = request({ host: '127.0.0.1', port, path: 'http://example.org/chat/completions' }).end()
    const [named] = await once(elsewhere, 'response')
    assert.is(named.statusCode, 400)
    assert.match(String(await once(named, 'data')), /The address of a request must be a path/)
    server.close()
    server.closeAllConnections()
    const lost = await fetch(`${address}/models`)
    assert.is(lost.status, 502)
    assert.match(await lost.text(), /127\.0\.0\.1:\d+ gave no answer: .*ECONNREFUSED/)
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    assert.is(code, 143)
  } finally {
    child.kill('SIGKILL')
    server.close()
  }
})

test('an address that is none is wrong usage', async () => {
  for (const [written, message] of [
    ['example.org', /--upstream is 'example\.org', expected a URL as https:/],
    ['ftp://example.org', /expected a URL/],
  ] as const) {
    const { code, stderr } = await iobert(['proxy', '--upstream', written])
    assert.is(code, 2)
    assert.match(stderr, message)
  }
})

test.run()
