/**
 * The steps of the BERT normalizer that change letters: stripping accents, then lowering the case. Cased
 * models use neither.
 */
import type { NormalizedText } from '../text-with-offsets.ts'
import { characterTraits, HAS_ACCENT, HAS_LOWERCASE, IS_MARK } from '../unicode.ts'
import { type LetterTables, stripAccents as withoutAccents } from './letters.ts'

export { decodeLetters } from './letters.ts'
export { wordRuns } from './word-tables.ts'

/** The one letter whose lower case has two code points: i and the dot above. */
const DOTTED_CAPITAL_I = 0x130
const DOT_ABOVE = 0x307

/** Takes code points one by one, each with its place in the source, and passes on the result. */
export interface LetterSteps {
  push(code: number, start: number, end: number): void
  /** Passes on what was held back; must be called at the end. */
  flush(): void
}

/** Which letters change. */
export interface LetterSettings {
  readonly lowercase: boolean
  readonly stripAccents: boolean
}

/** Makes the required steps, at least one; `output` receives the result. */
export function makeLetterSteps(
  letters: LetterTables,
  output: Pick<NormalizedText, 'push'>,
  { lowercase, stripAccents }: LetterSettings,
): LetterSteps {
  if (!stripAccents) return new Lowercase(output, letters)
  return new AccentStripper(lowercase ? new Lowercase(output, letters) : output, letters)
}

/** The last step: lower-casing, code point by code point. */
class Lowercase implements LetterSteps {
  readonly #normalized: Pick<NormalizedText, 'push'>
  readonly #traits = characterTraits()
  readonly #lowercase: ReadonlyMap<number, number>

  constructor(normalized: Pick<NormalizedText, 'push'>, { lowercase }: LetterTables) {
    this.#normalized = normalized
    this.#lowercase = lowercase
  }

  push(code: number, start: number, end: number): void {
    if ((this.#traits[code]! & HAS_LOWERCASE) === 0) {
      this.#normalized.push(code, start, end)
      return
    }
    this.#normalized.push(this.#lowercase.get(code)!, start, end)
    if (code === DOTTED_CAPITAL_I) this.#normalized.push(DOT_ABOVE, start, end)
  }

  flush(): void {}
}

/**
 * NFD without nonspacing marks. Almost every mark is nonspacing and goes, but some combining marks are not (viramas and
 * tone marks that take space, musical stems, marks younger than the library's tables), so canonical ordering still
 * shows: a run of marks is held until the next starter, then sorted by combining class. The library gives places back
 * by position: the k-th code point of a run that is not an inserted one stands where the k-th mark of the source stood.
 */
class AccentStripper implements LetterSteps {
  readonly #output: Pick<NormalizedText, 'push'>
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

  constructor(output: Pick<NormalizedText, 'push'>, letters: LetterTables) {
    this.#output = output
    this.#letters = letters
  }

  push(code: number, start: number, end: number): void {
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
      this.#output.push(code, start, end)
      return
    }
    for (const part of withoutAccents(code, this.#letters)) {
      if (this.#traits[part]! & IS_MARK) this.#hold(part, this.#letters.markRanks.get(part)!, true)
      else this.#output.push(part, start, end)
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
        if (code >= 0) this.#output.push(code, this.#starts[place]!, this.#ends[place]!)
      }
    }
  }
}
