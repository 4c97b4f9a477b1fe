/**
 * The interfaces of a tokenizer's steps. A tokenizer.json calls them normalizer, pre_tokenizer, model and
 * decoder.
 */

import type { NormalizedText } from './text-with-offsets.ts'

export interface Normalizer {
  /** The code points `source[from, to)` changed; each carries the place in the text it came from. */
  normalize(source: NormalizedText, from: number, to: number): NormalizedText
}

/** A word: code points `[from, to)` of a text that holds until the call returns. */
export type VisitWord = (text: NormalizedText, from: number, to: number) => void

export interface PreTokenizer {
  /** Calls `word` for each word in `text[from, to)`, in order; no word is empty. */
  split(text: NormalizedText, from: number, to: number, word: VisitWord): void
}

/** A piece: its id, and the code points `[from, to)` it stands for. */
export type VisitPiece = (id: number, from: number, to: number) => void

export interface PieceModel {
  /** Whether pieces that continue a word are told by how they begin. */
  readonly marksContinuations?: boolean
  /** Cuts the word `codePoints[from, to)` into pieces. */
  tokenize(codePoints: Int32Array, from: number, to: number, piece: VisitPiece): void
}

/** Changes pieces on their way to a text, which is what comes out of the last decoder, joined. */
export type Decoder = (tokens: readonly string[]) => readonly string[]

/** A part of what is put round one or two texts: a text by its number, or a special token. */
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
 * @param first nothing of the text stands before it
 */
export type TrimOffsets = (
  text: NormalizedText,
  from: number,
  to: number,
  first: boolean,
) => readonly [start: number, end: number]

/** Where a match that begins at `from` ends; `from` itself where there is none. */
export type Pattern = (codes: Int32Array, from: number, to: number) => number
