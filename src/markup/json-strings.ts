/**
 * Changes the strings of a JSON text and leaves the rest of it as it is written: white space, the order of members, and
 * numbers of any length, which `JSON.parse` would round. The arguments of tools are such texts.
 */
import type { Restorer } from './restore.ts'

/** Restores a text that comes in chunks. */
export type ChunkRestorer = Pick<Restorer, 'push' | 'end'>

/**
 * @param text  valid JSON
 * @returns the text with each string, names of members too, as `change` has it
 */
export function mapJsonStrings(text: string, change: (written: string) => string): string {
  let mapped = ''
  let at = 0
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return mapped + text.slice(at)
    const { end } = restOfString(text, quote + 1)
    const quoted = text.slice(quote, end + 1)
    const written = JSON.parse(quoted) as string
    const changed = change(written)
    mapped += text.slice(at, quote) + (changed === written ? quoted : JSON.stringify(changed))
    at = end + 1
  }
}

/** Restores placeholders in the strings of a JSON text that comes in chunks; each string by a restorer of its own. */
export class JsonRestorer implements ChunkRestorer {
  readonly #restorer: () => ChunkRestorer
  /** Of the string that the text is in. */
  #inside: ChunkRestorer | undefined
  /** An escape of which the end is missing. */
  #cut = ''

  constructor(restorer: () => ChunkRestorer) {
    this.#restorer = restorer
  }

  push(chunk: string): string {
    const text = this.#cut + chunk
    this.#cut = ''
    let restored = ''
    let at = 0
    while (at < text.length) {
      if (this.#inside === undefined) {
        const quote = text.indexOf('"', at)
        const end = quote < 0 ? text.length : quote + 1
        restored += text.slice(at, end)
        if (quote >= 0) this.#inside = this.#restorer()
        at = end
        continue
      }
      const { end, closed, cut } = restOfString(text, at)
      restored += written(this.#inside.push(lettersOf(text.slice(at, end))))
      at = end
      if (closed) {
        restored += `${written(this.#inside.end())}"`
        this.#inside = undefined
        at++
      } else if (cut) {
        this.#cut = text.slice(end)
        at = text.length
      }
    }
    return restored
  }

  end(): string {
    const restored = this.#inside === undefined ? '' : written(this.#inside.end())
    const rest = restored + this.#cut
    this.#inside = undefined
    this.#cut = ''
    return rest
  }
}

/** The letters of a string, or of a part of it. What is no JSON, as a line break that is not escaped, is taken as it is. */
function lettersOf(written: string): string {
  try {
    return JSON.parse(`"${written}"`) as string
  } catch {
    return written
  }
}

/** How a string's letters stand in JSON. */
function written(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Where a string, or what there is of it, ends: before its quote, or before an escape that is cut. */
function restOfString(text: string, from: number): { end: number; closed: boolean; cut: boolean } {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '"') return { end: at, closed: true, cut: false }
    if (text[at] !== '\\') continue
    const last = at + (text[at + 1] === 'u' ? 5 : 1)
    if (last >= text.length) return { end: at, closed: false, cut: true }
    at = last
  }
  return { end: text.length, closed: false, cut: false }
}
