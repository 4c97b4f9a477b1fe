// Runs examples/mcp as an assistant does, with the official client. Argument 1 is the server, argument 2 its folder.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'

const [server, folder] = process.argv.slice(2)
writeFileSync(join(folder, 'mail.txt'), 'Angela Merkel met Tim Cook in Berlin (tim@example.org).')
writeFileSync(join(folder, 'note.txt'), 'Tim Cook flew home.')
writeFileSync(join(folder, '../outside.txt'), 'Angela Merkel')
writeFileSync(join(folder, 'bytes.bin'), Buffer.from([0xff, 0xfe, 0x00]))
symlinkSync(join(folder, '../outside.txt'), join(folder, 'link.txt'))

const client = new Client({ name: 'test', version: '1' })
await client.connect(
  new StdioClientTransport({ command: process.execPath, args: [server, folder], stderr: 'inherit' }),
)
const call = async (name, values) => {
  const { content, isError } = await client.callTool({ name, arguments: values })
  return { text: content.map(({ text }) => text).join('\n'), isError: isError === true }
}
const { tools } = await client.listTools()
assert.deepEqual(tools.map(({ name }) => name).sort(), ['mask', 'unmask'])

assert.equal((await call('mask', { file: 'mail.txt' })).text, '[PER_1] met [PER_2] in [LOC_1] ([EMAIL_1]).')
assert.equal((await call('mask', { file: 'note.txt' })).text, '[PER_2] flew home.')
for (const file of ['../outside.txt', 'link.txt', 'none.txt', 'bytes.bin']) {
  const { text, isError } = await call('mask', { file })
  assert.ok(isError && !/Merkel/.test(text), `${file}: ${text}`)
}
const answer = await call('unmask', {
  file: 'answer.txt',
  text: 'Dear [PER_2], is [PER_1] in [LOC_1]? [PER_9]',
})
assert.deepEqual(answer, { text: 'Written. Left as they are: [PER_9]', isError: false })
assert.equal(
  readFileSync(join(folder, 'answer.txt'), 'utf8'),
  'Dear Tim Cook, is Angela Merkel in Berlin? [PER_9]',
)
// What is there is not written over, and nothing is written elsewhere.
for (const file of ['mail.txt', '../new.txt']) {
  assert.ok((await call('unmask', { file, text: 'x' })).isError, file)
}
assert.equal(existsSync(join(folder, '../new.txt')), false)
await client.close()
console.log('mask and unmask, without a name in what the assistant saw')
