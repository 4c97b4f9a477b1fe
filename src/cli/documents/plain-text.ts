/**
 * The text of a document in a markup language. Each of its letters has its position in the source, and what
 * is not text, such as code, is never part of a name.
 */
import type { Recognition } from '../../entities/types.ts'
import type { RedactedPlace, Redactor } from '../../markup/redact.ts'

/** A stretch of the text and the stretch of the source that it comes from. */
interface Piece {
  /** Position in the text. */
  readonly start: number
  readonly length: number
  /**
   * Length in the source: the same as in the text if it is written literally, else that of what it replaces;
   * 0 if added.
   */
  readonly source: number
  readonly sourceLength: number
  /** Whether something other than text is at this place. */
  readonly object: boolean
}

/** What must separate two blocks: nothing, a tab, one line feed or two. */
export type Gap = '' | '\t' | '\n' | '\n\n'
const GAPS: readonly Gap[] = ['', '\t', '\n', '\n\n']

/** The state of the text at some point, to which it can be reset. */
export interface Mark {
  readonly pieces: number
  readonly length: number
  readonly gap: Gap
  readonly blank: boolean
  readonly asides: number
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Stands for something that is not text and not a word (Unicode's object replacement character). */
const OBJECT = '\ufffc'
const BLANKS_OR_NOT = /[ \t\r\n\f]+|[^ \t\r\n\f]+/gu

/**
 * A text assembled piece by piece from a document: runs of blanks become one blank, and blocks are separated.
 */
export class PlainText {
  readonly #source: string
  readonly #escape: (placeholder: string) => string
  readonly #parts: string[] = []
  /** The pieces by columns, since a text may have a million. */
  readonly #starts: number[] = []
  readonly #sources: number[] = []
  readonly #sourceLengths: number[] = []
  readonly #objects: boolean[] = []
  #length = 0
  #text: string | undefined
  /** The gap required before the next text. */
  #gap: Gap = ''
  /** What is read after the rest. */
  readonly #asides: (() => void)[] = []
  /** Whether the text so far ends with a blank, or a further blank would not be visible. */
  #blank = true

  /**
   * @param escapePlaceholder writes a placeholder in the source's language
   */
  constructor(source: string, escapePlaceholder: (placeholder: string) => string) {
    this.#source = source
    this.#escape = escapePlaceholder
  }

  get text(): string {
    this.#text ??= this.#parts.join('')
    return this.#text
  }

  /** Adds a stretch of the source as text; in preformatted text blanks are kept. */
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

  /** Adds a text that a stretch of the source stands for, such as a character reference. */
  addFor(text: string, start: number, end: number): void {
    this.#addGap(start)
    this.#add(text, start, end - start, false)
    this.#blank = false
  }

  /** Adds something in the source that is not text, and what stands for it. */
  addObject(start: number, end: number, text: string = OBJECT): void {
    this.#addGap(start)
    this.#add(text, start, end - start, true)
    this.#blank = false
  }

  /** Begins or ends a block here. */
  separate(gap: Gap): void {
    if (GAPS.indexOf(gap) > GAPS.indexOf(this.#gap)) this.#gap = gap
  }

  /** Keeps a text that stands within another, as a comment does, until `readAsides`, so that it parts no name. */
  aside(read: () => void): void {
    this.#asides.push(read)
  }

  /** Reads the asides, those of asides too. Nothing that is found covers more than one of them. */
  readAsides(): void {
    for (const read of this.#asides) {
      this.#gap = ''
      if (this.#length > 0) this.#add('\n\n', this.#source.length, 0, true)
      this.#blank = true
      read()
    }
    this.#asides.length = 0
  }

  mark(): Mark {
    const { length: asides } = this.#asides
    return { pieces: this.#parts.length, length: this.#length, gap: this.#gap, blank: this.#blank, asides }
  }

  /** Removes what was added since. */
  backTo({ pieces, length, gap, blank, asides }: Mark): void {
    this.#asides.length = asides
    for (const column of [this.#parts, this.#starts, this.#sources, this.#sourceLengths, this.#objects])
      column.length = pieces
    this.#length = length
    this.#text = undefined
    this.#gap = gap
    this.#blank = blank
  }

  #addGap(at: number): void {
    // No name covers what parts two blocks, as cells of a table: put into one of them, the other would be empty.
    if (this.#gap !== '' && this.#length > 0) this.#add(this.#gap, at, 0, true)
    this.#gap = ''
  }

  #add(text: string, source: number, sourceLength: number, object: boolean): void {
    this.#parts.push(text)
    this.#starts.push(this.#length)
    this.#sources.push(source)
    this.#sourceLengths.push(sourceLength)
    this.#objects.push(object)
    this.#length += text.length
    this.#text = undefined
  }

  /** Maps a recognition of the text to the source; an entity that crosses tags includes them. */
  toSource({ entities, words, ...recognition }: Recognition): Recognition {
    const place = <Found extends Span>(span: Found): Found => {
      const stretches = this.#stretches(span.start, span.end)
      const [first] = stretches
      // What was added between blocks has no position in the source.
      return first === undefined ? span : { ...span, start: first[0], end: stretches.at(-1)![1] }
    }
    const inOrder = <Found extends Span & { readonly text: string }>(found: readonly Found[]): Found[] => {
      const sorted = this.#withoutObjects(found)
        .map(place)
        .sort((a, b) => a.start - b.start)
      // A comment may stand within a name; then it is part of what the name covers.
      return sorted.filter(({ start }, index) => index === 0 || start >= sorted[index - 1]!.end)
    }
    const placed = { ...recognition, entities: inOrder(entities) }
    return words === undefined ? placed : { ...placed, words: inOrder(words) }
  }

  /** The source with the names in its text redacted; tags between the parts of a name stay. */
  redact(
    redactor: Redactor,
    { entities }: Recognition,
  ): { text: string; placeholders: readonly RedactedPlace[] } {
    // What is not text may also look like a placeholder, and must be restored as it was.
    const ofSource = redactor.redact(this.#source, [])
    const { placeholders, replaced } = redactor.redact(this.text, this.#withoutObjects(entities))
    const ofText = placeholders.map((placeholder, index) => {
      const { start, end } = replaced[index]!
      return { placeholder, stretches: this.#stretches(start, end) }
    })
    const ofSourceAlone = ofSource.placeholders.map((placeholder, index) => {
      const { start, end } = ofSource.replaced[index]!
      return { placeholder, stretches: [[start, end] as const] }
    })
    const moved: RedactedPlace[] = []
    let redacted = ''
    let at = 0
    for (const { from, to, placeholder } of withOthers(changesOf(ofText), changesOf(ofSourceAlone))) {
      redacted += this.#source.slice(at, from)
      at = to
      if (placeholder === undefined) continue
      const written = this.#escape(placeholder.text)
      moved.push({
        ...placeholder,
        text: written,
        start: redacted.length,
        end: redacted.length + written.length,
      })
      redacted += written
    }
    return { text: redacted + this.#source.slice(at), placeholders: moved }
  }

  /** Cuts spans where something other than text is, and drops those left without a letter or digit. */
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

  /**
   * The stretches of the source that a stretch of the text comes from, as few as possible, from left to
   * right.
   */
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
    const pieces: Piece[] = []
    for (let at = this.#pieceAt(start); at < this.#parts.length && this.#starts[at]! < end; at++) {
      pieces.push({
        start: this.#starts[at]!,
        length: this.#parts[at]!.length,
        source: this.#sources[at]!,
        sourceLength: this.#sourceLengths[at]!,
        object: this.#objects[at]!,
      })
    }
    return pieces
  }

  /** Finds the piece at a position of the text by binary search. */
  #pieceAt(position: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= position) low = middle
      else high = middle - 1
    }
    return Math.max(0, low)
  }
}

interface Place {
  readonly placeholder: RedactedPlace
  readonly stretches: readonly (readonly [from: number, to: number])[]
}

/** A stretch of the source that goes, and what takes its place. */
interface Change {
  readonly from: number
  readonly to: number
  /** Where a name begins. */
  readonly placeholder: RedactedPlace | undefined
}

/** The changes in the order of the source. */
function changesOf(places: readonly Place[]): Change[] {
  return places
    .flatMap(({ placeholder, stretches }) =>
      stretches.map(
        ([from, to], index): Change => ({
          ...{ from, to },
          placeholder: index === 0 ? placeholder : undefined,
        }),
      ),
    )
    .sort((a, b) => a.from - b.from)
}

/** Changes, and those of others that share nothing with them, in order. */
function withOthers(changes: readonly Change[], others: readonly Change[]): Change[] {
  const merged: Change[] = []
  let next = 0
  for (const change of changes) {
    for (; next < others.length && others[next]!.to <= change.from; next++) merged.push(others[next]!)
    while (next < others.length && others[next]!.from < change.to) next++
    merged.push(change)
  }
  return [...merged, ...others.slice(next)]
}
