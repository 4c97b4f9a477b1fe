/**
 * Placeholders without a number. They are found only as they are written, and replaced only where they stand for one name
 * alone.
 */
import type { Name } from './names.ts'
import type { RestoreReport, Restorer } from './restore.ts'

/** What a text may say and `[TYPE]` could be: in brackets, without digits. */
const FORESEEN = /\[[^[\]\d]{1,64}\]/gu

/** Placeholders and their names. */
export class LiteralPlaceholders {
  readonly #names = new Map<string, Name>()
  readonly #lengths = new Set<number>()
  readonly #firsts = new Set<number>()
  /** What texts say themselves that a type's placeholder could be. */
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
   * Looks for placeholders that a redacted text said itself.
   *
   * @param starts where those stand that were put in
   */
  findForeign(redacted: string, starts: readonly number[]): void {
    let index = 0
    this.scan(redacted, true, (start, placeholder) => {
      if (start === starts[index]) index++
      else this.#ambiguous ??= placeholder
    })
  }

  /** Remembers what a text says that `[TYPE]` could be, should such a type come; a placeholder of another form is never certain. */
  foresee(redacted: string, starts: readonly number[]): void {
    const put = new Set(starts)
    for (const { 0: one, index } of redacted.matchAll(FORESEEN)) if (!put.has(index)) this.#foreseen.add(one)
    for (const one of this.#names.keys()) if (one.replace(FORESEEN, '') !== '') this.#ambiguous ??= one
  }

  /** @throws {RangeError} where a placeholder does not stand for one name alone */
  check(): void {
    if (this.#ambiguous === undefined) return
    throw new RangeError(
      `The placeholder "${this.#ambiguous}" does not stand for one name alone, so only restore() without an argument is exact; use placeholder: 'numbered'`,
    )
  }

  /**
   * Calls `found` for each placeholder from left to right, the longest where several begin.
   *
   * @param ended false: a text that goes on
   * @returns where a placeholder may begin that is not whole yet; the text's length where none may
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

  /** @throws {RangeError} where a placeholder does not stand for one name alone */
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
