/**
 * Takes names out of texts, and puts them back into what others write about these texts.
 *
 * A placeholder must never be confused with the words of a text. So a number is skipped if some text already
 * has it in a placeholder. And where a text contains a placeholder assigned earlier, those words are replaced
 * as well. Therefore restoring never changes a text's own words.
 */

import { checkOptions } from '../check/options.ts'
import { LiteralPlaceholders, LiteralRestorer } from './literal-placeholders.ts'
import { inOrder, type MarkedEntity } from './marked-text.ts'
import type { Name } from './name.ts'
import { Names } from './names.ts'
import type { Naming } from './naming.ts'
import { namingOf, type Placeholder, type RedactOptions, redactRows } from './redact-options.ts'
import { fromRedactorJson, type RedactorJson, toRedactorJson } from './redactor-json.ts'
import { oneSpaced, unite, withoutPossessive } from './replaced-spans.ts'
import {
  type RestoredAnswer,
  type Restorer,
  type RestoreStreamOptions,
  restoreWhole,
  streamOf,
} from './restore.ts'
import { titleBefore } from './titles.ts'

export type { PlaceholderFunction } from './names.ts'
export type { RedactOptions } from './redact-options.ts'
export type { NameJson, RedactorJson } from './redactor-json.ts'
export type { RestoredAnswer, RestoreReport, Restorer, RestoreStreamOptions } from './restore.ts'

/** A placeholder in a redacted text. */
export type RedactedPlace = MarkedEntity & {
  /** The placeholder as it is written there. */
  readonly text: string
}

/** A redacted text, and the way back. */
export interface Redaction {
  /** With placeholders in place of names. */
  readonly text: string
  /**
   * Where the placeholders are in it, with `text` being theirs; type TEXT stands for the text's own
   * lookalikes.
   */
  readonly placeholders: readonly RedactedPlace[]
  /** Where the replaced stretches were in the original text, in the same order. */
  readonly replaced: readonly {
    /** First UTF-16 code unit. */
    readonly start: number
    /** UTF-16 code unit after the last one. */
    readonly end: number
  }[]
  /**
   * Without an argument, the original text, to the letter. With an argument, that text with every placeholder
   * of this redaction, where it is written exactly as assigned, replaced by what it stands for. Everything
   * else stays, including placeholders of other redactions.
   *
   * @throws {RangeError} if a placeholder stands for several names, or was in the text itself: use 'numbered'
   */
  restore(edited?: string): string
  /**
   * An answer about the redacted text, with its names restored. Numbered placeholders are also recognized as
   * language models write them: `PER_1`, `[PER 1]`, `\[PER\_1\]`, `[Per_1]`. What is ambiguous stays and is
   * reported.
   *
   * @throws {RangeError} as for `restore`
   */
  restoreAnswer(answer: string): RestoredAnswer
  /**
   * `restoreAnswer` for an answer in chunks, which may end within a placeholder; passes on at once what is
   * settled.
   */
  restoreStream(options?: RestoreStreamOptions): TransformStream<string, string>
}

/**
 * Replaces the entities of a text by placeholders. Overlapping entities are replaced as one, and a possessive
 * `'s` of a person stays outside. A name that was not found stays: the README says what a model misses.
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
  return new Redactor(options).redact(text, entities)
}

/**
 * A redactor that remembers names from text to text. Its memory grows with the number of different names, and
 * with the texts' own words that look like numbered placeholders, up to 100,000 of these.
 *
 * @throws {TypeError} {RangeError} for an option that is not allowed
 *
 * @example
 * const redactor = createRedactor({ placeholder: 'numbered' })
 * const redacted = [text, text].map((one) => redactor.redact(one, entities).text)
 */
export function createRedactor(options: RedactOptions = {}): Redactor {
  return new Redactor(options)
}

/**
 * Redacts texts that belong together (a mail and its answers, the lines of a stream): a name has one number
 * in all.
 */
export class Redactor {
  readonly #labels: readonly string[] | undefined
  readonly #wanted: ReadonlySet<string> | undefined
  readonly #placeholder: Placeholder
  readonly #aliases: boolean
  readonly #never: ReadonlySet<string>
  readonly #names: Naming
  /** For all texts, if placeholders are not numbered. */
  readonly #literal = new LiteralPlaceholders()

  constructor(options: RedactOptions = {}) {
    const {
      labels,
      placeholder = 'type',
      aliases = false,
      never = [],
      standIns,
    } = checkOptions<RedactOptions>(options, redactRows)
    this.#labels = labels
    this.#wanted = labels === undefined ? undefined : new Set(labels)
    this.#placeholder = placeholder
    this.#aliases = aliases
    this.#never = new Set(never.map(oneSpaced))
    this.#names = namingOf(placeholder, aliases, standIns)
  }

