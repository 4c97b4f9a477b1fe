/** `iobert find`: entities of types given on the command line (GLiNER). */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type FindOptions, loadGliner, type Recognition, redact } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { iobert, temporaryFolder } from './run.ts'

const folder = rootPath('test/goldens/gliner/bert-projected')
const text = 'Angela Merkel met Tim Cook in Berlin, call +49 30 123456.'
const types = ['person', 'contract number']
const call = ['find', '-m', folder, '--types', ' person, contract number']

async function expected(options: FindOptions): Promise<Recognition> {
  const gliner = await loadGliner(folder, { threads: 1 })
  const found = await gliner.find(text, types, options)
  gliner.dispose()
  return found
}

test('iobert find writes entities as JSON, of texts and of files', async () => {
  const file = join(temporaryFolder(), 'letter.txt')
  writeFileSync(file, text)
  const flat = await iobert([...call, '--json', text, file])
  assert.is(flat.code, 0, flat.stderr)
  const { entities, truncated } = await expected({})
  assert.equal(JSON.parse(flat.stdout), [
    { entities, truncated },
    { file, entities, truncated },
  ])
  const options = ['--nested', '--multi-label', '--threshold', '0.2']
  const nested = await iobert([...call, ...options, '--jsonl'], `${JSON.stringify({ text, id: 4 })}\n7\n`)
  assert.is(nested.code, 1)
  const [first, second] = nested.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const all = await expected({ nested: true, multiLabel: true, threshold: 0.2 })
  assert.ok(all.entities.length > entities.length)
  assert.equal(first, { id: 4, ...all })
  assert.ok('error' in second)
})

test('iobert find marks and redacts, with rules', async () => {
  const plain = await iobert([...call, text])
  assert.is(plain.code, 0, plain.stderr)
  assert.match(plain.stdout, /Berlin/)
  const { code, stdout } = await iobert([
    ...call,
    '--redact',
    '--rules',
    'phone',
    '--rule-policy',
    'rule',
    text,
  ])
  assert.is(code, 0)
  assert.match(stdout, /\[PHONE\]/)
  const { entities } = await expected({})
  const { text: shown } = redact(text, entities)
  assert.is((await iobert([...call, '--redact', text])).stdout, `${shown}\n`)
})

test('iobert find says what it wants', async () => {
  for (const [args, message] of [
    [['find', '--types', 'a', text], /find takes --model/],
    [['find', '-m', folder, text], /find takes --types/],
    [['find', '-m', folder, '--types', 'a,,b', text], /--types is 'a,,b'/],
    [[...call, '--nested', text], /--nested goes with --json or --jsonl/],
    [[...call, '--threshold', '2', text], /--threshold is 2, expected a number from 0 to 1/],
    [[...call, '--json', '--html', text], /Give one of --json and --html/],
  ] as const) {
    const { code, stderr } = await iobert([...args])
    assert.is(code, 2)
    assert.match(stderr, message)
  }
  const other = await iobert(['find', '-m', rootPath('test/goldens/models/plain'), '--types', 'a', text])
  assert.is(other.code, 1)
  assert.match(other.stderr, /not a model of GLiNER/)
})

test.run()
