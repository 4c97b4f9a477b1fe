/**
 * The Unicode normalization forms (UAX 15), as the Rust library has them. They change only characters of the
 * Unicode version that the library knows; newer ones stay as they are. The results come from the runtime, and
 * are the same in all of them: once a character is assigned, its normalization never changes (Unicode's
 * stability policy).
 */

import { letterTables } from '../character-tables.ts'
import type { Normalizer } from '../steps.ts'
import type { NormalizedText } from '../text-with-offsets.ts'
import { CodePointSet } from '../unicode.ts'
import { decomposedRuns } from './decomposed-tables.ts'

export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

/** Code points below this have no decomposition, and are never the second of two characters that compose. */
const FIRST_DECOMPOSED = 0xa0
const FIRST_COMPOSING = 0x300

/**
 * Code points in progress: each with its rank among marks (0: a starter), and the number of source code
 * points it consumes.
 */
interface Run {
  codes: number[]
  ranks: number[]
  /** 0: inserted after another; 1: stands for one; more: composed of as many. */
  used: number[]
}

/** A normalization form. Needs the letter tables, for the order of marks. */
export class NormalizationForm implements Normalizer {
  readonly #form: Form
  readonly #decomposed = new CodePointSet(decomposedRuns)
  readonly #markRanks = letterTables().markRanks
  /** The decompositions of code points met so far. */
  readonly #known = new Map<number, readonly number[]>()

  constructor(form: Form) {
    this.#form = form
  }

  /**
   * Places are those of the library: consecutive, with a composed character at the place of its first part.
   */
  normalize(source: NormalizedText, from: number, to: number): NormalizedText {
    const made = source.derive(from, to)
    let run = this.#decompose(source.codePoints, from, to, made)
    if (this.#form === 'NFC' || this.#form === 'NFKC') run = this.#compose(run)
    const { codes, used } = run
    let place = from
    for (let index = 0; index < codes.length; index++) {
      const at = used[index]! > 0 ? place : Math.max(from, place - 1)
      made.push(codes[index]!, source.starts[at]!, source.ends[at]!)
      place += used[index]!
    }
    return made
  }

  #decompose(codePoints: Int32Array, from: number, to: number, made: NormalizedText): Run {
    const run: Run = { codes: [], ranks: [], used: [] }
    const marks = new MarkSorter(run)
    let count = 0
    for (let index = from; index < to; index++) {
      const code = codePoints[index]!
      const parts = this.#partsOf(code)
      count += parts?.length ?? 1
      made.hold(count)
      if (parts === undefined) marks.push(code, this.#rankOf(code), 1)
      else
        for (const [number, part] of parts.entries())
          marks.push(part, this.#rankOf(part), number === 0 ? 1 : 0)
    }
    marks.flush()
    return run
  }

  #rankOf(code: number): number {
    return code < FIRST_COMPOSING ? 0 : (this.#markRanks.get(code) ?? 0)
  }

  /** Undefined for a code point that does not decompose. */
  #partsOf(code: number): readonly number[] | undefined {
    if (code < FIRST_DECOMPOSED || !this.#decomposed.has(code)) return undefined
    let parts = this.#known.get(code)
    if (parts === undefined) {
      const form = this.#form === 'NFC' || this.#form === 'NFD' ? 'NFD' : 'NFKD'
      parts = Array.from(String.fromCodePoint(code).normalize(form), (part) => part.codePointAt(0)!)
      this.#known.set(code, parts)
    }
    return parts
  }

  /** A starter absorbs what follows it, unless a mark of the same or a higher rank is in between. */
  #compose({ codes, ranks, used }: Run): Run {
    const made: Run = { codes: [], ranks: [], used: [] }
    let starter = -1
    for (let index = 0; index < codes.length; index++) {
      const [code, rank, uses] = [codes[index]!, ranks[index]!, used[index]!]
      const between = starter >= 0 && made.codes.length > starter + 1
      if (starter >= 0 && (!between || made.ranks.at(-1)! < rank)) {
        const composed = this.#pair(made.codes[starter]!, code)
        if (composed !== undefined) {
          made.codes[starter] = composed
          made.used[starter]! += uses
          continue
        }
      }
      if (rank === 0) starter = made.codes.length
      made.codes.push(code)
      made.ranks.push(rank)
      made.used.push(uses)
    }
    return made
  }

  #pair(first: number, second: number): number | undefined {
    if (second < FIRST_COMPOSING) return undefined
    const text = String.fromCodePoint(first, second).normalize('NFC')
    const code = text.codePointAt(0)!
    return text.length === (code > 0xffff ? 2 : 1) && this.#decomposed.has(code) ? code : undefined
  }
}

/** Sorts the marks between two starters by rank: a counting sort, linear in their number. */
class MarkSorter {
  readonly #run: Run
  #marks: { code: number; uses: number }[][] = []

  constructor(run: Run) {
    this.#run = run
  }

  push(code: number, rank: number, uses: number): void {
    if (rank > 0) {
      this.#marks[rank] ??= []
      this.#marks[rank].push({ code, uses })
      return
    }
    this.flush()
    this.#add(code, 0, uses)
  }

  flush(): void {
    if (this.#marks.length === 0) return
    this.#marks.forEach((marks, rank) => {
      for (const { code, uses } of marks) this.#add(code, rank, uses)
    })
    this.#marks = []
  }

  #add(code: number, rank: number, uses: number): void {
    this.#run.codes.push(code)
    this.#run.ranks.push(rank)
    this.#run.used.push(uses)
  }
}
