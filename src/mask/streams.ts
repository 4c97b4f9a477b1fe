/** Streams of events: lines of JSON (NDJSON), or server-sent events (HTML Standard, 9.2), whose fields `data` are JSON. */
import { isObject } from '../check/kind.ts'
import type { EventRestorer } from './answers.ts'

type Members = Record<string, unknown>

/** How a stream is cut into events and written again. */
interface Form {
  /** @returns what stands in the new stream for a line, once that is known */
  line(text: string): string
  /** @returns what is left at the end */
  end(): string
}

/** The bytes of a stream of events, names in it again. */
export function restoredStream(
  kind: 'lines' | 'server-sent',
  restorer: EventRestorer,
): TransformStream<Uint8Array, Uint8Array> {
  const form: Form = kind === 'lines' ? new JsonLines(restorer) : new ServerSentEvents(restorer)
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let rest = ''
  /** A line ends in any of the three ways; after a `\r` at the end of a chunk a `\n` may come. */
  const read = (chunk: string): string => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()!
    return lines.map((line) => form.line(line)).join('')
  }
  return new TransformStream({
    transform(chunk, controller) {
      const text = read(decoder.decode(chunk, { stream: true }))
      if (text !== '') controller.enqueue(encoder.encode(text))
    },
    flush(controller) {
      const text = read(decoder.decode())
      controller.enqueue(encoder.encode(text + (rest === '' ? '' : form.line(rest)) + form.end()))
    },
  })
}

class JsonLines implements Form {
  readonly #restorer: EventRestorer

  constructor(restorer: EventRestorer) {
    this.#restorer = restorer
  }

  line(text: string): string {
    const event = parse(text)
    return event === undefined ? `${text}\n` : this.#written(this.#restorer.push(event))
  }

  end(): string {
    return this.#written(this.#restorer.end())
  }

  #written(events: readonly Members[]): string {
    return events.map((event) => `${JSON.stringify(event)}\n`).join('')
  }
}

class ServerSentEvents implements Form {
  readonly #restorer: EventRestorer
  /** Lines of the event that has not ended. */
  #lines: string[] = []
  /** Whether events have the field `event`, which then says what their member `type` says. */
  #named = false

  constructor(restorer: EventRestorer) {
    this.#restorer = restorer
  }

  line(text: string): string {
    if (text !== '') {
      this.#lines.push(text)
      return ''
    }
    const lines = this.#lines
    this.#lines = []
    return this.#event(lines)
  }

  end(): string {
    const rest = this.#lines.length === 0 ? '' : this.line('')
    return rest + this.#written(this.#restorer.end())
  }

  #event(lines: readonly string[]): string {
    const data = lines.flatMap((line) => /^data(?:: ?(.*))?$/s.exec(line)?.[1] ?? [])
    const others = lines.filter((line) => !/^(?:data|event)(?::|$)/.test(line))
    const event = parse(data.join('\n'))
    if (event === undefined) {
      // `[DONE]` ends what no event ended.
      const rests = data.includes('[DONE]') ? this.#written(this.#restorer.end()) : ''
      return `${rests}${lines.map((line) => `${line}\n`).join('')}\n`
    }
    this.#named = lines.some((line) => line.startsWith('event:'))
    return others.map((line) => `${line}\n`).join('') + this.#written(this.#restorer.push(event))
  }

  #written(events: readonly Members[]): string {
    const name = ({ type }: Members): string => (this.#named ? `event: ${type}\n` : '')
    return events.map((event) => `${name(event)}data: ${JSON.stringify(event)}\n\n`).join('')
  }
}

function parse(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}
