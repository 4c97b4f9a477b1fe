/** A text in the segments that are read by themselves, before the model and after it. */
import type { Encoding } from '../text/encoding.ts'
import { withSpaceWords } from '../text/encoding.ts'
import type { Span } from '../text/split/split.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { contentCost, cutWindow, planPlainWindows, planWindows, type Window } from '../text/windows.ts'
import type { WordSpans } from './aggregate.ts'
import type { Document, Reading } from './document.ts'
import type { Decoded } from './entity.ts'
import type { LabelSet } from './labels.ts'
import { decodeWindows } from './merge.ts'
import type { DecodeOptions, Merge } from './types.ts'

export interface Segment {
  /** Its pieces; offsets refer to the whole text. */
  readonly encoding: Encoding
  readonly windows: readonly Window[]
  /** What the model reads: the ids of each window, with `[CLS]` and `[SEP]`. */
  readonly sequences: readonly (readonly number[])[]
  /** Where the words are given: those of the segment. */
  readonly words?: WordSpans
  /** Whether its end was cut off. */
  readonly truncated: boolean
}

export interface SegmentSettings {
  /** Pieces a window may have, `[CLS]` and `[SEP]` included. */
  readonly maxLength: number
  /** Pieces that neighbouring windows share; default 128, or a quarter of a short window. */
  readonly stride?: number | undefined
  /** Whether what is longer is read in windows (default) or cut behind its first `maxLength - 2` pieces. */
  readonly windows?: boolean | undefined
  /** With 'huggingface' windows are cut as that library cuts them. */
  readonly merge?: Merge | undefined
}

const STRIDE = 128

/** text → pieces → windows, for each span of a document; at least one segment, if of nothing. */
export function makeSegments(document: Document, tokenizer: Tokenizer, settings: SegmentSettings): Segment[] {
  const { maxLength, windows: inWindows = true, merge } = settings
  const maxPieces = maxLength - 2
  const stride = settings.stride ?? Math.min(STRIDE, Math.floor(maxPieces / 4))
  const spans = document.spans.length > 0 ? document.spans : [[0, 0] as const]
  let word = 0
  return spans.map((span) => {
    const whole = encodeSpan(document, span, tokenizer)
    const fits = inWindows || whole.ids.length <= maxLength
    const encoding = fits ? whole : cutWindow(whole, { start: 0, end: maxPieces })
    const windows =
      merge === 'huggingface'
        ? planPlainWindows(encoding.ids.length - 2, { maxPieces, stride })
        : planWindows(encoding.wordIds.slice(1, -1), { maxPieces, stride, cost: contentCost(encoding) })
    const sequences = windows.map((window) => cutWindow(encoding, window).ids)
    const segment = { encoding, windows, sequences, truncated: !fits }
    if (document.words === undefined) return segment
    const first = word
    while (word < document.words.length && document.words[word]![0] < span[1]) word++
    return { ...segment, words: spans.length === 1 ? document.words : document.words.slice(first, word) }
  })
}

/** A window on its way through the model, and the text it belongs to. */
export interface Part {
  readonly document: Document
  readonly segments: readonly Segment[]
  /** What the model reads, `[CLS]` and `[SEP]` included. */
  readonly ids: readonly number[]
  /** Of the text's windows so far, [T, C] each. */
  readonly logits: Float32Array[]
  /** Whether it is the text's last window. */
  readonly last: boolean
}

/** All windows of a text, in order. */
export function partsOf(document: Document, segments: readonly Segment[]): Part[] {
  const text = { document, segments, logits: [] }
  const sequences = segments.flatMap((segment) => segment.sequences)
  return sequences.map((ids, i) => ({ ...text, ids, last: i === sequences.length - 1 }))
}

/** The pieces of a span as if it were a text of its own, but for their offsets. */
function encodeSpan({ text, list }: Document, [start, end]: Span, tokenizer: Tokenizer): Encoding {
  if (list !== undefined) return tokenizer.encodeWords(list)
  const own = text.slice(start, end)
  const pieces = tokenizer.encode(own)
  const encoding = tokenizer.marksContinuations ? pieces : withSpaceWords(own, pieces, tokenizer.unkId)
  if (start === 0) return encoding
  for (const offset of encoding.offsets.slice(1, -1)) {
    offset[0] += start
    offset[1] += start
  }
  return encoding
}

/**
 * logits → entities, of each segment by itself: none is joined across a border. Pieces and given words are counted through
 * the whole text.
 *
 * @param logits of all windows in order, each with its `[CLS]` and `[SEP]`
 */
export function decodeSegments(
  text: string,
  segments: readonly Segment[],
  logits: readonly Float32Array[],
  labels: LabelSet,
  options: DecodeOptions,
  reading: Reading = {},
): Decoded {
  const all: Required<Decoded> = { entities: [], words: [] }
  let [windows, pieces, words] = [0, 0, 0]
  for (const segment of segments) {
    const own = logits.slice(windows, windows + segment.windows.length)
    const decoded = decodeWindows({ ...segment, text, logits: own, labels, options, ...reading })
    for (const entity of decoded.entities) {
      if (entity.index !== undefined) entity.index += pieces
      if (entity.wordStart !== undefined) entity.wordStart += words
      if (entity.wordEnd !== undefined) entity.wordEnd += words
      all.entities.push(entity)
    }
    for (const word of decoded.words ?? []) all.words.push(word)
    windows += segment.windows.length
    pieces += segment.encoding.ids.length - 2
    words += segment.words?.length ?? 0
  }
  return options.words ? all : { entities: all.entities }
}
