/**
 * examples/node/redact.mjs: chunks that end anywhere, lines answered as they arrive, one number for each
 * name.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

test('lines are redacted as they come, however their bytes are cut', async () => {
  const child = spawn(process.execPath, [rootPath('examples/node/redact.mjs')])
  const complaints: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  const closed = once(child, 'close')
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<unknown> => (await answers.next()).value

  const bytes = Buffer.from('Angela Merkel met Siobhán Ní in Berlin.\n')
  // Within a name, and within a letter.
  for (const [from, to] of [
    [0, 9],
    [9, 24],
    [24, bytes.length],
  ]) {
    child.stdin.write(bytes.subarray(from, to))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.is(await answer(), '[PER_1] met [PER_2] in [LOC_1].')
  child.stdin.write('\nTim Cook wrote to ana@example.org in Berlin, not to Angela Merkel.\n')
  assert.is(await answer(), '')
  assert.is(await answer(), '[PER_3] wrote to [EMAIL_1] in [LOC_1], not to [PER_1].')
  child.stdin.end('Angela Merkel left')
  assert.is(await answer(), '[PER_1] left')
  const [code] = await closed
  assert.is(code, 0, Buffer.concat(complaints).toString())
})

test.run()
