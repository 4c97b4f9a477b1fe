/** examples/node/ask.mjs: the request contains no names, and the streamed answer has them restored. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

test('an answer has the names that the question kept back', async () => {
  let asked = ''
  const server = createServer(async (request, response) => {
    asked = await text(request)
    for (const part of ['Dear [P', 'ER_2], \\[PER\\', '_1\\] is in LOC_1. [PE', 'R_9]']) {
      response.write(part)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const child = spawn(process.execPath, [
    rootPath('examples/node/ask.mjs'),
    `http://127.0.0.1:${port}`,
    'Answer this mail.',
  ])
  child.stdin.end("Angela Merkel met Tim Cook in Berlin. Cook's address is ana@example.org.")
  const [out, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  server.close()
  assert.is(code, 0, complaints)
  assert.match(asked, /^Answer this mail\.\n/u)
  assert.match(asked, "[PER_1] met [PER_2] in [LOC_1]. [PER_2]'s address is [EMAIL_1].")
  assert.is(out, 'Dear Tim Cook, Angela Merkel is in Berlin. [PER_9]')
  assert.match(complaints, 'left as they are: [PER_9]')
})

test.run()
