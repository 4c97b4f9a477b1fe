/**
 * The text of a document in a markup language. Each of its letters has its position in the source, and what
 * is not text, such as code, is never part of a name.
 */
import type { Recognition } from '../../entities/types.ts'
import type { RedactedPlace, Redactor } from '../../markup/redact.ts'

/** A stretch of the text and of the source. */
interface Piece {
  /** In the text. */
  readonly start: number
  readonly length: number
  /** In the source: as long as in the text where it is written so, else as long as what stands for it, 0 for what was added. */
  readonly source: number
  readonly sourceLength: number
  /** Whether something that is no text stands here. */
  readonly object: boolean
}

/** What must stand between two blocks: nothing, a tab, a line feed, two. */
export type Gap = '' | '\t' | '\n' | '\n\n'
const GAPS: readonly Gap[] = ['', '\t', '\n', '\n\n']

/** How far a text was put together, so that what came later can be taken back. */
export interface Mark {
  readonly pieces: number
  readonly length: number
  readonly gap: Gap
  readonly blank: boolean
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Stands for what is no text: something is there, and it is no word (Unicode's object replacement character). */
const OBJECT = '\ufffc'
const BLANKS_OR_NOT = /[ \t\r\n\f]+|[^ \t\r\n\f]+/gu

/** A text between what is no text, put together piece by piece: a run of blanks is one blank, and blocks stand apart. */
export class PlainText {
  readonly #source: string
  readonly #escape: (placeholder: string) => string
  readonly #parts: string[] = []
  readonly #pieces: Piece[] = []
  #length = 0
  #text: string | undefined
  /** What must stand before the next text. */
  #gap: Gap = ''
  /** Whether the text so far ends with a blank, or none would be seen. */
  #blank = true

  /** @param escapePlaceholder how a placeholder is written in the source's language */
  constructor(source: string, escapePlaceholder: (placeholder: string) => string) {
    this.#source = source
    this.#escape = escapePlaceholder
  }

  get text(): string {
    this.#text ??= this.#parts.join('')
    return this.#text
  }

  /** A stretch of the source that is text; in preformatted text blanks stay as they are. */
  addWritten(start: number, end: number, preformatted: boolean): void {
    for (const { 0: run, index } of this.#source.slice(start, end).matchAll(BLANKS_OR_NOT)) {
      const from = start + index
      const to = from + run.length
      if (preformatted || !/^[ \t\r\n\f]/u.test(run)) {
        this.#addGap(from)
        this.#add(run, from, to - from, false)
        this.#blank = false
      } else if (!this.#blank && this.#gap === '') {
        this.#add(' ', from, to - from, false)
        this.#blank = true
      }
    }
  }

  /** A text that something else in the source stands for, as a character reference does. */
  addFor(text: string, start: number, end: number): void {
    this.#addGap(start)
    this.#add(text, start, end - start, false)
    this.#blank = false
  }

  /** Something in the source that is no text. */
  addObject(start: number, end: number): void {
    this.#addGap(start)
    this.#add(OBJECT, start, end - start, true)
    this.#blank = false
  }

  /** A block begins or ends here. */
  separate(gap: Gap): void {
    if (GAPS.indexOf(gap) > GAPS.indexOf(this.#gap)) this.#gap = gap
  }

  mark(): Mark {
    return { pieces: this.#pieces.length, length: this.#length, gap: this.#gap, blank: this.#blank }
  }

  /** Takes back what was added since. */
  backTo({ pieces, length, gap, blank }: Mark): void {
    this.#pieces.length = pieces
    this.#parts.length = pieces
    this.#length = length
    this.#text = undefined
    this.#gap = gap
    this.#blank = blank
  }

  #addGap(at: number): void {
    if (this.#gap !== '' && this.#length > 0) this.#add(this.#gap, at, 0, false)
    this.#gap = ''
  }

  #add(text: string, source: number, sourceLength: number, object: boolean): void {
    this.#pieces.push({ start: this.#length, length: text.length, source, sourceLength, object })
    this.#parts.push(text)
    this.#length += text.length
    this.#text = undefined
  }

  /** A recognition of the text as one of the source: what lies across tags reaches over them. */
  toSource({ entities, words, ...recognition }: Recognition): Recognition {
    const place = <Found extends Span>(span: Found): Found => {
      const stretches = this.#stretches(span.start, span.end)
      const [first] = stretches
      // What was added between blocks stands nowhere.
      return first === undefined ? span : { ...span, start: first[0], end: stretches.at(-1)![1] }
    }
    const placed = { ...recognition, entities: this.#withoutObjects(entities).map(place) }
    return words === undefined ? placed : { ...placed, words: this.#withoutObjects(words).map(place) }
  }

  /** The source without the names that were found in its text: tags between the parts of a name stay. */
  redact(
    redactor: Redactor,
    { entities }: Recognition,
  ): { text: string; placeholders: readonly RedactedPlace[] } {
    // What is no text may say like a placeholder too, and must come back as it is.
    const ofSource = redactor.redact(this.#source, [])
    const { placeholders, replaced } = redactor.redact(this.text, this.#withoutObjects(entities))
    const ofText = placeholders.map((placeholder, index) => {
      const { start, end } = replaced[index]!
      return { placeholder, stretches: this.#stretches(start, end) }
    })
    const places = mergeOutside(
      ofText,
      ofSource.placeholders.map((placeholder, index) => {
        const { start, end } = ofSource.replaced[index]!
        return { placeholder, stretches: [[start, end] as const] }
      }),
    )
    const moved: RedactedPlace[] = []
    let redacted = ''
    let at = 0
    for (const { placeholder, stretches } of places) {
      stretches.forEach(([from, to], number) => {
        redacted += this.#source.slice(at, from)
        if (number === 0) {
          const text = this.#escape(placeholder.text)
          moved.push({ ...placeholder, text, start: redacted.length, end: redacted.length + text.length })
          redacted += text
        }
        at = to
      })
    }
    return { text: redacted + this.#source.slice(at), placeholders: moved }
  }

  /** Spans of the text cut where there is no text in them; what has no letter or digit of its own then goes. */
  #withoutObjects<Found extends Span & { readonly text: string }>(spans: readonly Found[]): Found[] {
    return spans.flatMap((span) => {
      const objects = this.#piecesWithin(span.start, span.end).filter(({ object }) => object)
      if (objects.length === 0) return [span]
      const starts = [span.start, ...objects.map(({ start, length }) => start + length)]
      const ends = [...objects.map(({ start }) => start), span.end]
      return starts.flatMap((from, index) => {
        const part = this.text.slice(from, ends[index])
        const text = part.trim()
        const start = from + part.indexOf(text)
        return /[\p{L}\p{N}]/u.test(text) ? [{ ...span, text, start, end: start + text.length }] : []
      })
    })
  }

  /** Where a stretch of the text stands in the source: as few stretches as there are, from left to right. */
  #stretches(start: number, end: number): [from: number, to: number][] {
    const stretches: [number, number][] = []
    for (const piece of this.#piecesWithin(start, end)) {
      if (piece.sourceLength === 0) continue
      const whole = piece.sourceLength !== piece.length
      const from = whole ? piece.source : piece.source + Math.max(0, start - piece.start)
      const to = whole
        ? piece.source + piece.sourceLength
        : piece.source + Math.min(piece.length, end - piece.start)
      const last = stretches.at(-1)
      if (last !== undefined && last[1] === from) last[1] = to
      else stretches.push([from, to])
    }
    return stretches
  }

  #piecesWithin(start: number, end: number): Piece[] {
    const first = this.#pieceAt(start)
    let after = first
    while (after < this.#pieces.length && this.#pieces[after]!.start < end) after++
    return this.#pieces.slice(first, after)
  }

  /** The piece that holds a position of the text, by halving. */
  #pieceAt(position: number): number {
    let low = 0
    let high = this.#pieces.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#pieces[middle]!.start <= position) low = middle
      else high = middle - 1
    }
    return Math.max(0, low)
  }
}

interface Place {
  readonly placeholder: RedactedPlace
  readonly stretches: readonly (readonly [from: number, to: number])[]
}

/** Places of the text, and those of the source that lie in none of them, in order. */
function mergeOutside(ofText: readonly Place[], ofSource: readonly Place[]): Place[] {
  const merged: Place[] = []
  let next = 0
  for (const place of ofText) {
    const [start] = place.stretches[0]!
    const [, end] = place.stretches.at(-1)!
    for (; next < ofSource.length && ofSource[next]!.stretches[0]![1] <= start; next++)
      merged.push(ofSource[next]!)
    while (next < ofSource.length && ofSource[next]!.stretches[0]![0] < end) next++
    merged.push(place)
  }
  return [...merged, ...ofSource.slice(next)]
}
