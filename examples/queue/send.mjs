// `npm run send -- RUN < rows.jsonl`: queues rows {"id", "text"}, 32 a job. A job's id is its place in the run, so that
// sending the same run again, after an error half way, adds only what is missing.
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Queue } from 'bullmq'
import { connect, QUEUE } from './places.mjs'

const ROWS = 32
const JOBS = 100

/** @param rows iterable, sync or not, of { id, text } */
export async function send(connection, run, rows) {
  const queue = new Queue(QUEUE, { connection })
  let batch = []
  const jobs = []
  let sent = 0
  const addRows = () => {
    const opts = { jobId: `${run}-${sent++}`, attempts: 5, backoff: { type: 'exponential', delay: 500 } }
    jobs.push({ name: 'rows', data: { run, rows: batch }, opts })
    batch = []
  }
  for await (const row of rows) {
    batch.push(row)
    if (batch.length === ROWS) addRows()
    if (jobs.length === JOBS) await queue.addBulk(jobs.splice(0))
  }
  if (batch.length > 0) addRows()
  if (jobs.length > 0) await queue.addBulk(jobs)
  await queue.close()
  return sent
}

async function* readRows() {
  for await (const line of createInterface({ input: process.stdin })) if (line !== '') yield JSON.parse(line)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const connection = connect()
  const run = process.argv[2] ?? 'default'
  console.log(`${await send(connection, run, readRows())} jobs of run ${run}`)
  connection.disconnect()
}
