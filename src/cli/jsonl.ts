/** `--jsonl`: reads one JSON value per line and writes one per line. */

import { didYouMean } from '../check/nearest.ts'
import { isObject, kind } from '../format/json-file.ts'
import { type Compute, type Job, runBatches } from './batches.ts'
import { endOfString, stringsIn } from './documents/json-strings.ts'
import { NOT_UTF8, type Source } from './inputs.ts'
import { type LineBytes, LineSplitter } from './line-queue.ts'
import type { RecordFile } from './resume.ts'

interface Lines<Result> {
  readonly compute: Compute<Result>
  /** The JSON fields of an answer. */
  fields(result: Result, text: string): object
  readonly maxChars: number
  /** The members that contain texts; if given, all others are passed through. */
  readonly members?: readonly string[] | undefined
  /** Whether names are redacted: then nothing of an unreadable or unanswered line is written. */
  readonly hides?: boolean | undefined
  /** Must be done before the computed answers are written. */
  readonly beforeWrite?: (() => Promise<void>) | undefined
  readonly into?: RecordFile | undefined
}

/**
 * @returns 1 if any line failed, else 0
 */
export function runJsonl<Result>(sources: readonly Source[], lines: Lines<Result>): Promise<number> {
  const { compute, maxChars, beforeWrite, into } = lines
  return runBatches(sources, {
    compute,
    createSplitter: (most = maxChars) => new LineSplitter(most),
    jobOf: (line: LineBytes, number) => readLine(line, number, lines),
    kind: 'json',
    unit: 'lines',
    beforeWrite,
    into,
    hasFailed: (line: LineBytes, number) =>
      line !== 'too long' && Buffer.from(line).includes(`"error":"Line ${number} `),
  })
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function readLine<Result>(
  line: LineBytes,
  number: number,
  { fields, maxChars, members, hides = false }: Lines<Result>,
): Job<Result> {
  if (line === 'too long') {
    return refused(0, new Map(), `Line ${number} has more than ${maxChars} characters; see --max-chars`)
  }
  const bytes = line.length + 1
  const names = members ?? ['text']
  const shape = names.map((name) => `${JSON.stringify(name)}: ...`).join(', ')
  const wanted = `expected {${shape}}${members === undefined ? ' or a string' : ''}`
  const wrong = (what: string, kept: Members = new Map()): Job<Result> =>
    refused(bytes, hides ? new Map() : kept, `Line ${number} ${what}`)
  let json: string
  try {
    json = decoder.decode(line)
  } catch {
    return wrong(NOT_UTF8)
  }
  if (json.trim() === '') return wrong(`is empty, ${wanted}`)
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    return wrong(`is not JSON${placeIn(error)}`)
  }
  const answered = (kept: Members, ...texts: string[]): Job<Result> => ({
    bytes,
    texts,
    write(answers) {
      const error = answers.find((answer) => answer instanceof Error)
      if (error !== undefined) return wrong(`has no answer: ${error.message}`, kept).write(answers)
      return objectOf(withAnswers(kept, answers as readonly Result[], texts, members, fields))
    },
  })
  if (typeof value === 'string' && members === undefined) return answered(new Map(), value)
  if (!isObject(value)) return wrong(`is ${kind(value)}, ${wanted}`)
  const all = membersAsWritten(json)
  const kept = members === undefined ? new Map([...all].filter(([name]) => name === 'id')) : all
  const texts = names.map((name) => memberAt(value, name))
  const bad = texts.findIndex((text) => typeof text !== 'string')
  const twice = bad < 0 ? names.find((name) => name.includes('.') && timesIn(all, name) > 1) : undefined
  if (twice !== undefined) return wrong(`has ${twice} more than once`, kept)
  if (bad < 0) return answered(kept, ...(texts as string[]))
  const known = new Set(Array.from(stringsIn(json), ({ path }) => path))
  // In an array, where a field is not looked for, strings have its path too.
  known.delete(names[bad]!)
  const meant = texts[bad] === undefined ? didYouMean(names[bad]!, known) : ''
  return wrong(`has a ${names[bad]} that is ${kind(texts[bad])}, expected a string${meant}`, kept)
}

/**
 * The members of a line with its answers. If one member contains the text, an answer's own text replaces it;
 * if several do, the rest of an answer is an object with a member for each.
 */
function withAnswers<Result>(
  kept: Members,
  answers: readonly Result[],
  texts: readonly string[],
  names: readonly string[] | undefined,
  fields: (result: Result, text: string) => object,
): Members {
  const members = new Map(kept)
  const byField = new Map<string, Record<string, unknown>>()
  for (const [index, answer] of answers.entries()) {
    const name = names?.[index]
    for (const [field, value] of Object.entries(fields(answer, texts[index]!))) {
      if (name !== undefined && field === 'text') setMember(members, name, JSON.stringify(value))
      else if (name === undefined || answers.length === 1) members.set(field, JSON.stringify(value))
      else byField.set(field, { ...byField.get(field), [name]: value })
    }
  }
  for (const [field, values] of byField) members.set(field, JSON.stringify(values))
  return members
}

/** The value of a field: a member, or what a path of members leads to (`a.b`). */
function memberAt(value: unknown, field: string): unknown {
  if (!isObject(value)) return undefined
  if (Object.hasOwn(value, field)) return value[field]
  for (let dot = field.indexOf('.'); dot >= 0; dot = field.indexOf('.', dot + 1)) {
    const name = field.slice(0, dot)
    const found = Object.hasOwn(value, name) ? memberAt(value[name], field.slice(dot + 1)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** How many strings of an object have a path: names may hold dots, and a nested name may stand twice. */
function timesIn(members: Members, field: string): number {
  return Array.from(stringsIn(objectOf(members))).filter(({ path }) => path === field).length
}

/** Replaces a field that is a string; what its members have around it stays as it is written. */
function setMember(members: Map<string, string>, field: string, json: string): void {
  if (members.has(field)) {
    members.set(field, json)
    return
  }
  for (const [name, written] of members) {
    if (!field.startsWith(`${name}.`)) continue
    const place = [...stringsIn(written)].find(({ path }) => `${name}.${path}` === field)
    if (place === undefined) continue
    members.set(name, written.slice(0, place.start) + json + written.slice(place.end))
    return
  }
}

/** Where a line stops being JSON, if the runtime says so. The runtime's own message would quote the line. */
function placeIn(error: unknown): string {
  const position = /\bposition (\d+)/.exec((error as Error).message)?.[1]
  return position === undefined ? '' : `, from character ${Number(position) + 1} on`
}

function refused(bytes: number, kept: Members, error: string): Job<never> {
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
 * The members of an object as written in its JSON, since JavaScript would round a number of more than 53
 * bits, and write 1.0 as 1. Of several members with one name the last counts, as in JSON.parse.
 *
 * @param json an object that JSON.parse accepts
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
        // White space inside may include carriage returns, which end a line for some readers.
        if (named) members.set(key, json.slice(start, at).trim().replaceAll('\r', ' '))
        named = false
        start = at + 1
      }
      if (character !== ',') depth--
    }
  }
  return members
}