  /**
   * Restores a redactor from what `toJSON` saved, as an object or as text: for the next turn, or on another
   * server.
   *
   * @param options  what is not saved with the names
   * @throws {TypeError} {RangeError} for what no redactor saved
   *
   * @example
   * const redactor = Redactor.from(JSON.parse(JSON.stringify(createRedactor({ placeholder: 'numbered' }))))
   */
  static from(json: unknown, options: Pick<RedactOptions, 'never' | 'standIns'> = {}): Redactor {
    const { placeholder = 'numbered', labels, aliases, names, reserved, reservedTo } = fromRedactorJson(json)
    const redactor = new Redactor({
      ...options,
      placeholder,
      ...(labels === undefined ? {} : { labels }),
      ...(aliases === undefined ? {} : { aliases }),
    })
    for (const name of names) redactor.#names.restoreName(name)
    for (const one of reserved) redactor.#names.addReserved(one)
    if (reservedTo !== undefined && redactor.#names instanceof Names) redactor.#names.reserveTo(reservedTo)
    return redactor
  }

  /**
   * Everything the redactor knows, names included, for `Redactor.from`; `JSON.stringify` calls it.
   *
   * @throws {RangeError} if placeholders are not numbered, since others cannot be restored in every text
   */
  toJSON(): RedactorJson {
    if (!this.#isKey)
      throw new RangeError("Only a redactor with placeholder: 'numbered' or 'fake' can be saved")
    const { names, reserved, reservedTo } = this.#names.save()
    return toRedactorJson(names, {
      ...(this.#placeholder === 'fake' ? { placeholder: 'fake' } : {}),
      ...(this.#labels === undefined ? {} : { labels: [...this.#labels] }),
      ...(this.#aliases ? { aliases: true } : {}),
      ...(reserved.size === 0 ? {} : { reserved: [...reserved] }),
      ...(reservedTo === undefined ? {} : { reservedTo }),
    })
  }

  /** Redacts one more text; names of earlier texts keep their numbers. */
  redact(text: string, entities: readonly MarkedEntity[]): Redaction {
    const wanted = inOrder(text, entities).filter(({ type }) => this.#wanted?.has(type) ?? true)
    const names = wanted.map((entity) => withoutPossessive(text, entity))
    const hidden = names.filter(({ start, end }) => !this.#never.has(oneSpaced(text.slice(start, end))))
    const found = this.#names.read(text, unite(hidden))
    for (const { type, start, end } of found) {
      this.#names.learn(type, text.slice(start, end), titleBefore(text, start))
    }
    const spans = this.#withOwnPlaceholders(text, found)
    const here = new Map<string, Name>()
    const literal = new LiteralPlaceholders()
    const placeholders: RedactedPlace[] = []
    let redacted = ''
    let at = 0
    for (const { type, start, end, score } of spans) {
      const written = text.slice(start, end)
      const name =
        type === undefined
          ? this.#names.nameOfOwn(written)
          : this.#names.nameOf(
              { type, text: written, start, end, score: score ?? 1 },
              titleBefore(text, start),
            )
      redacted += text.slice(at, start)
      at = end
      const place = { type: name.type, text: name.placeholder, start: redacted.length }
      redacted += name.placeholder
      placeholders.push({ ...place, end: redacted.length, ...(score === undefined ? {} : { score }) })
      here.set(name.key, name)
      for (const one of this.#isKey ? [] : [literal, this.#literal]) one.add(name)
    }
    redacted += text.slice(at)
    if (!this.#isKey) this.#findForeign(literal, redacted, placeholders)
    this.#names.check(text, redacted)
    const restorer = (exact: boolean): Restorer =>
      this.#isKey ? this.#names.restorer(exact, here.values()) : new LiteralRestorer(literal)
    return {
      text: redacted,
      placeholders,
      replaced: spans.map(({ start, end }) => ({ start, end })),
      restore: (edited) => (edited === undefined ? text : restoreWhole(restorer(true), edited).text),
      restoreAnswer: (answer) => restoreWhole(restorer(false), answer),
      restoreStream: (options) => streamOf(restorer(false), options),
    }
  }

  /** Like `Redaction.restore`, for the placeholders of all texts so far. */
  restore(edited: string): string {
    return restoreWhole(this.#restorer(true), edited).text
  }

  /** Like `Redaction.restoreAnswer`, for the placeholders of all texts so far. */
  restoreAnswer(answer: string): RestoredAnswer {
    return restoreWhole(this.#restorer(false), answer)
  }

  /** Like `Redaction.restoreStream`, for the placeholders of all texts so far. */
  restoreStream(options?: RestoreStreamOptions): TransformStream<string, string> {
    return streamOf(this.#restorer(false), options)
  }

  /**
   * What `restoreStream` does, for a caller that gets chunks one by one: `push` returns what is settled, `end` the rest.
   *
   * @example
   * createRedactor({ placeholder: 'numbered' }).restorer().push('Dear [PER') // 'Dear ', since the rest may go on as [PER_1]
   */
  restorer(): Restorer {
    return this.#restorer(false)
  }

  /** Whether each name has a placeholder of its own, which no text has itself. */
  get #isKey(): boolean {
    return this.#placeholder === 'numbered' || this.#placeholder === 'fake'
  }

  #restorer(exact: boolean): Restorer {
    return this.#isKey ? this.#names.restorer(exact) : new LiteralRestorer(this.#literal)
  }

  /** Placeholders without a number may occur in the text itself and then cannot be restored. */
  #findForeign(literal: LiteralPlaceholders, redacted: string, placeholders: readonly RedactedPlace[]): void {
    const starts = placeholders.map(({ start }) => start)
    literal.findForeign(redacted, starts)
    this.#literal.findForeign(redacted, starts)
    if (this.#placeholder === 'type') this.#literal.foresee(redacted, starts)
  }

  /**
   * Entities, and between them, without a type, the text's own words that look like assigned placeholders.
   */
  #withOwnPlaceholders(text: string, entities: readonly MarkedEntity[]): Span[] {
    const spans: Span[] = []
    let at = 0
    const end: MarkedEntity = { type: '', start: text.length, end: text.length }
    for (const entity of [...entities, end]) {
      const gap = text.slice(at, entity.start)
      for (const own of this.#names.reserve(gap)) spans.push({ start: at + own.start, end: at + own.end })
      if (entity !== end) spans.push(entity)
      at = entity.end
    }
    return spans
  }
}

/** The type is undefined for a text's own placeholder. */
type Span = Omit<MarkedEntity, 'type'> & { readonly type?: string }
