/**
 * The interfaces of a tokenizer's steps. A tokenizer.json calls them normalizer, pre_tokenizer, model and
 * decoder.
 */

import type { NormalizedText } from './text-with-offsets.ts'

export interface Normalizer {
  /** Returns the changed code points of `source[from, to)`, each with its place in the text. */
  normalize(source: NormalizedText, from: number, to: number): NormalizedText
}

/** Called with a word: code points `[from, to)` of a text that is valid until the call returns. */
export type VisitWord = (text: NormalizedText, from: number, to: number) => void

export interface PreTokenizer {
  /** Calls `word` for each word in `text[from, to)`, in order; no word is empty. */
  split(text: NormalizedText, from: number, to: number, word: VisitWord): void
}

/** Called with a piece: its id, and the code points `[from, to)` that it stands for. */
export type VisitPiece = (id: number, from: number, to: number) => void

export interface PieceModel {
  /** Whether the beginning of a piece shows that it continues a word. */
  readonly marksContinuations?: boolean
  /** Maximum number of comparisons with pieces at each code point. */
  readonly comparisons: number
  /** Splits the word `codePoints[from, to)` into pieces. */
  tokenize(codePoints: Int32Array, from: number, to: number, piece: VisitPiece): void
}

/** Changes pieces for decoding; the result of the last decoder is joined into the text. */
export type Decoder = (tokens: readonly string[]) => readonly string[]

/** A part of the template around one or two texts: a text by its number, or a special token. */
export type TemplatePart =
  | { readonly sequence: 0 | 1; readonly typeId: number }
  | { readonly id: number; readonly token: string; readonly typeId: number }

export interface Template {
  readonly single: readonly TemplatePart[]
  readonly pair: readonly TemplatePart[]
}

/**
 * The place in the text of a piece, code points `[from, to)`, without the white space at its ends.
 *
 * @param first whether nothing of the text comes before it
 */
export type TrimOffsets = (
  text: NormalizedText,
  from: number,
  to: number,
  first: boolean,
) => readonly [start: number, end: number]

export interface Pattern {
  /** Maximum number of comparisons at a place where nothing matches; a match makes one more for each character. */
  readonly comparisons: number
  /** The end of a match that begins at `from`; `from` itself if there is none. */
  endOf(codes: Int32Array, from: number, to: number): number
}
