// `npm run send -- RUN < rows.jsonl`: queues rows {"id", "text"}, 32 to a job. A job's id is its position in
// the run, so that sending the same run again after an error adds only what is missing.
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Queue } from 'bullmq'
import { connect, jobsOf, linesOf, QUEUE } from './places.mjs'
import { readRow } from './rows.mjs'

const ROWS = 32
const JOBS = 100

/**
 * @param lines iterable, sync or not, of lines of JSON
 * @returns how many jobs the run has
 * @throws {Error} where other rows were sent under the run's name before: their answers would stand for these
 */
export async function send(connection, run, lines) {
  const queue = new Queue(QUEUE, { connection })
  /** [line, number] each. */
  let batch = []
  let jobs = []
  let number = 0
  let sent = 0
  const addRows = () => {
    const digest = createHash('sha256').update(JSON.stringify(batch)).digest('base64url')
    jobs.push({ place: sent++, digest, rows: batch.map(([line, at]) => readRow(line, at)) })
    batch = []
  }
  const addJobs = async () => {
    await checkSame(connection, run, jobs)
    const rows = jobs.flatMap((job) => job.rows)
    await markRepeated(connection, run, rows)
    const backoff = { type: 'exponential', delay: 500 }
    await queue.addBulk(
      jobs.map(({ place, rows }) => ({
        name: 'rows',
        data: { run, rows },
        opts: { jobId: `${run}-${place}`, attempts: 5, backoff },
      })),
    )
    jobs = []
  }
  try {
    for await (const line of lines) {
      number++
      if (line.trim() === '') continue
      batch.push([line, number])
      if (batch.length === ROWS) addRows()
      if (jobs.length === JOBS) await addJobs()
    }
    if (batch.length > 0) addRows()
    if (jobs.length > 0) await addJobs()
  } finally {
    await queue.close()
  }
  return sent
}

async function checkSame(connection, run, jobs) {
  const known = await setOnce(
    connection,
    jobsOf(run),
    jobs.map(({ place, digest }) => [place, digest]),
  )
  for (const [i, { digest, rows }] of jobs.entries()) {
    if (known[i] === digest) continue
    throw new Error(
      `Run ${run} was sent before with other rows from line ${rows[0].number} on; send these as a run of another name`,
    )
  }
}

/** Of rows with the same id only the first could keep its answer, so the others get an error, under their number. */
async function markRepeated(connection, run, rows) {
  const known = await setOnce(
    connection,
    linesOf(run),
    rows.map(({ key, number }) => [key, number]),
  )
  for (const [i, row] of rows.entries()) {
    if (Number(known[i]) === row.number) continue
    row.error = `Line ${known[i]} has this id too; an id must be one row's`
    row.key = `#${row.number}`
  }
}

/** Writes fields of a hash that it has not yet. @returns what it has now, for each */
async function setOnce(connection, hash, entries) {
  const writes = connection.pipeline()
  for (const [field, value] of entries) writes.hsetnx(hash, field, value)
  for (const [error] of await writes.exec()) if (error) throw error
  return connection.hmget(hash, ...entries.map(([field]) => field))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const connection = connect()
  const run = process.argv[2] ?? 'default'
  try {
    const jobs = await send(connection, run, createInterface({ input: process.stdin }))
    console.log(`${jobs} jobs of run ${run}`)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
  connection.disconnect()
}
