/**
 * The BERT normaliser (BertNormalizer of the Rust tokenizers library): clean, set ideographs apart, strip accents, lower
 * the case. Each code point it makes carries the place in the source text it came from, so nothing is ever searched for.
 */

import type { Normalizer } from './steps.ts'
import { NormalizedText } from './text-with-offsets.ts'
import {
  CLASS,
  characterTraits,
  DELETED,
  HAS_ACCENT,
  HAS_LOWERCASE,
  IDEOGRAPH,
  IS_MARK,
  type LetterTables,
  letterTables,
  SPACE,
  stripAccents,
} from './unicode.ts'

export interface NormalizerSettings {
  /** Delete control characters, make every white space a space. */
  readonly cleanText: boolean
  /** Set spaces round each ideograph. */
  readonly chineseCharacters: boolean
  /** NFD, then drop nonspacing marks. */
  readonly stripAccents: boolean
  readonly lowercase: boolean
}

const SPACE_CODE = 0x20
/** The one letter whose lower case has two code points: i and the dot above. */
const DOTTED_CAPITAL_I = 0x130
const DOT_ABOVE = 0x307

/**
 * Normalises `source[from, to)`. Follows the library where it is odd: U+000B, U+000C and U+0085 are deleted, not made
 * spaces; case is lowered code point by code point, without the final sigma.
 */
export function normalize(
  source: NormalizedText,
  from: number,
  to: number,
  settings: NormalizerSettings,
): NormalizedText {
  const traits = characterTraits()
  const normalized = new NormalizedText(to - from + 16)
  const output = new Output(normalized, settings.lowercase ? letterTables().lowercase : undefined)
  const stripper = settings.stripAccents ? new AccentStripper(output, letterTables()) : undefined
  const next = stripper ?? output

  for (let index = from; index < to; index++) {
    let code = source.codePoints[index]!
    const start = source.starts[index]!
    const end = source.ends[index]!
    const kind = traits[code]! & CLASS
    if (settings.cleanText) {
      if (kind === DELETED) continue
      if (kind === SPACE) code = SPACE_CODE
    }
    const apart = settings.chineseCharacters && kind === IDEOGRAPH
    if (apart) next.add(SPACE_CODE, start, end)
    next.add(code, start, end)
    if (apart) next.add(SPACE_CODE, start, end)
  }
  stripper?.flush()
  return normalized
}

export function bertNormalizer(settings: NormalizerSettings): Normalizer {
  return { normalize: (source, from, to) => normalize(source, from, to, settings) }
}

/** The last step: lower-casing, code point by code point. */
class Output {
  readonly #normalized: NormalizedText
  readonly #traits = characterTraits()
  readonly #lowercase: ReadonlyMap<number, number> | undefined

  constructor(normalized: NormalizedText, lowercase: ReadonlyMap<number, number> | undefined) {
    this.#normalized = normalized
    this.#lowercase = lowercase
  }

  add(code: number, start: number, end: number): void {
    if (this.#lowercase === undefined || (this.#traits[code]! & HAS_LOWERCASE) === 0) {
      this.#normalized.push(code, start, end)
      return
    }
    this.#normalized.push(this.#lowercase.get(code)!, start, end)
    if (code === DOTTED_CAPITAL_I) this.#normalized.push(DOT_ABOVE, start, end)
  }
}

/**
 * NFD without nonspacing marks. Almost every mark is nonspacing and goes, but some combining marks are not (viramas and
 * tone marks that take space, musical stems, marks younger than the library's tables), so canonical ordering still
 * shows: a run of marks is held until the next starter, then sorted by combining class. The library gives places back
 * by position: the k-th code point of a run that is not an inserted one stands where the k-th mark of the source stood.
 */
class AccentStripper {
  readonly #output: Output
  readonly #traits = characterTraits()
  readonly #letters: LetterTables
  /** The run of marks since the last starter: code points, -1 where dropped; ranks; whether it was inserted by NFD. */
  #codes: number[] = []
  #ranks: number[] = []
  #inserted: boolean[] = []
  /** Source ranges of the marks that were not inserted, in source order, after that of the starter before the run. */
  #starts: number[] = [0]
  #ends: number[] = [0]
  #kept = 0

  constructor(output: Output, letters: LetterTables) {
    this.#output = output
    this.#letters = letters
  }

  add(code: number, start: number, end: number): void {
    const trait = this.#traits[code]!
    if (trait & IS_MARK) {
      const dropped = (trait & HAS_ACCENT) !== 0
      this.#hold(dropped ? -1 : code, this.#letters.markRanks.get(code)!, false)
      this.#starts.push(start)
      this.#ends.push(end)
      return
    }
    this.flush()
    this.#starts[0] = start
    this.#ends[0] = end
    if ((trait & HAS_ACCENT) === 0) {
      this.#output.add(code, start, end)
      return
    }
    for (const part of stripAccents(code, this.#letters)) {
      if (this.#traits[part]! & IS_MARK) this.#hold(part, this.#letters.markRanks.get(part)!, true)
      else this.#output.add(part, start, end)
    }
  }

  /** Ends the run of marks. */
  flush(): void {
    if (this.#codes.length === 0) return
    if (this.#kept > 0) this.#sortAndAdd()
    this.#codes = []
    this.#ranks = []
    this.#inserted = []
    this.#starts.length = 1
    this.#ends.length = 1
    this.#kept = 0
  }

  #hold(code: number, rank: number, inserted: boolean): void {
    this.#codes.push(code)
    this.#ranks.push(rank)
    this.#inserted.push(inserted)
    if (code >= 0) this.#kept++
  }

  /** Ranks are few: a counting sort, which is stable and linear however long the run. */
  #sortAndAdd(): void {
    const byRank: number[][] = []
    for (let index = 0; index < this.#codes.length; index++) {
      const rank = this.#ranks[index]!
      byRank[rank] ??= []
      byRank[rank].push(index)
    }
    let place = 0
    for (const indices of byRank) {
      for (const index of indices ?? []) {
        if (!this.#inserted[index]) place++
        const code = this.#codes[index]!
        if (code >= 0) this.#output.add(code, this.#starts[place]!, this.#ends[place]!)
      }
    }
  }
}
