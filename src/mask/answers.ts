/** Puts the names back into an answer: into all strings of a whole one, and into the texts that events carry piece by piece. */
import { isObject } from '../check/kind.ts'
import { type ChunkRestorer, JsonRestorer } from '../markup/json-strings.ts'
import type { Redactor } from '../markup/redact.ts'
import { type Piece, readEvent } from './events.ts'
import type { Interface } from './interfaces.ts'

type Members = Record<string, unknown>

/** What an answer is to be read as. */
export interface Expected {
  readonly name: Interface['name']
  /** Whether the request wanted an answer in JSON: the names in it are written as JSON has them. */
  readonly jsonWords: boolean
}

/** Members whose strings are JSON. */
const JSON_MEMBERS: ReadonlySet<string> = new Set(['arguments', 'partial_json'])

/** Restores the strings of a value in place. What a provider signed stays as it signed it. */
export function restoreValue(value: unknown, redactor: Redactor, { jsonWords }: Expected): unknown {
  const restorer = redactor.restorer()
  const restore = (text: string): string => restorer.push(text) + restorer.end()
  const restoreJson = (text: string): string => {
    const strings = new JsonRestorer(() => restorer)
    return strings.push(text) + strings.end()
  }
  const visit = (one: unknown, member: string): unknown => {
    if (typeof one === 'string') {
      const json = JSON_MEMBERS.has(member) || (jsonWords && WORDS.has(member))
      return json ? restoreJson(one) : restore(one)
    }
    if (Array.isArray(one)) return one.map((item) => visit(item, member))
    if (!isObject(one) || isSigned(one)) return one
    return Object.fromEntries(Object.entries(one).map(([name, item]) => [restore(name), visit(item, name)]))
  }
  return visit(value, '')
}

/** Where an answer in JSON stands. */
const WORDS: ReadonlySet<string> = new Set(['content', 'text', 'response'])

function isSigned(value: Members): boolean {
  return (
    value['type'] === 'thinking' ||
    value['type'] === 'thinking_delta' ||
    value['type'] === 'web_search_tool_result'
  )
}

/** Restores the events of one stream, in their order. */
export class EventRestorer {
  readonly #redactor: Redactor
  readonly #expected: Expected
  /** What is kept back of texts that go on, by their keys. */
  readonly #open = new Map<string, { readonly restorer: ChunkRestorer; last: Piece }>()
  /** Events that were put in: the numbers of those after them grow by it. */
  #added = 0

  constructor(redactor: Redactor, expected: Expected) {
    this.#redactor = redactor
    this.#expected = expected
  }

  /** @returns the events in place of this one: the rests of texts that it ends, and itself */
  push(event: unknown): Members[] {
    if (!isObject(event)) return []
    const { pieces, ends, restBefore } = readEvent(this.#expected.name, event, this.#expected.jsonWords)
    const texts = pieces.map((piece) => {
      const restorer = this.#open.get(piece.key)?.restorer ?? this.#begin(piece)
      this.#open.set(piece.key, { restorer, last: piece })
      const text = restorer.push(piece.holder[piece.member] as string)
      if (restBefore || !ends(piece.key)) return text
      this.#open.delete(piece.key)
      return text + restorer.end()
    })
    const before = this.#rests(ends, event['sequence_number'])
    for (const { holder, member } of pieces) holder[member] = ''
    // The other strings of the event are whole; the pieces, empty by now, are written after them.
    const restored = restoreValue(event, this.#redactor, this.#expected) as Members
    const written = readEvent(this.#expected.name, restored, this.#expected.jsonWords).pieces
    written.forEach(({ holder, member }, index) => {
      holder[member] = texts[index]!
    })
    return [...before, this.#numbered(restored)]
  }

  /** @returns events with the rests of all texts, where a stream ends without saying so */
  end(): Members[] {
    return this.#rests(() => true)
  }

  #begin({ json }: Piece): ChunkRestorer {
    const restorer = (): ChunkRestorer => this.#redactor.restorer()
    return json ? new JsonRestorer(restorer) : restorer()
  }

  /** @param number  of the event that these come before */
  #rests(ends: (key: string) => boolean, number?: unknown): Members[] {
    const rests: Members[] = []
    for (const [key, { restorer, last }] of this.#open) {
      if (!ends(key)) continue
      this.#open.delete(key)
      const rest = restorer.end()
      if (rest === '') continue
      const event = last.alone(rest)
      rests.push(this.#numbered(typeof number === 'number' ? { ...event, sequence_number: number } : event))
      this.#added++
    }
    return rests
  }

  #numbered(event: Members): Members {
    const number = event['sequence_number']
    return typeof number === 'number' ? { ...event, sequence_number: number + this.#added } : event
  }
}
