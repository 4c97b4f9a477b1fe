// Tests of examples/queue, which must be installed, on a Redis of their own. `node queue.mjs [ROWS]`
import { deepStrictEqual as same } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadRecognizer } from 'iobert'
import { connect, resultsOf, triesOf } from '../../examples/queue/places.mjs'
import { send } from '../../examples/queue/send.mjs'
import { startPool } from '../../examples/queue/workers.mjs'
import { createReport } from '../../tools/test/report.mjs'
import { MAX_CHARS, rows } from './texts.mjs'

const { check: test, end } = createReport()
const count = Number(process.argv[2] ?? 2000)
const folder = mkdtempSync(join(tmpdir(), 'iobert-queue-'))
const socket = join(folder, 'redis.sock')
// No port: a socket in a folder of its own meets no other Redis.
const options = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--appendonly', 'yes']
const redisServer = spawn('redis-server', options, { stdio: ['ignore', 'ignore', 'inherit'] })
redisServer.once('error', (error) => {
  console.log(
    `redis-server did not start: ${error.message}; apt-get install redis-server\n0 passed, 1 failed`,
  )
  process.exit(1)
})
process.env.REDIS_URL = socket
const redis = connect()
redis.on('error', () => {})

// What is not UTF-8 cannot be a line of JSON; an object is as wrong a text.
const all = rows(count).map(([id, text]) => ({ id, text }))
all.splice(150, 0, { id: 'poison', text: 'die' })
const lines = all.map((row) => JSON.stringify(row))
const good = all.filter(({ text }) => typeof text === 'string' && text.length <= MAX_CHARS && text !== 'die')
const ner = await loadRecognizer()
const found = await ner.recognizeAll(good.map(({ text }) => text))
ner.dispose()
const wanted = new Map(good.map((row, i) => [row, { entities: found[i].entities }]))
for (const row of all) {
  const { text } = row
  if (text === 'die') wanted.set(row, { error: 'The process ended with SIGKILL on this text, 3 times' })
  else if (text === null) wanted.set(row, { error: 'The text is null, expected a string' })
  else if (typeof text !== 'string') wanted.set(row, { error: 'The text is an object, expected a string' })
  else if (text.length > MAX_CHARS) {
    wanted.set(row, { error: `The text has ${text.length} characters, at most ${MAX_CHARS} are read` })
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const stored = (run = 'run') => redis.hlen(resultsOf(run))

async function until(condition, what, seconds = 240) {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > seconds * 10) throw new Error(`${what}: not so after ${seconds} s`)
    await sleep(100)
  }
}

const script = fileURLToPath(new URL('queue-worker.mjs', import.meta.url))
const hold = join(folder, 'hold')
const env = { ...process.env, HOLD: hold, LOCK_MS: '3000', MAX_CHARS: String(MAX_CHARS) }
const pool = startPool(script, 2, env)
const alive = () => [...pool.children]

await test('queue loses and doubles no row when workers are killed, one hangs, and a row kills each that reads it', async () => {
  const jobs = await send(redis, 'run', lines)
  // Again, as after an error half way.
  same(await send(redis, 'run', lines), jobs)
  await until(async () => (await stored()) > count / 10, 'a tenth is read')
  const hung = alive()[0]
  hung.kill('SIGSTOP')
  await until(async () => (await stored()) > count / 3, 'a third is read')
  alive()
    .find((child) => child !== hung)
    .kill('SIGKILL')
  await until(async () => (await stored()) > count / 2, 'half is read')
  hung.kill('SIGKILL')
  await until(async () => (await stored()) >= all.length, 'all is read')
  // What is still under way would be read a second time.
  await until(async () => (await redis.llen('bull:iobert:active')) === 0, 'no job is under way')
  const results = await redis.hgetall(resultsOf('run'))
  same(Object.keys(results).length, all.length)
  for (const [row, answer] of wanted) {
    const id = JSON.stringify(row.id)
    same(JSON.parse(results[id]), { id: row.id, ...answer })
  }
  same(await redis.zcard('bull:iobert:completed'), jobs)
  same(await redis.zcard('bull:iobert:failed'), 0)
  return `${all.length} rows in ${jobs} jobs`
})

await test('queue gives up no row for kills that it did not cause, however many it meets', async () => {
  writeFileSync(hold, '')
  const lines = ['wait', ...Array(20).fill('Angela Merkel')].map((text, id) => JSON.stringify({ id, text }))
  await send(redis, 'held', lines)
  await until(async () => (await redis.llen('bull:iobert:active')) > 0, 'the job is begun')
  for (const child of alive()) child.kill('SIGKILL')
  for (let kills = 1; kills <= 5; kills++) {
    const begun = async () => Number(await redis.hget(triesOf('held'), '0')) >= kills
    await until(begun, `the row that is held up is begun alone ${kills} times`)
    for (const child of alive()) child.kill('SIGKILL')
  }
  rmSync(hold)
  await until(async () => (await stored('held')) === lines.length, 'all is read')
  const answers = Object.values(await redis.hgetall(resultsOf('held'))).map((json) => JSON.parse(json))
  same(
    answers.filter(({ error }) => error !== undefined),
    [],
  )
})

await test('queue gives each row an answer of its own, whatever its id, and says which line has none to itself', async () => {
  const odd = [
    '{"id": 9007199254740992, "text": "Angela Merkel"}',
    '{"id": 9007199254740993, "text": "Tim Cook"}',
    '{"id": 1, "text": "Berlin"}',
    '{"id": "1", "text": "Paris"}',
    '{"text": "Rome"}',
    '{"text": "Vienna"}',
    '"Budapest"',
    '{"id": 1, "text": "Madrid"}',
    'nonsense',
  ]
  await send(redis, 'odd', odd)
  await until(async () => (await stored('odd')) >= odd.length, 'all is read')
  const results = await redis.hgetall(resultsOf('odd'))
  const texts = Object.entries(results).map(([key, json]) => {
    const { entities, error } = JSON.parse(json)
    return [key, json.slice(0, json.indexOf(',')), error ?? entities[0]?.text]
  })
  const json = new Map(texts.map(([key, ...rest]) => [key, rest]))
  same(json.get('9007199254740992'), ['{"id":9007199254740992', 'Angela Merkel'])
  same(json.get('9007199254740993'), ['{"id":9007199254740993', 'Tim Cook'])
  same(json.get('1'), ['{"id":1', 'Berlin'])
  same(json.get('"1"'), ['{"id":"1"', 'Paris'])
  same(json.get('#5'), ['{"row":5', 'Rome'])
  same(json.get('#6'), ['{"row":6', 'Vienna'])
  same(json.get('#7'), ['{"row":7', 'Budapest'])
  same(json.get('#8'), ['{"id":1', "Line 3 has this id too; an id must be one row's"])
  same(json.get('#9')[0], '{"row":9')
  same(/^Line 9 is not JSON/.test(json.get('#9')[1]), true)
  same(json.size, odd.length)
  const other = await send(redis, 'odd', ['{"id": 1, "text": "Oslo"}']).catch(({ message }) => message)
  same(other, 'Run odd was sent before with other rows from line 1 on; send these as a run of another name')
})

await test('queue workers finish their jobs and end on SIGTERM', async () => {
  await Promise.race([pool.close(), sleep(20_000).then(() => Promise.reject(new Error('no end after 20 s')))])
  same(pool.children.size, 0)
})

for (const child of pool.children) child.kill('SIGKILL')
redis.disconnect()
redisServer.kill('SIGKILL')
rmSync(folder, { recursive: true, force: true })
end()
