/**
 * The two ends of a text's way through the model:
 *
 *     spans ─ readSegments ─▶ segments, each with its windows     logits of the windows ─ Findings ─▶ entities
 *
 * Spans are read separately. A segment is the pieces of a span, or of a section of a very long span. A window
 * is as much of a segment as the model reads at once. Segments are made on demand, and only their entities
 * are kept, so memory does not grow with the length of the text.
 */
import type { Encoding } from '../text/encoding.ts'
import { checkWhole, encodeBeginning, SHORT_TEXT, sectionsOf } from '../text/sections.ts'
import type { Span } from '../text/split.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { contentCost, cutWindow, planWindows, type Window } from '../text/windows.ts'
import type { WordSpans } from './aggregate.ts'
import type { Document } from './document.ts'
import type { LabelSet } from './labels.ts'
import { decodeWindows } from './merge.ts'
import type { Reading } from './reading.ts'
import type { DecodeOptions, Entity, Word } from './types.ts'

export interface Segment {
  /** Its pieces; offsets refer to the whole text. */
  readonly encoding: Encoding
  readonly windows: readonly Window[]
  /** The words of the segment, if words are given. */
  readonly words?: WordSpans
  /** Whether the end of the segment was cut off. */
  readonly truncated: boolean
  /** Where the segment ends in the text. */
  readonly end: number
}

/** How a document is read. Where another system cuts the windows, a span is one segment, however long. */
export interface SegmentSettings extends Pick<Reading, 'tellWords' | 'otherWindows' | 'seen'> {
  /** Pieces a window may have, `[CLS]` and `[SEP]` included. */
  readonly maxLength: number
  /** Pieces that neighbouring windows share; default 128, or a quarter of a short window. */
  readonly stride?: number | undefined
  /** Whether a longer text is read in windows (default) or cut after its first `maxLength - 2` pieces. */
  readonly windows?: boolean | undefined
}

const STRIDE = 128

/** text → pieces → windows, one segment after another; at least one segment, even if it is empty. */
export function* readSegments(
  document: Document,
  tokenizer: Tokenizer,
  settings: SegmentSettings,
): Generator<Segment, void, undefined> {
  const { maxLength, windows: inWindows = true, otherWindows } = settings
  const maxPieces = maxLength - 2
  const stride = settings.stride ?? Math.min(STRIDE, Math.floor(maxPieces / 4))
  const { words } = document
  let word = 0
  for (const span of spansOf(document, settings)) {
    const first = word
    while (word < (words?.length ?? 0) && words![word]![0] < span[1]) word++
    const own = words?.slice(first, word)
    // If a style reads the given words as one text, their spans are not used.
    const list = words === undefined ? document.list : document.list?.slice(first, word)
    const least = inWindows ? Number.POSITIVE_INFINITY : maxLength
    const whole = encodeSpan(document.text, span, list, tokenizer, least, settings)
    const fits = inWindows || whole.ids.length <= maxLength
    const encoding = fits ? whole : cutWindow(whole, { start: 0, end: maxPieces })
    const windows =
      otherWindows?.plan(encoding.ids.length - 2, { maxPieces, stride }) ??
      planWindows(encoding.wordIds.slice(1, -1), { maxPieces, stride, cost: contentCost(encoding) })
    const segment = { encoding, windows, truncated: !fits, end: span[1] }
    yield own === undefined ? segment : { ...segment, words: own }
  }
}

/** The spans of a document; long ones in sections, but where they are cut off or another system cuts the windows. */
function* spansOf(
  { text, spans, words, list }: Document,
  { windows = true, otherWindows }: SegmentSettings,
): Generator<Span> {
  const inSections = windows && otherWindows === undefined
  let count = 0
  for (const [start, end] of spans) {
    count++
    const whole = !inSections || end - start <= SHORT_TEXT || (list !== undefined && words === undefined)
    if (whole && windows) checkWhole(end - start, "merge 'huggingface' or style 'transformers'")
    if (whole) yield [start, end]
    else if (words === undefined || list === undefined) yield* sectionsOf(text, start, end)
    else yield* sectionsOfWords(words)
  }
  if (count === 0) yield [0, 0]
}

function* sectionsOfWords(words: WordSpans): Generator<Span> {
  let start = 0
  for (const [index, [, end]] of words.entries()) {
    const next = words[index + 1]
    if (next !== undefined && next[1] - start <= SHORT_TEXT) continue
    yield [start, end]
    start = next?.[0] ?? end
  }
}

/**
 * Encodes a span like a text of its own, but with offsets into the whole text; of a text at least the first
 * `least` pieces.
 */
function encodeSpan(
  text: string,
  [start, end]: Span,
  list: readonly string[] | undefined,
  tokenizer: Tokenizer,
  least: number,
  { tellWords, seen = (own) => own }: Pick<SegmentSettings, 'tellWords' | 'seen'>,
): Encoding {
  const own = list ? '' : seen(text.slice(start, end))
  const pieces = list ? tokenizer.encodeWords(list) : encodeBeginning(tokenizer, own, least)
  const encoding = list || !tellWords ? pieces : tellWords(own, pieces)
  if (start === 0) return encoding
  for (const offset of encoding.offsets.slice(1, -1)) {
    offset[0] += start
    offset[1] += start
  }
  return encoding
}

/** How a text's logits become entities. */
export interface Decoding {
  readonly labels: LabelSet
  readonly options: DecodeOptions
  readonly reading: Reading
}

/** What has been found in a text so far. Segments are decoded one by one: no entity crosses a border. */
export class Findings {
  readonly entities: Entity[] = []
  /** Filled if `options.words` is set. */
  readonly words: Word[] = []
  truncated: boolean = false
  readonly #text: string
  readonly #decoding: Decoding
  #logits: Float32Array[] = []
  /** Number of pieces in the segments so far. */
  #pieces = 0
  #words = 0

  constructor(text: string, decoding: Decoding) {
    this.#text = text
    this.#decoding = decoding
  }

  /**
   * Takes the logits of each segment's windows, in order. Pieces and given words are counted through the
   * whole text.
   *
   * @param logits of the segment's next window, with its `[CLS]` and `[SEP]`, [T, C]
   */
  add(segment: Segment, logits: Float32Array): void {
    this.#logits.push(logits)
    if (this.#logits.length < segment.windows.length) return
    const { reading, ...decoding } = this.#decoding
    const decoded = decodeWindows({
      ...segment,
      ...decoding,
      ...reading,
      text: this.#text,
      logits: this.#logits,
    })
    this.#logits = []
    for (const entity of decoded.entities) {
      if (entity.index !== undefined) entity.index += this.#pieces
      if (entity.wordStart !== undefined) entity.wordStart += this.#words
      if (entity.wordEnd !== undefined) entity.wordEnd += this.#words
      this.entities.push(entity)
    }
    for (const word of decoded.words ?? []) this.words.push(word)
    this.#pieces += segment.encoding.ids.length - 2
    this.#words += segment.words?.length ?? 0
    this.truncated ||= segment.truncated
  }
}
