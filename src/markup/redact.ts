/**
 * Names taken out of a text, and put back.
 *
 * Placeholders have to be told from what the text itself says: one that the text already holds is passed over for the next
 * number, so restoring never touches the text's own words.
 */

import { type Checks, checkOptions, oneOf, texts } from '../check/options.ts'
import type { Entity } from '../entities/types.ts'
import { inOrder, type MarkedEntity } from './marked-text.ts'

/** Makes the placeholder of a name that is met for the first time; the number counts the names of its type from 1. */
export type PlaceholderFunction = (entity: Entity, number: number) => string

/** What is taken out, and what stands for it. */
export interface RedactOptions {
  /** Types to take out; default all. */
  labels?: readonly string[]
  /**
   * `'type'` (default): `[PER]`. `'numbered'`: `[PER_1]`, the same text of the same type always with the same number. A
   * function: what it returns, asked once a name; it should differ from name to name, by the number, where edited text is
   * to be restored.
   */
  placeholder?: 'type' | 'numbered' | PlaceholderFunction
}

/** A text without its names, and the way back. */
export interface Redaction {
  /** With placeholders in place of names. */
  readonly text: string
  /**
   * Without an argument, the text that was redacted, to the letter. With an argument, that text with every placeholder of
   * this redaction replaced by what it stands for: an answer that was written about the redacted text, say. Everything else
   * stays, placeholders that this redaction did not make too.
   *
   * @throws {RangeError} where a placeholder stands for several names, or the text itself held it: use 'numbered'
   */
  restore(edited?: string): string
}

/** Redacts texts that belong together, a mail and its answers or the lines of a stream: one name has one number in all. */
export interface Redactor {
  /** Takes the names of one more text out; those that came before keep their numbers. */
  redact(text: string, entities: readonly MarkedEntity[]): Redaction
  /** Replaces the placeholders of all texts so far, as `Redaction.restore` does those of one. */
  restore(edited: string): string
}

const checks: Checks<RedactOptions> = {
  labels: texts,
  placeholder(value, name) {
    if (typeof value !== 'function') oneOf(['type', 'numbered'])(value, name)
  },
}

/**
 * Replaces the entities of a text by placeholders. What overlaps is replaced as one; a name that was not found stays: see
 * the README for what a model misses.
 *
 * @throws {RangeError} for an entity that does not lie in the text
 *
 * @example
 * redact('Ana left.', [{ type: 'PER', start: 0, end: 3 }]).text // '[PER] left.'
 * redact('Ana left.', [{ type: 'PER', start: 0, end: 3 }]).restore('Where is [PER]?') // 'Where is Ana?'
 */
export function redact(
  text: string,
  entities: readonly MarkedEntity[],
  options: RedactOptions = {},
): Redaction {
  return createRedactor(options).redact(text, entities)
}

/**
 * A redactor that remembers names from text to text; its memory grows with the different names.
 *
 * @throws {TypeError} {RangeError} for an option that is not allowed
 *
 * @example
 * const redactor = createRedactor({ placeholder: 'numbered' })
 * const redacted = [text, text].map((one) => redactor.redact(one, entities).text)
 */
export function createRedactor(options: RedactOptions = {}): Redactor {
  const { labels, placeholder = 'type' } = checkOptions(options, checks)
  const wanted = labels === undefined ? undefined : new Set(labels)
  const names = new Names(placeholder)
  const everything = new Replacements()
  return {
    redact(text, entities) {
      const spans = unite(inOrder(text, entities).filter(({ type }) => wanted?.has(type) ?? true))
      const own = names.bracketedIn(text)
      const here = new Replacements()
      let redacted = ''
      let at = 0
      for (const { type, start, end, score } of spans) {
        const name = text.slice(start, end)
        const mark = names.placeholderOf({ type, text: name, start, end, score: score ?? 1 }, own)
        redacted += text.slice(at, start) + mark
        here.add(mark, name)
        everything.add(mark, name)
        at = end
        here.place(redacted.length - mark.length)
      }
      redacted += text.slice(at)
      return {
        text: redacted,
        restore(edited) {
          if (edited === undefined) return text
          here.check(redacted)
          return here.replace(edited)
        },
      }
    },
    restore(edited) {
      everything.check()
      return everything.replace(edited)
    },
  }
}

