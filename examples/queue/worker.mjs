// Takes jobs, reads their rows, stores the answers. A job that a worker did not finish, since it was killed, hung or lost
// its connection, is given to another: at least once, and since a row's answer is stored by its id, once in effect.
import { fileURLToPath } from 'node:url'
import { Worker } from 'bullmq'
import { loadRecognizer } from 'iobert'
import { connect, QUEUE, resultsOf, triesOf } from './places.mjs'

const { LOCK_MS = '30000', TIMEOUT_MS = '60000', MAX_CHARS = '100000' } = process.env
/** Of a row that is read alone. */
const TRIES = 2

export function startWorker(recognizer, connection) {
  const worker = new Worker(QUEUE, (job) => readJob(recognizer, connection, job), {
    connection,
    lockDuration: Number(LOCK_MS),
    stalledInterval: Number(LOCK_MS),
    // A row that kills its process is found row by row (below), so that its job is taken up until it is through.
    maxStalledCount: 1000,
  })
  worker.on('error', (error) => console.error(error.message))
  return worker
}

async function readJob(recognizer, redis, job) {
  const { run, rows } = job.data
  const store = (row, answer) =>
    redis.hset(resultsOf(run), String(row.id), JSON.stringify({ id: row.id, ...answer }))
  const good = []
  for (const row of rows) {
    const error = problem(row.text)
    if (error === undefined) good.push(row)
    else await store(row, { error })
  }
  if (job.attemptsStarted <= 1) {
    const answers = await read(recognizer, good)
    await Promise.all(answers.map((answer, i) => store(good[i], answer)))
    return
  }
  // The job came back. One of its rows may be why, so they are read one by one.
  for (const row of good) {
    if (await redis.hexists(resultsOf(run), String(row.id))) continue
    const tries = await redis.hincrby(triesOf(run), String(row.id), 1)
    if (tries > TRIES) await store(row, { error: `This text was not read in ${TRIES} tries` })
    else await store(row, (await read(recognizer, [row]))[0])
  }
}

/** Recognitions; a timeout is an error of the job, which then is tried again. */
async function read(recognizer, rows) {
  const signal = AbortSignal.timeout(Number(TIMEOUT_MS))
  const found = await recognizer.recognize(
    rows.map(({ text }) => text),
    { signal },
  )
  return found.map(({ entities }) => ({ entities }))
}

function problem(text) {
  if (typeof text !== 'string')
    return `The text is ${text === null ? 'null' : typeof text}, expected a string`
  if (text.length > Number(MAX_CHARS))
    return `The text has ${text.length} characters, at most ${MAX_CHARS} are read`
  return undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const connection = connect()
  const recognizer = await loadRecognizer(process.env.MODEL, { threads: 1 })
  const worker = startWorker(recognizer, connection)
  process.once('SIGTERM', async () => {
    // The job under way is finished first.
    await worker.close()
    recognizer.dispose()
    connection.disconnect()
  })
}
