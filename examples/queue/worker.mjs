// Takes jobs, reads their rows, stores the answers. A job that a worker did not finish, because it was
// killed, hung or lost its connection, is given to another worker: at least once, and since a row's answer is
// stored by its key, effectively once.
import { fileURLToPath } from 'node:url'
import { Worker } from 'bullmq'
import { loadRecognizer } from 'iobert'
import { connect, QUEUE, resultsOf, triesOf } from './places.mjs'
import { Reader, ReaderLost } from './reader.mjs'
import { writeAnswer } from './rows.mjs'

const { LOCK_MS = '30000', TIMEOUT_MS = '60000', MAX_CHARS = '100000' } = process.env
/** Readers that a text may end before it is given up. */
const TRIES = 3
/** How often a row may be begun at all: one that ends worker and reader together, and so is never seen to, ends here. */
const BEGINNINGS = 20

/** @param readerScript what `Reader` runs */
export function startWorker(recognizer, connection, readerScript) {
  const worker = new Worker(QUEUE, (job) => readJob(recognizer, connection, job, readerScript), {
    connection,
    lockDuration: Number(LOCK_MS),
    stalledInterval: Number(LOCK_MS),
    // A row that kills its process is found row by row (below), so that its job is taken up until it is through.
    maxStalledCount: 1000,
  })
  worker.on('error', (error) => console.error(error.message))
  return worker
}

async function readJob(recognizer, redis, job, readerScript) {
  const { run, rows } = job.data
  const store = (row, answer) => redis.hset(resultsOf(run), row.key, writeAnswer(row, answer))
  const good = []
  for (const row of rows) {
    const error = row.error ?? tooLong(row.text)
    if (error === undefined) good.push(row)
    else await store(row, { error })
  }
  if (job.attemptsStarted <= 1) {
    const answers = await read(recognizer, good)
    await Promise.all(answers.map((answer, i) => store(good[i], answer)))
    return
  }
  // The job came back. One of its rows may be why, so each is read by itself, in a process that it may end.
  const reader = new Reader(Number(TIMEOUT_MS), readerScript)
  try {
    for (const row of good) {
      if (await redis.hexists(resultsOf(run), row.key)) continue
      const begun = await redis.hincrby(triesOf(run), row.key, 1)
      const error = `This text was begun ${BEGINNINGS} times, and no process lived to tell`
      await store(row, begun > BEGINNINGS ? { error } : await readAlone(reader, row))
    }
  } finally {
    reader.stop()
  }
}

/** Answers; a timeout is an error of the job, which then comes back. */
async function read(recognizer, rows) {
  const signal = AbortSignal.timeout(Number(TIMEOUT_MS))
  const found = await recognizer.recognizeAll(
    rows.map(({ text }) => text),
    { signal },
  )
  return found.map(({ entities }) => ({ entities }))
}

async function readAlone(reader, row) {
  for (let tries = 1; ; tries++) {
    try {
      return await reader.read(row.text)
    } catch (error) {
      if (!(error instanceof ReaderLost)) throw error
      if (tries === TRIES) return { error: `${error.message} on this text, ${TRIES} times` }
    }
  }
}

function tooLong({ length }) {
  return length > Number(MAX_CHARS)
    ? `The text has ${length} characters, at most ${MAX_CHARS} are read`
    : undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const connection = connect()
  const recognizer = await loadRecognizer(process.env.MODEL, { threads: 1 })
  const worker = startWorker(recognizer, connection)
  const close = async () => {
    // The job under way is finished first.
    await worker.close()
    recognizer.dispose()
    connection.disconnect()
  }
  process.once('SIGTERM', () => void close())
  worker.on('failed', async (_, { name, message }) => {
    console.error(message)
    if (name === 'TimeoutError') return
    // Whatever broke its engine, a new process has another.
    process.exitCode = 1
    await close()
  })
}
