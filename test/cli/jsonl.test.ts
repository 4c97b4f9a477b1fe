/** `iobert --jsonl`: an answer for each line, in order, at once, whatever the line contains. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'
import { iobert, model, start, temporaryFolder } from './run.ts'

const jsonl = ['-m', model, '--threads', '1', '--jsonl']

function parse(stdout: string): Record<string, unknown>[] {
  assert.match(stdout, /\n$/u)
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('iobert --jsonl answers in order, keeps ids, and tells bad lines apart', async () => {
  const lines = [
    '{"text":"tok1 tok2","id":"a"}',
    '"tok3 tok4"',
    '{"id":{"k":[1]},"text":"tok5"}\r',
    '',
    '{"id":7}',
    '{"text":3,"id":null}',
    '[1]',
    '{"text":',
    '{"text":"","id":-0.5}',
    '"the last, without a line feed"',
  ]
  const { code, stdout } = await iobert(jsonl, lines.join('\n'))
  const found = parse(stdout)
  const ner = await loadRecognizer(model, { threads: 1 })
  const own = await ner.recognize(['tok1 tok2', 'tok3 tok4', 'tok5', '', 'the last, without a line feed'])
  ner.dispose()
  assert.is(found.length, lines.length)
  assert.equal(found[0], { id: 'a', ...own[0] })
  assert.equal(found[1], { ...own[1] })
  assert.equal(found[2], { id: { k: [1] }, ...own[2] })
  assert.equal(Object.keys(found[3]!), ['error'])
  assert.equal([found[4]!.id, typeof found[4]!.error], [7, 'string'])
  assert.equal([found[5]!.id, typeof found[5]!.error], [null, 'string'])
  assert.match(String(found[6]!.error), 'Line 7 is an array')
  assert.match(String(found[7]!.error), 'Line 8 is not JSON')
  assert.equal(found[8], { id: -0.5, entities: [], truncated: false })
  assert.equal(found[9], { ...own[4] })
  assert.is(code, 1)
})

test('of a line that cannot be read nothing is written where names are taken out, and its text is quoted nowhere', async () => {
  const lines = [
    '{"body":["Ana Lopez in Rome"],"id":"Ana Lopez"}',
    '{"other":"Ana Lopez"}',
    'broken Ana Lopez',
    '{"body":"tok1","x":Ana Lopez}',
    '"Ana Lopez"',
    '[{"body":"Ana Lopez"}]',
    '{"body":"Ana\\ud800 Lopez"',
  ]
  for (const how of [['--redact'], []]) {
    const { code, stdout, stderr } = await iobert([...jsonl, '--field', 'body', ...how], lines.join('\n'))
    const found = parse(stdout)
    assert.is(code, 1)
    for (const [index, answer] of found.entries()) {
      assert.match(String(answer.error), `Line ${index + 1} `)
      assert.not.match(String(answer.error), /Ana|Lopez/)
      if (how.length > 0) assert.equal(Object.keys(answer), ['error'])
    }
    if (how.length > 0) assert.not.match(stdout + stderr, /Ana|Lopez|Rome/)
  }
})

test('iobert --jsonl gives ids back as they are written', async () => {
  const ids = [
    '9007199254740992',
    '9007199254740993',
    '1',
    '"1"',
    '1.0',
    '1e0',
    '-0',
    '1E400',
    '"\\u0041\\ud800"',
    '"}],:{["',
    '"\\\\"',
    'null',
    '{ "id": [ 1 , {"text":12345678901234567890} ], "b" : 1.50 }',
    '['.repeat(20_000) + ']'.repeat(20_000),
  ]
  const lines = [
    ...ids.map((id) => `{"id":${id},"text":"tok1"}`),
    ...ids.map((id) => ` { "text" : "\\"id\\":5,tok1" , "x":{"id":0},"\\u0069d"\t:\t${id}\t}\r`),
    // The last of several holds, as in the text.
    ...ids.map((id) => `{"id":7,"id":${id},"text":[],"text":"tok1","other":[{"id":8}]}`),
    ...ids.map((id) => `{"text":3,"id":${id}}`),
  ]
  const { code, stdout } = await iobert(jsonl, lines.join('\n'))
  const answers = stdout.trimEnd().split('\n')
  assert.is(answers.length, lines.length)
  for (const [i, answer] of answers.entries()) {
    const id = ids[i % ids.length]!
    const rest = i < 3 * ids.length ? ',"entities":[' : ',"error":"'
    assert.is(answer.slice(0, id.length + rest.length + 6), `{"id":${id}${rest}`)
  }
  assert.is(code, 1)
})

test('iobert --jsonl keeps a line in which an id has carriage returns one line', async () => {
  const { stdout } = await iobert(jsonl, '{"id":[1,\r2],"text":"tok1"}')
  assert.match(stdout, '{"id":[1, 2],"entities":')
})

test('iobert --jsonl takes invalid UTF-8 as an error of that line alone', async () => {
  const bytes = Buffer.concat([Buffer.from('"tok1"\n"'), Buffer.of(0xff, 0xfe), Buffer.from('"\n"tok2"\n')])
  const { code, stdout } = await iobert(jsonl, bytes)
  assert.equal(
    parse(stdout).map((line) => 'error' in line),
    [false, true, false],
  )
  assert.is(code, 1)
})

test('iobert --jsonl skips a line over --max-chars and goes on', async () => {
  const input = `"${'é'.repeat(98)}"\n"${'é'.repeat(99)}"\n"${'x'.repeat(300_000)}"\n"tok1"`
  const { code, stdout } = await iobert([...jsonl, '--max-chars', '100'], input)
  const found = parse(stdout)
  assert.equal(
    found.map((line) => 'error' in line),
    [false, true, true, false],
  )
  assert.match(String(found[1]!.error), 'Line 2 has more than 100 characters')
  assert.is(code, 1)
})

test('iobert --jsonl reads files, one after another, and names one that is missing', async () => {
  const folder = temporaryFolder()
  const [first, second] = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl')]
  writeFileSync(first, '{"id":1,"text":"tok1"}')
  writeFileSync(second, '{"id":2,"text":"tok2"}\n')
  const good = await iobert([...jsonl, first, second])
  assert.equal(
    parse(good.stdout).map(({ id }) => id),
    [1, 2],
  )
  assert.is(good.code, 0)
  const bad = await iobert([...jsonl, '--file', join(folder, 'c.jsonl'), second])
  assert.is(parse(bad.stdout).length, 1)
  assert.match(bad.stderr, 'c.jsonl: there is no such file')
  assert.is(bad.code, 1)
})

test('iobert --jsonl answers a line before the next one is there', async () => {
  const child = start(jsonl)
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  for (let id = 0; id < 5; id++) {
    child.stdin.write(`{"id":${id},"text":"tok${id}"}\n`)
    const { value } = await answers.next()
    assert.is(JSON.parse(value).id, id)
  }
  child.stdin.end()
  const [code] = await once(child, 'close')
  assert.is(code, 0)
})

test('iobert --jsonl ends in silence where its reader has enough', async () => {
  const child = start(jsonl)
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdin.on('error', () => {})
  const lines = '{"text":"tok1 tok2"}\n'.repeat(1000)
  child.stdin.write(lines)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const timer = setInterval(() => child.stdin.write(lines), 20)
  const [code] = await once(child, 'close')
  clearInterval(timer)
  assert.is(code, 0)
  assert.is(stderr, '')
})

test('iobert ends with 130 on SIGINT', async () => {
  const child = start(jsonl)
  child.stdin.write('"tok1"\n')
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const [code, signal] = await once(child, 'close')
  assert.equal([code, signal], [130, null])
})

test.run()
