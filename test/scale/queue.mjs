// Tests of examples/queue, which must be installed, on a Redis of their own. `node queue.mjs [ROWS]`
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadRecognizer } from 'iobert'
import { connect, resultsOf } from '../../examples/queue/places.mjs'
import { send } from '../../examples/queue/send.mjs'
import { startPool } from '../../examples/queue/workers.mjs'
import { end, same, test } from './report.mjs'
import { MAX_CHARS, rows } from './texts.mjs'

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

const all = rows(count).map(([id, text]) => ({ id, text }))
all.splice(150, 0, { id: 'poison', text: 'die' })
const good = all.filter(({ text }) => typeof text === 'string' && text.length <= MAX_CHARS && text !== 'die')
const ner = await loadRecognizer()
const found = await ner.recognize(good.map(({ text }) => text))
ner.dispose()
const wanted = new Map(good.map(({ id }, i) => [String(id), { id, entities: found[i].entities }]))
for (const { id, text } of all) {
  if (text === 'die') wanted.set(id, { id, error: 'This text was not read in 2 tries' })
  else if (text === null) wanted.set(String(id), { id, error: 'The text is null, expected a string' })
  else if (typeof text !== 'string')
    wanted.set(String(id), { id, error: 'The text is object, expected a string' })
  else if (text.length > MAX_CHARS) {
    const error = `The text has ${text.length} characters, at most ${MAX_CHARS} are read`
    wanted.set(String(id), { id, error })
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const stored = () => redis.hlen(resultsOf('run'))

async function until(condition, what, seconds = 240) {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > seconds * 10) throw new Error(`${what}: not so after ${seconds} s`)
    await sleep(100)
  }
}

const script = fileURLToPath(new URL('queue-worker.mjs', import.meta.url))
const env = { ...process.env, LOCK_MS: '3000', MAX_CHARS: String(MAX_CHARS) }
const pool = startPool(script, 2, env)

await test('queue loses and doubles no row when workers are killed, one hangs, and a row kills each that reads it', async () => {
  const jobs = await send(redis, 'run', all)
  // Again, as after an error half way.
  same(await send(redis, 'run', all), jobs)
  const alive = () => [...pool.children]
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
  for (const [id, answer] of wanted) same(JSON.parse(results[id]), answer)
  same(await redis.zcard('bull:iobert:completed'), jobs)
  same(await redis.zcard('bull:iobert:failed'), 0)
  return `${all.length} rows in ${jobs} jobs`
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
