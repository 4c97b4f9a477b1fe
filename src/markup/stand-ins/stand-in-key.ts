/** What stands for what, and where it stands in a text. */
import { foldWord, inCaseOf, isLetterAt, type TextWord, withoutGenitive, wordsIn } from './text-words.ts'

/** A stand-in and what it stands for: a word of a name, or a whole number or address. */
export interface StandIn {
  /** Begins and ends with a letter or a digit. */
  readonly text: string
  readonly name: string
  /** Whether it is a word, which an answer may write in other letters or in the genitive (`NOVAK`, `Novaks`). */
  readonly isWord: boolean
}

/** A stand-in in a text. */
export interface StandInMatch {
  readonly start: number
  readonly end: number
  readonly standIn: StandIn
  /** What is written for it. */
  readonly name: string
}

export class StandInKey {
  readonly #exact = new Map<string, StandIn>()
  readonly #folded = new Map<string, StandIn>()
  /** Lengths of the stand-ins that begin with a word, the longest first. */
  readonly #lengths = new Map<string, number[]>()
  #longest = 0
  /** The folded stand-ins in order, once somebody asks for beginnings. */
  #sorted: readonly string[] | undefined

  /** @throws {RangeError} for what is no stand-in, or one that stands for something else already */
  add(standIn: StandIn): void {
    const { text, name } = standIn
    const [first] = wordsIn(text)
    if (first === undefined || first.start !== 0 || !endsInLetter(text)) {
      throw new RangeError(
        `a stand-in is '${text}', expected one that begins and ends with a letter or a digit`,
      )
    }
    const known = this.#exact.get(text)
    if (known !== undefined && known.name !== name) {
      throw new RangeError(`the stand-in '${text}' stands for two names, '${known.name}' and '${name}'`)
    }
    if (known !== undefined) return
    this.#exact.set(text, standIn)
    if (!this.#folded.has(foldWord(text))) this.#folded.set(foldWord(text), standIn)
    const begin = foldWord(first.text)
    const lengths = this.#lengths.get(begin) ?? []
    if (!lengths.includes(text.length)) {
      this.#lengths.set(
        begin,
        [...lengths, text.length].sort((a, b) => b - a),
      )
    }
    this.#longest = Math.max(this.#longest, text.length)
    this.#sorted = undefined
  }

  /** All, in the order in which they were given out. */
  get all(): Iterable<StandIn> {
    return this.#exact.values()
  }

  /** Whether a text is one, as it is written. */
  has(text: string): boolean {
    return this.#exact.has(text)
  }

  /** Whether an answer could mean one by this. */
  couldMean(text: string): boolean {
    const folded = foldWord(text)
    const short = withoutGenitive(folded)
    return (
      this.#folded.has(folded) ||
      this.#folded.has(`${folded}s`) ||
      (short !== undefined && this.#folded.has(short))
    )
  }

  /**
   * Yields the stand-ins in a text from left to right, the longest where several begin.
   *
   * @param exact  whether other letters and genitives do not count
   */
  *matchesIn(text: string, exact: boolean, from: number = 0): Generator<StandInMatch> {
    let at = from
    for (const word of wordsIn(text, from)) {
      if (word.start < at) continue
      const match = this.#matchAt(text, word, exact)
      if (match === undefined) continue
      yield match
      at = match.end
    }
  }

  #matchAt(text: string, word: TextWord, exact: boolean): StandInMatch | undefined {
    const { start, end } = word
    for (const length of this.#lengths.get(foldWord(word.text)) ?? []) {
      const written = text.slice(start, start + length)
      const standIn = this.#exact.get(written) ?? (exact ? undefined : this.#folded.get(foldWord(written)))
      if (standIn === undefined || isLetterAt(text, start + length)) continue
      return { start, end: start + length, standIn, name: nameAs(written, standIn) }
    }
    const short = exact ? undefined : withoutGenitive(word.text)
    if (short === undefined) return undefined
    const standIn = this.#exact.get(short) ?? this.#folded.get(foldWord(short))
    if (standIn?.isWord !== true) return undefined
    return { start, end, standIn, name: nameAs(short, standIn) + word.text.at(-1)! }
  }

  /** Where the last stretch begins that may still become a stand-in, or go on after one; the text's length if there is none. */
  openIn(text: string, from: number): number {
    this.#sorted ??= [...this.#folded.keys()].sort()
    const sorted = this.#sorted
    // The word before it may be cut.
    const near = Math.max(from, text.length - this.#longest - 1)
    for (const { start, end } of wordsIn(text, wordStart(text, near, from))) {
      const rest = foldWord(text.slice(start))
      if (isBeginning(sorted, rest)) return start
      const short = withoutGenitive(rest)
      if (end === text.length && short !== undefined && this.#folded.has(short)) return start
    }
    return text.length
  }
}

/** Where the word begins that a place is in. */
function wordStart(text: string, at: number, from: number): number {
  let start = at
  while (start > from && isLetterAt(text, start) && isLetterAt(text, start - 1)) start--
  return start
}

function endsInLetter(text: string): boolean {
  let end = 0
  for (const word of wordsIn(text)) end = word.end
  return end === text.length
}

/** Whether one of the sorted texts begins with this one. */
function isBeginning(sorted: readonly string[], text: string): boolean {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < text) low = middle + 1
    else high = middle
  }
  return sorted[low]?.startsWith(text) === true
}

function nameAs(written: string, { text, name, isWord }: StandIn): string {
  return written === text || !isWord ? name : inCaseOf(written, name)
}