/** Overlapping entities as one, of the type of the first: nothing of any may stay. */
function unite(entities: readonly MarkedEntity[]): MarkedEntity[] {
  const united: MarkedEntity[] = []
  for (const entity of entities) {
    const last = united.at(-1)
    if (last === undefined || entity.start >= last.end) united.push(entity)
    else if (entity.end > last.end) united[united.length - 1] = { ...last, end: entity.end }
  }
  return united
}

/** The placeholders given out, by type and name. */
class Names {
  readonly #placeholder: 'type' | 'numbered' | PlaceholderFunction
  readonly #given = new Map<string, Map<string, string>>()
  readonly #last = new Map<string, number>()

  constructor(placeholder: 'type' | 'numbered' | PlaceholderFunction) {
    this.#placeholder = placeholder
  }

  /** What stands in brackets in a text and could be taken for a numbered placeholder. */
  bracketedIn(text: string): ReadonlySet<string> {
    if (this.#placeholder !== 'numbered') return new Set()
    return new Set(text.match(/\[[^[\]]+_\d+\]/gu))
  }

  /** @param own what the text holds itself, and a placeholder must not be */
  placeholderOf(entity: Entity, own: ReadonlySet<string>): string {
    const { type, text } = entity
    if (this.#placeholder === 'type') return `[${type}]`
    let given = this.#given.get(type)
    if (given === undefined) {
      given = new Map()
      this.#given.set(type, given)
    }
    let placeholder = given.get(text)
    while (placeholder === undefined || own.has(placeholder)) {
      const number = (this.#last.get(type) ?? 0) + 1
      this.#last.set(type, number)
      // A bracket within would make two of one placeholder.
      placeholder =
        this.#placeholder === 'numbered'
          ? `[${type.replace(/[[\]]/gu, '')}_${number}]`
          : String(this.#placeholder(entity, number))
      given.set(text, placeholder)
    }
    return placeholder
  }
}

/** Placeholders and what they stand for. */
class Replacements {
  readonly #names = new Map<string, string>()
  readonly #lengths = new Set<number>()
  readonly #first = new Set<number>()
  /** Where they were put in the redacted text. */
  readonly #places: number[] = []
  #ambiguous: string | undefined

  add(placeholder: string, name: string): void {
    const known = this.#names.get(placeholder)
    if (known === undefined) {
      this.#names.set(placeholder, name)
      this.#lengths.add(placeholder.length)
      this.#first.add(placeholder.charCodeAt(0))
    }
    if (placeholder === '' || (known !== undefined && known !== name)) this.#ambiguous ??= placeholder
  }

  place(start: number): void {
    this.#places.push(start)
  }

  /** @param redacted where the placeholders, and nothing else, must be what looks like one */
  check(redacted?: string): void {
    let wrong = this.#ambiguous
    if (wrong === undefined && redacted !== undefined) {
      let index = 0
      this.#scan(redacted, (start, placeholder) => {
        if (start !== this.#places[index++]) wrong ??= placeholder
      })
    }
    if (wrong === undefined) return
    throw new RangeError(
      `The placeholder "${wrong}" does not stand for one name alone, so only restore() without an argument is exact; use placeholder: 'numbered'`,
    )
  }

  replace(edited: string): string {
    let restored = ''
    let at = 0
    this.#scan(edited, (start, placeholder) => {
      restored += edited.slice(at, start) + this.#names.get(placeholder)!
      at = start + placeholder.length
    })
    return restored + edited.slice(at)
  }

  /** Calls `found` for each placeholder from left to right, the longest where several begin. */
  #scan(text: string, found: (start: number, placeholder: string) => void): void {
    const lengths = [...this.#lengths].sort((a, b) => b - a)
    for (let at = 0; at < text.length; ) {
      if (!this.#first.has(text.charCodeAt(at))) {
        at++
        continue
      }
      const length = lengths.find((one) => this.#names.has(text.slice(at, at + one)))
      if (length !== undefined) found(at, text.slice(at, at + length))
      at += length ?? 1
    }
  }
}
