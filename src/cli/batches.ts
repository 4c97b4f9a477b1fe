/**
 * Computes records (lines of JSON or rows of a table) in batches and writes their results in order. A batch
 * takes the records that have arrived, so that a program that waits for each answer gets it, and a file is
 * read at full speed. The first batches are small, so that the first answers come at once. While one batch is
 * computed, the next is read. Memory is bounded: some records read ahead, and two batches. Nothing more is
 * read while the reader of stdout lags.
 */
import { type Source, sourceSize } from './inputs.ts'
import { type ByteSplitter, RecordQueue } from './line-queue.ts'
import { complain, type Kind, write } from './output.ts'
import { createBar, isWatched } from './progress.ts'
import type { RecordFile } from './resume.ts'

/** Maximum size of a batch: several times the 1024 pieces that the engine computes together. */
const BATCH_CHARS = 16_384
const BATCH_RECORDS = 256
/** Size of the first batch; each following one is twice as large. */
const FIRST_CHARS = 256
const FIRST_RECORDS = 4

/**
 * Answers several texts; an error in the place of an answer says what is wrong with that text.
 *
 * @param onShare called with the share that is done, 0 to 1
 */
export type Compute<Answer> = (
  texts: readonly string[],
  onShare: (share: number) => void,
) => Promise<readonly (Answer | Error)[]>

/** A record: its texts, if any, and how its answers are written. */
export interface Job<Answer> {
  readonly bytes: number
  readonly texts?: readonly string[]
  /** Whether the record is invalid. */
  readonly failed?: boolean
  /**
   * @param answered one answer for each text
   */
  write(answered: readonly (Answer | Error)[]): string
}

interface Batch<Answer> {
  readonly jobs: readonly Job<Answer>[]
  readonly bytes: number
  readonly results: Promise<readonly (Answer | Error)[]>
}

export interface Batches<Record, Answer> {
  readonly compute: Compute<Answer>
  /** @param maxChars  of a record, in place of what the caller was told */
  readonly createSplitter: (maxChars?: number) => ByteSplitter<Record>
  /**
   * @param number of the record, from 1; @throws {RangeError} if no further record can be read
   */
  readonly jobOf: (record: Record, number: number) => Job<Answer>
  readonly kind: Kind
  /** What a record is called in messages. */
  readonly unit: string
  /** Must be done before the computed answers are written. */
  readonly beforeWrite?: (() => Promise<void>) | undefined
  /** Where the results go, in place of stdout; it has those of the first records already. */
  readonly into?: RecordFile | undefined
  /** Whether a result that was written is an error; without it none is. */
  readonly hasFailed?: (record: Record, number: number) => boolean
}

/**
 * @returns 1 if any record failed, else 0
 */
export async function runBatches<Record extends { readonly length: number }, Answer>(
  sources: readonly Source[],
  batches: Batches<Record, Answer>,
): Promise<number> {
  const { compute, createSplitter, jobOf, kind, unit, beforeWrite, into, hasFailed = () => false } = batches
  const sizes = await Promise.all(sources.map(sourceSize))
  const total = sizes.every((size) => size > 0) ? sizes.reduce((sum, size) => sum + size, 0) : 0
  const bar = createBar()
  const started = performance.now()
  let done = 0
  let records = 0
  const there = await into?.count(createSplitter(Number.POSITIVE_INFINITY), hasFailed)
  const skipped = there?.done ?? 0
  let failed = 0
  let running: Batch<Answer> | undefined
  // A batch that waits for the one before it reports no progress.
  const onShare = (batch: Batch<Answer>, share: number): void => {
    if (batch !== running) return
    const read = records + Math.floor(share * batch.jobs.length)
    bar.update('Reading', { done: done + share * batch.bytes, total, unit: 'bytes', texts: read })
  }
  const finish = async ({ jobs, bytes, results }: Batch<Answer>): Promise<void> => {
    const answers = await results
    let next = 0
    let out = ''
    for (const job of jobs) {
      const { length } = job.texts ?? []
      const own = answers.slice(next, next + length)
      if (job.failed === true || own.some((answer) => answer instanceof Error)) failed++
      out += job.write(own)
      next += length
    }
    records += jobs.length
    done += bytes
    await beforeWrite?.()
    // Stdout and stderr may be the same terminal.
    if (process.stdout.isTTY) bar.end()
    await (into === undefined ? write(out, kind) : into.write(out))
    bar.update('Reading', { done, total, unit: 'bytes', texts: records })
  }
  const queue = new RecordQueue(sources, () => createSplitter())
  let size = 1
  const takeBatch = (): Job<Answer>[] => {
    const jobs: Job<Answer>[] = []
    const most = Math.min(BATCH_RECORDS, FIRST_RECORDS * size)
    let chars = 0
    while (jobs.length < most && chars < Math.min(BATCH_CHARS, FIRST_CHARS * size)) {
      const record = queue.take()
      if (record === undefined) break
      const job = jobOf(record, queue.taken)
      if (queue.taken <= skipped) {
        done += job.bytes
        continue
      }
      chars += (job.texts ?? []).reduce((sum, text) => sum + text.length, 0)
      jobs.push(job)
    }
    if (jobs.length > 0) size = Math.min(2 * size, BATCH_RECORDS)
    return jobs
  }
  for (;;) {
    const jobs = takeBatch()
    if (jobs.length === 0 && running === undefined) {
      if (await queue.wait()) continue
      break
    }
    const batch = jobs.length === 0 ? undefined : startBatch(compute, jobs, onShare)
    if (running !== undefined) await finish(running)
    running = batch
  }
  bar.end()
  if (queue.errors.length === 0) await into?.end(skipped, queue.taken)
  for (const message of queue.errors) complain(message)
  const seconds = Math.max(1e-3, (performance.now() - started) / 1000)
  const wrong = failed === 0 ? '' : `, ${failed} of them with an error`
  if (isWatched() || failed > 0) {
    complain(
      `${records} ${unit} answered${wrong} in ${seconds.toFixed(1)} s: ${(records / seconds).toFixed(1)} ${unit}/s`,
    )
  }
  return failed > 0 || (there?.failed ?? 0) > 0 || queue.errors.length > 0 ? 1 : 0
}

function startBatch<Answer>(
  compute: Compute<Answer>,
  jobs: readonly Job<Answer>[],
  onShare: (batch: Batch<Answer>, share: number) => void,
): Batch<Answer> {
  const texts = jobs.flatMap((job) => job.texts ?? [])
  const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0)
  const batch: Batch<Answer> = { jobs, bytes, results: compute(texts, (share) => onShare(batch, share)) }
  // The error is thrown when it is this batch's turn.
  batch.results.catch(() => {})
  return batch
}
