/**
 * Replaces the placeholders in a text about a redacted one by the names they stand for. The text may come in
 * chunks that end anywhere. What can no longer become a placeholder is passed on at once; what still can is
 * held back, and is never longer than the longest spelling of a placeholder.
 */
import { requireString } from '../check/kind.ts'
import type { Rows } from '../check/option-rows.ts'
import { checkOptions } from '../check/options.ts'
import { LooseSpellings } from './loose-spellings.ts'
import type { Name } from './name.ts'
import {
  looksNumbered,
  parseSpelling,
  type Spelling,
  SpellingBeginnings,
  spellingsIn,
} from './placeholders.ts'

/** What became of the placeholders of an answer. */
export interface RestoreReport {
  /** Placeholders that were replaced, in the order of their first occurrence. */
  readonly restored: readonly string[]
  /** Looks like a placeholder that was never assigned: a model made it up. It stays. */
  readonly unknown: readonly string[]
  /**
   * What may be meant as a placeholder, or not (`per_1`, `PER1` or `PER-1` without brackets, `(PER 1)`, full-width signs); it stays.
   */
  readonly unsure: readonly string[]
  /** Placeholders that were assigned but do not occur in the answer. */
  readonly unseen: readonly string[]
}

/** An answer with its names restored, and what became of its placeholders. */
export interface RestoredAnswer extends RestoreReport {
  /** The answer, with names in place of the restored placeholders. */
  readonly text: string
}

/** Replaces placeholders in a text that comes in chunks. */
export interface Restorer {
  /**
   * @returns what is settled so far and has not been returned yet
   */
  push(chunk: string): string
  /** @returns the rest; what is pushed then is another text, and the report is of both */
  end(): string
  /** What became of the placeholders so far. */
  report(): RestoreReport
}

/** Finds placeholders that occur in the texts themselves. */
export interface ReservedKeys {
  isReserved(key: string, number: number): boolean
}

/**
 * Restores numbered placeholders in any unambiguous spelling: with brackets all of them, without brackets
 * only the exact one (`PER_1`).
 */
export class NumberedRestorer implements Restorer {
  readonly #names: ReadonlyMap<string, Name>
  readonly #reserved: ReservedKeys
  readonly #types: ReadonlySet<string>
  readonly #exact: boolean
  readonly #restored = new Set<string>()
  readonly #unknown = new Set<string>()
  readonly #unsure = new Set<string>()
  readonly #loose: LooseSpellings
  readonly #looselyWritten = new Set<string>()
  #beginnings: SpellingBeginnings | undefined
  /** The last character passed on: a word that continues does not begin here. */
  #before = ''
  #held = ''

  /**
   * @param names the names by key
   * @param exact whether to replace only exact spellings
   */
  constructor(names: ReadonlyMap<string, Name>, reserved: ReservedKeys, exact: boolean) {
    this.#names = names
    this.#reserved = reserved
    this.#exact = exact
    // Only inexact spellings need them.
    this.#types = new Set(exact ? [] : [...names.keys()].map((key) => key.slice(0, key.lastIndexOf('_'))))
    const placeholders = exact ? [] : Array.from(names.values(), ({ placeholder }) => placeholder)
    this.#loose = new LooseSpellings(new Set(placeholders.map((one) => one.slice(1, one.lastIndexOf('_')))))
  }

  push(chunk: string): string {
    return this.#read(chunk, false)
  }

  end(): string {
    return this.#read('', true)
  }

  report(): RestoreReport {
    const all = [...this.#names.values()].map(({ placeholder }) => placeholder)
    return {
      restored: [...this.#restored],
      unknown: [...this.#unknown],
      unsure: [...this.#unsure, ...this.#looselyWritten],
      unseen: all.filter((placeholder) => !this.#restored.has(placeholder)),
    }
  }

  #read(chunk: string, ended: boolean): string {
    const from = this.#before.length
    const text = this.#before + this.#held + chunk
    this.#beginnings ??= new SpellingBeginnings(this.#types)
    const open = ended ? text.length : Math.max(from, this.#beginnings.startIn(text))
    let restored = ''
    let at = from
    for (const spelling of spellingsIn(text, from)) {
      if (spelling.start < at) continue
      // Within a bracket that may still close, say.
      if (spelling.start >= open) break
      const name = this.#nameOf(spelling, text.slice(spelling.start, spelling.end))
      if (name === undefined) continue
      this.#restored.add(name.placeholder)
      restored += this.#passed(text.slice(at, spelling.start), true) + name.forms[0]!
      at = spelling.end
    }
    this.#held = text.slice(open)
    this.#before = ended ? '' : lastCharacter(text.slice(0, open))
    return restored + this.#passed(text.slice(at, open), ended)
  }

  /** Text that stays, and what in it may be meant as a placeholder. */
  #passed(text: string, ended: boolean): string {
    for (const { inside, bare, written } of this.#loose.read(text, ended)) {
      const name = this.#names.get(parseSpelling(inside)!.key)
      if (name === undefined || this.#unsure.has(bare) || this.#unknown.has(written)) continue
      if (!this.#reserved.isReserved(name.key, name.number)) this.#looselyWritten.add(written)
    }
    return text
  }

  /** The name that a spelling certainly stands for. */
  #nameOf(spelling: Spelling, written: string): Name | undefined {
    const { key, type, number, inside, bracketed, word } = spelling
    const name = this.#names.get(key)
    if (this.#exact) return name?.placeholder === written ? name : undefined
    if (name !== undefined && (bracketed || name.placeholder === `[${inside}]`)) return name
    // What a text says itself is not a slip of the answer.
    if (this.#reserved.isReserved(key, number)) return undefined
    if (name !== undefined) this.#unsure.add(written)
    else if (!word && (this.#types.has(type) || looksNumbered(spelling))) {
      this.#unknown.add(bracketed ? written : `[${inside}]`)
    }
    return undefined
  }
}

/** The last character of a text, also where it is two units. */
export function lastCharacter(text: string): string {
  const last = text.slice(-2)
  return (last.codePointAt(0) ?? 0) > 0xffff ? last : text.slice(-1)
}

/** Restores a whole answer. */
export function restoreWhole(restorer: Restorer, answer: string): RestoredAnswer {
  requireString(answer, 'the text to restore')
  const text = restorer.push(answer) + restorer.end()
  return { text, ...restorer.report() }
}

/** Further options of a restoring stream. */
export interface RestoreStreamOptions {
  /** Called at the end with what became of the placeholders. */
  onReport?: (report: RestoreReport) => void
}

const rows: Rows<RestoreStreamOptions> = { onReport: { type: 'function' } }

/** A stream from strings to strings; a chunk may end within a placeholder. */
export function streamOf(
  restorer: Restorer,
  options: RestoreStreamOptions = {},
): TransformStream<string, string> {
  const { onReport } = checkOptions<RestoreStreamOptions>(options, rows)
  const pass = (restored: string, controller: TransformStreamDefaultController<string>): void => {
    if (restored !== '') controller.enqueue(restored)
  }
  return new TransformStream<string, string>({
    transform(chunk, controller) {
      requireString(chunk, 'a chunk of restoreStream()')
      pass(restorer.push(chunk), controller)
    },
    flush(controller) {
      pass(restorer.end(), controller)
      onReport?.(restorer.report())
    },
  })
}
