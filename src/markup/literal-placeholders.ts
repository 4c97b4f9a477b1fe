/**
 * Placeholders without a number. They are found only as written, and replaced only where they stand for a
 * single name.
 */
import type { Name } from './name.ts'
import type { RestoreReport, Restorer } from './restore.ts'

/** What a text may contain that could become a `[TYPE]` placeholder: brackets without digits inside. */
const FORESEEN = /\[[^[\]\d]{1,64}\]/gu

/** Placeholders and their names. */
export class LiteralPlaceholders {
  readonly #names = new Map<string, Name>()
  readonly #lengths = new Set<number>()
  readonly #firsts = new Set<number>()
  /** Texts' own words that could become the placeholder of a type. */
  readonly #foreseen = new Set<string>()
  #ambiguous: string | undefined

  get names(): ReadonlyMap<string, Name> {
    return this.#names
  }

  add(name: Name): void {
    const { placeholder } = name
    const known = this.#names.get(placeholder)
    if (known === undefined) {
      this.#names.set(placeholder, name)
      this.#lengths.add(placeholder.length)
      this.#firsts.add(placeholder.charCodeAt(0))
    }
    const foreign = placeholder === '' || this.#foreseen.has(placeholder)
    if (foreign || (known !== undefined && known !== name)) this.#ambiguous ??= placeholder
  }

  /**
   * Looks for placeholders that were already in the text.
   *
   * @param starts where the inserted placeholders begin
   */
  findForeign(redacted: string, starts: readonly number[]): void {
    let index = 0
    this.scan(redacted, true, (start, placeholder) => {
      if (start === starts[index]) index++
      else this.#ambiguous ??= placeholder
    })
  }

  /**
   * Remembers bracketed words of a text, in case their type comes later; other forms of placeholder are never
   * certain.
   */
  foresee(redacted: string, starts: readonly number[]): void {
    const put = new Set(starts)
    for (const { 0: one, index } of redacted.matchAll(FORESEEN)) if (!put.has(index)) this.#foreseen.add(one)
    for (const one of this.#names.keys()) if (one.replace(FORESEEN, '') !== '') this.#ambiguous ??= one
  }

  /**
   * @throws {RangeError} if a placeholder stands for several names or was in a text
   */
  check(): void {
    if (this.#ambiguous === undefined) return
    throw new RangeError(
      `The placeholder "${this.#ambiguous}" does not stand for one name alone, so only restore() without an argument is exact; use placeholder: 'numbered'`,
    )
  }

  /**
   * Calls `found` for each placeholder from left to right, the longest where several begin.
   *
   * @param ended false if the text goes on
   * @returns where an incomplete placeholder may begin; the text's length if there is none
   */
  scan(text: string, ended: boolean, found: (start: number, placeholder: string) => void): number {
    const lengths = [...this.#lengths].sort((a, b) => b - a)
    for (let at = 0; at < text.length; ) {
      if (!this.#firsts.has(text.charCodeAt(at))) {
        at++
        continue
      }
      if (!ended && text.length - at < lengths[0]! && this.#begins(text.slice(at))) return at
      const length = lengths.find((one) => this.#names.has(text.slice(at, at + one)))
      if (length !== undefined) found(at, text.slice(at, at + length))
      at += length ?? 1
    }
    return text.length
  }

  #begins(text: string): boolean {
    for (const one of this.#names.keys()) if (one.length > text.length && one.startsWith(text)) return true
    return false
  }
}

export class LiteralRestorer implements Restorer {
  readonly #placeholders: LiteralPlaceholders
  readonly #restored = new Set<string>()
  #held = ''

  /**
   * @throws {RangeError} if a placeholder stands for several names or was in a text
   */
  constructor(placeholders: LiteralPlaceholders) {
    placeholders.check()
    this.#placeholders = placeholders
  }

  push(chunk: string): string {
    return this.#read(chunk, false)
  }

  end(): string {
    return this.#read('', true)
  }

  report(): RestoreReport {
    const all = [...this.#placeholders.names.keys()]
    const unseen = all.filter((placeholder) => !this.#restored.has(placeholder))
    return { restored: [...this.#restored], unknown: [], unsure: [], unseen }
  }

  #read(chunk: string, ended: boolean): string {
    const text = this.#held + chunk
    let restored = ''
    let passed = 0
    const open = this.#placeholders.scan(text, ended, (start, placeholder) => {
      this.#restored.add(placeholder)
      restored += text.slice(passed, start) + this.#placeholders.names.get(placeholder)!.forms[0]!
      passed = start + placeholder.length
    })
    this.#held = text.slice(open)
    return restored + text.slice(passed, open)
  }
}
