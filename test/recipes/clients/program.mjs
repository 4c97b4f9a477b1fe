// Runs each client of examples/clients against a server that plays its provider: argument 1 is the folder of test/mask.
import { createServer } from 'node:http'
import { maskFetch } from 'iobert/mask-fetch'
import * as clients from './clients.mjs'

const { provider, spoken } = await import(`${process.argv[2]}/provider.ts`)
const TEXT =
  'Angela Merkel (angela@example.org) met Tim Cook in Berlin. [PER_1] and "PER_2" are my own words.'
const dialects = [
  [/\/chat\/completions$/, 'chat'],
  [/\/responses$/, 'responses'],
  [/\/messages$/, 'messages'],
  [/\/api\/chat$/, 'ollama'],
]
const received = []
let length = 1
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  const [, dialect] = dialects.find(([path]) => path.test(request.url.split('?')[0]))
  const plays = provider(dialect, () => length, false)
  const answer = await plays.fetch('', { body })
  received.push(...plays.received)
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  for await (const chunk of answer.body) response.write(chunk)
  response.end()
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const baseURL = `http://127.0.0.1:${server.address().port}/v1`

for (const [name, ask] of Object.entries(clients)) {
  for (length = 1; length <= 9; length += 4) {
    const masked = await maskFetch(fetch)
    received.length = 0
    let answer = ''
    for await (const part of ask(masked, baseURL, TEXT)) answer += part
    if (answer !== spoken(TEXT)) throw new Error(`${name} answers ${answer}`)
    if (received.length !== 1) throw new Error(`${name} asked ${received.length} times`)
    const [leaked] = /Merkel|angela|Cook|Berlin/.exec(received[0]) ?? []
    if (leaked) throw new Error(`${name} sent ${leaked}: ${received[0]}`)
    if (!received[0].includes('[PER_')) throw new Error(`${name} masked nothing: ${received[0]}`)
  }
  process.stdout.write(`${name}\n`)
}
// What is refused is the client's own error, and says why.
const parts = [{ type: 'hologram', text: 'Angela Merkel' }]
for (const [name, ask] of Object.entries({
  openai: clients.openai,
  anthropic: clients.anthropic,
  ollama: clients.ollama,
})) {
  const answer = ask(await maskFetch(fetch), baseURL, parts)
  const message = await answer.next().then(
    () => 'nothing was refused',
    (error) => String(error.message),
  )
  if (!message.includes('iobert sent nothing. messages.content is '))
    throw new Error(`${name} says ${message}`)
}
server.close()
server.closeAllConnections()
