/** `--jsonl`: a line of JSON in, a line out. */

import { isObject, kind } from '../format/json-file.ts'
import { type Compute, type Job, runBatches } from './batches.ts'
import { notUtf8, type Source } from './inputs.ts'
import { type Line, LineSplitter } from './line-queue.ts'

export type { Compute } from './batches.ts'

export interface JsonlOptions {
  /** The member that holds the text; where it is given, all others are passed through. */
  readonly field?: string | undefined
  /** What must be done before the answers that were made may leave. */
  readonly beforeWrite?: (() => Promise<void>) | undefined
}

/** @returns 1 where any line failed, else 0 */
export function runJsonl(
  compute: Compute,
  sources: readonly Source[],
  maxChars: number,
  { field, beforeWrite }: JsonlOptions = {},
): Promise<number> {
  return runBatches(sources, {
    compute,
    createSplitter: () => new LineSplitter(maxChars),
    jobOf: (line: Line, number) => readLine(line, number, maxChars, field),
    kind: 'json',
    unit: 'lines',
    beforeWrite,
  })
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function readLine(line: Line, number: number, maxChars: number, field: string | undefined): Job {
  if (line === 'too long') {
    return refused(0, new Map(), `Line ${number} has more than ${maxChars} characters; see --max-chars`)
  }
  const bytes = line.length + 1
  const member = field ?? 'text'
  const wanted = `expected {${JSON.stringify(member)}: ...}${field === undefined ? ' or a string' : ''}`
  const wrong = (what: string, kept: Members = new Map()): Job =>
    refused(bytes, kept, `Line ${number} ${what}`)
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
  if (typeof value === 'string' && field === undefined) return answered(bytes, value, new Map(), undefined)
  if (!isObject(value)) return wrong(`is ${kind(value)}, ${wanted}`)
  const all = membersAsWritten(json)
  const kept = field === undefined ? new Map([...all].filter(([name]) => name === 'id')) : all
  const text = Object.hasOwn(value, member) ? value[member] : undefined
  if (typeof text === 'string') return answered(bytes, text, kept, field)
  return wrong(`has a ${member} that is ${kind(text)}, expected a string`, kept)
}

/** @param field where it is given, an answer's text takes the place of what it holds */
function answered(bytes: number, text: string, kept: Members, field: string | undefined): Job {
  return {
    bytes,
    texts: [text],
    write([answer]) {
      const members = new Map(kept)
      for (const [name, value] of Object.entries(answer as object)) {
        members.set(name === 'text' && field !== undefined ? field : name, JSON.stringify(value))
      }
      return objectOf(members)
    },
  }
}

function refused(bytes: number, kept: Members, error: string): Job {
  return {
    bytes,
    failed: true,
    write: () => objectOf(new Map([...kept, ['error', JSON.stringify(error)]])),
  }
}

/** Members of an object, their values as JSON. */
type Members = ReadonlyMap<string, string>

function objectOf(members: Members): string {
  return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}\n`
}

/**
 * The members of an object as they stand in its JSON: JavaScript would round a number of more than 53 bits, and write 1.0 as
 * 1. Of several with one name the last, as JSON.parse takes it.
 *
 * @param json an object that JSON.parse takes
 */
function membersAsWritten(json: string): Map<string, string> {
  const members = new Map<string, string>()
  let key = ''
  let named = false
  let depth = 0
  let start = 0
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '"') at = endOfString(json, at)
    else if (character === '{' || character === '[') {
      if (depth++ === 0) start = at + 1
    } else if (character === ':' && depth === 1) {
      key = JSON.parse(json.slice(start, at))
      named = true
      start = at + 1
    } else if (character === ',' || character === '}' || character === ']') {
      if (depth === 1) {
        // Space inside may be carriage returns, which end a line for some readers.
        if (named) members.set(key, json.slice(start, at).trim().replaceAll('\r', ' '))
        named = false
        start = at + 1
      }
      if (character !== ',') depth--
    }
  }
  return members
}

function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
