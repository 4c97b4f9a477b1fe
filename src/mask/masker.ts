/**
 * Masks the texts of one conversation. A name that was found in one of them is masked in all of them, wherever it stands
 * as a whole word: a model of names reads each text by itself, and may miss in one what it found in another.
 */
import type { Entity, TextOptions } from '../entities/types.ts'
import { OWN_TYPE } from '../markup/name.ts'
import type { Redactor } from '../markup/redact.ts'
import type { Recognizer } from '../recognizer.ts'
import { compileRules } from '../rules/compile-rules.ts'
import type { RuleSet } from '../rules/types.ts'

/** What finds the names: a recognizer, or what has its method `recognize`. */
export type Finder = Pick<Recognizer, 'recognizeAll'>

/** Longer stretches are no names that somebody says again. In UTF-16 units. */
const LONGEST_NAME = 100

export class Masker {
  readonly #ner: Finder
  readonly #redactor: Redactor
  readonly #options: TextOptions
  /** Of the texts of the last request: the next one of a conversation has them again. */
  #found = new Map<string, readonly Entity[]>()

  constructor(ner: Finder, redactor: Redactor, options: TextOptions) {
    this.#ner = ner
    this.#redactor = redactor
    this.#options = options
  }

  /** @returns the texts, names replaced, and whether there were any */
  async mask(texts: readonly string[], signal?: AbortSignal): Promise<{ masked: string[]; some: boolean }> {
    const found = await this.#find(texts, signal)
    const names = this.#namesIn(found)
    let some = false
    const masked = texts.map((text, index) => {
      const known = names?.find(text) ?? []
      const { text: redacted, placeholders } = this.#redactor.redact(text, [...found[index]!, ...known])
      some ||= placeholders.length > 0
      return redacted
    })
    return { masked, some }
  }

  async #find(texts: readonly string[], signal: AbortSignal | undefined): Promise<(readonly Entity[])[]> {
    // Another request may end meanwhile, and leave its own texts.
    const last = this.#found
    const unread = [...new Set(texts)].filter((text) => !last.has(text))
    const options = signal === undefined ? this.#options : { ...this.#options, signal }
    const answers = unread.length === 0 ? [] : await this.#ner.recognizeAll(unread, options)
    const fresh = new Map(unread.map((text, index) => [text, answers[index]!.entities]))
    const found = texts.map((text) => fresh.get(text) ?? last.get(text)!)
    this.#found = new Map(texts.map((text, index) => [text, found[index]!]))
    return found
  }

  /** A search for the names of all texts so far, those of these included. */
  #namesIn(found: readonly (readonly Entity[])[]): RuleSet | undefined {
    const byType = new Map<string, Set<string>>()
    const add = (type: string, name: string): void => {
      if (name.length < 2 || name.length > LONGEST_NAME || type === OWN_TYPE) return
      const names = byType.get(type)
      if (names === undefined) byType.set(type, new Set([name]))
      else names.add(name)
    }
    for (const { type, forms } of this.#redactor.toJSON().names) for (const form of forms) add(type, form)
    for (const entities of found) for (const { type, text } of entities) add(type, text)
    if (byType.size === 0) return undefined
    return compileRules([...byType].map(([type, phrases]) => ({ type, phrases })))
  }
}
