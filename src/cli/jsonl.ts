/**
 * `--jsonl`: a line in, a line out, in order. Lines are computed in batches of those that are there, so that a
 * program that waits for each answer gets it, and a file is read at full speed; while one batch computes the next is
 * read. What is held is bounded: some lines read ahead, two batches, and nothing while stdout's reader is behind.
 */

import { isObject, kind } from '../format/json-file.ts'
import { notUtf8, type Source, sizeOf } from './inputs.ts'
import type { Line } from './line-queue.ts'
import { LineQueue } from './line-queue.ts'
import { complain, write } from './output.ts'
import { createBar } from './progress.ts'

/** What a batch holds: some times the 1024 pieces that the engine computes together. */
const BATCH_CHARS = 16_384
const BATCH_LINES = 256

/**
 * What is answered to each of several texts: the fields of an object.
 *
 * @param onShare may be told how much is done, 0 to 1
 */
export type Compute = (
  texts: readonly string[],
  onShare: (share: number) => void,
) => Promise<readonly object[]>

/** One line: a text to be read, or what is wrong with it. */
interface Task {
  readonly bytes: number
  /** The id as JSON, as it was written. */
  readonly id?: string
  readonly text?: string
  readonly error?: string
}

interface Batch {
  readonly tasks: readonly Task[]
  readonly bytes: number
  readonly results: Promise<readonly object[]>
}

/** @returns 1 where any line failed, else 0 */
export async function runJsonl(
  compute: Compute,
  sources: readonly Source[],
  maxChars: number,
): Promise<number> {
  const sizes = await Promise.all(sources.map(sizeOf))
  const total = sizes.every((size) => size > 0) ? sizes.reduce((sum, size) => sum + size, 0) : 0
  const bar = createBar()
  const started = performance.now()
  let done = 0
  let texts = 0
  let failed = 0
  let running: Batch | undefined
  // A batch that waits for the one before it tells nothing.
  const onShare = (batch: Batch, share: number): void => {
    if (batch !== running) return
    const read = texts + Math.floor(share * batch.tasks.length)
    bar.update('Reading', { done: done + share * batch.bytes, total, unit: 'bytes', texts: read })
  }
  const finish = async ({ tasks, bytes, results }: Batch): Promise<void> => {
    const answers = await results
    let next = 0
    let out = ''
    for (const task of tasks) {
      if (task.error !== undefined) failed++
      out += task.error === undefined ? answer(task, answers[next++]!) : refusal(task)
    }
    texts += tasks.length
    done += bytes
    // Both may be one terminal.
    if (process.stdout.isTTY) bar.end()
    await write(out, 'json')
    bar.update('Reading', { done, total, unit: 'bytes', texts })
  }
  const queue = new LineQueue(sources, maxChars)
  for (;;) {
    const tasks = takeBatch(queue, maxChars)
    if (tasks.length === 0 && running === undefined) {
      if (await queue.wait()) continue
      break
    }
    const batch = tasks.length === 0 ? undefined : startBatch(compute, tasks, onShare)
    if (running !== undefined) await finish(running)
    running = batch
  }
  bar.end()
  for (const message of queue.errors) complain(message)
  const seconds = Math.max(1e-3, (performance.now() - started) / 1000)
  const wrong = failed === 0 ? '' : `, ${failed} of them with an error`
  if (process.stderr.isTTY || failed > 0) {
    complain(
      `${texts} lines answered${wrong} in ${seconds.toFixed(1)} s: ${(texts / seconds).toFixed(1)} lines/s`,
    )
  }
  return failed > 0 || queue.errors.length > 0 ? 1 : 0
}

function startBatch(
  compute: Compute,
  tasks: readonly Task[],
  onShare: (batch: Batch, share: number) => void,
): Batch {
  const texts = tasks.flatMap(({ text }) => (text === undefined ? [] : [text]))
  const bytes = tasks.reduce((sum, task) => sum + task.bytes, 0)
  const batch: Batch = { tasks, bytes, results: compute(texts, (share) => onShare(batch, share)) }
  // Its error is raised when its turn comes.
  batch.results.catch(() => {})
  return batch
}

function takeBatch(queue: LineQueue, maxChars: number): Task[] {
  const tasks: Task[] = []
  let chars = 0
  while (tasks.length < BATCH_LINES && chars < BATCH_CHARS) {
    const line = queue.take()
    if (line === undefined) break
    const task = readLine(line, queue.taken, maxChars)
    chars += task.text?.length ?? 0
    tasks.push(task)
  }
  return tasks
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function readLine(line: Line, number: number, maxChars: number): Task {
  if (line === 'too long') {
    return { bytes: 0, error: `Line ${number} has more than ${maxChars} characters; see --max-chars` }
  }
  const bytes = line.length + 1
  const wrong = (what: string): Task => ({ bytes, error: `Line ${number} ${what}` })
  const wanted = 'expected {"text": ...} or a string'
  let json: string
  try {
    json = decoder.decode(line)
  } catch {
    return wrong(notUtf8(line))
  }
  if (json.trim() === '') return wrong(`is empty, ${wanted}`)
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    return wrong(`is not JSON: ${(error as Error).message}`)
  }
  if (typeof value === 'string') return { bytes, text: value }
  if (!isObject(value)) return wrong(`is ${kind(value)}, ${wanted}`)
  const id = Object.hasOwn(value, 'id') ? { id: memberAsWritten(json, 'id') } : {}
  const text = Object.hasOwn(value, 'text') ? value['text'] : undefined
  if (typeof text === 'string') return { bytes, text, ...id }
  return { ...wrong(`has a text that is ${kind(text)}, expected a string`), ...id }
}

function answer({ id }: Task, answered: object): string {
  const fields = JSON.stringify(answered)
  return id === undefined ? `${fields}\n` : `{"id":${id},${fields.slice(1)}\n`
}

function refusal({ id, error }: Task): string {
  return `{${id === undefined ? '' : `"id":${id},`}"error":${JSON.stringify(error)}}\n`
}

/**
 * The value of an object's member as it stands in its JSON: JavaScript would round a number of more than 53 bits, and
 * write 1.0 as 1. Of several with the name the last, as JSON.parse takes it.
 *
 * @param json an object that has the member, and that JSON.parse takes
 */
function memberAsWritten(json: string, name: string): string {
  let found = ''
  let key: unknown
  let depth = 0
  let start = 0
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '"') at = endOfString(json, at)
    else if (character === '{' || character === '[') {
      if (depth++ === 0) start = at + 1
    } else if (character === ':' && depth === 1) {
      key = JSON.parse(json.slice(start, at))
      start = at + 1
    } else if (character === ',' || character === '}' || character === ']') {
      if (depth === 1) {
        // Space inside may be carriage returns, which end a line for some readers.
        if (key === name) found = json.slice(start, at).trim().replaceAll('\r', ' ')
        start = at + 1
      }
      if (character !== ',') depth--
    }
  }
  return found
}

function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
