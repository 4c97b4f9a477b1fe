/** The text of a document in a markup language. Every letter of it knows where it stands in the source. */
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
}

/** A text between what is no text, put together piece by piece. */
export class PlainText {
  readonly #source: string
  readonly #escape: (placeholder: string) => string
  readonly #parts: string[] = []
  readonly #pieces: Piece[] = []
  #length = 0
  #text: string | undefined

  /** @param escapePlaceholder how a placeholder is written in the source's language */
  constructor(source: string, escapePlaceholder: (placeholder: string) => string) {
    this.#source = source
    this.#escape = escapePlaceholder
  }

  get text(): string {
    this.#text ??= this.#parts.join('')
    return this.#text
  }

  get length(): number {
    return this.#length
  }

  /** A stretch of the source as it is written. */
  addWritten(start: number, end: number): void {
    if (end > start) this.#add(this.#source.slice(start, end), start, end - start)
  }

  /** A text that something else in the source stands for; an empty stretch for what is only added. */
  addFor(text: string, start: number, end: number): void {
    this.#add(text, start, end - start)
  }

  #add(text: string, source: number, sourceLength: number): void {
    this.#pieces.push({ start: this.#length, length: text.length, source, sourceLength })
    this.#parts.push(text)
    this.#length += text.length
    this.#text = undefined
  }

  /** A recognition of the text as one of the source: what lies across tags reaches over them. */
  toSource(recognition: Recognition): Recognition {
    const place = <Span extends { readonly start: number; readonly end: number }>(span: Span): Span => {
      const stretches = this.#stretches(span.start, span.end)
      const [first] = stretches
      if (first === undefined) return span
      return { ...span, start: first[0], end: stretches.at(-1)![1] }
    }
    const { entities, words } = recognition
    const placed = { ...recognition, entities: entities.map(place) }
    return words === undefined ? placed : { ...placed, words: words.map(place) }
  }

  /** The source without the names that were found in its text: tags between the parts of a name stay. */
  redact(
    redactor: Redactor,
    { entities }: Recognition,
  ): { text: string; placeholders: readonly RedactedPlace[] } {
    const { placeholders, replaced } = redactor.redact(this.text, entities)
    const moved: RedactedPlace[] = []
    let redacted = ''
    let at = 0
    placeholders.forEach((placeholder, index) => {
      const { start, end } = replaced[index]!
      this.#stretches(start, end).forEach(([from, to], number) => {
        redacted += this.#source.slice(at, from)
        if (number === 0) {
          const text = this.#escape(placeholder.text)
          moved.push({ ...placeholder, text, start: redacted.length, end: redacted.length + text.length })
          redacted += text
        }
        at = to
      })
    })
    return { text: redacted + this.#source.slice(at), placeholders: moved }
  }

  /** Where a stretch of the text stands in the source: as few stretches as there are, from left to right. */
  #stretches(start: number, end: number): [from: number, to: number][] {
    const stretches: [number, number][] = []
    for (let index = this.#pieceAt(start); index < this.#pieces.length; index++) {
      const piece = this.#pieces[index]!
      if (piece.start >= end) break
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
