/** A text as the model reads it: one entry a piece, `[CLS]` first and `[SEP]` last. */
export interface Encoding {
  /** Vocabulary index of each piece, [T]. */
  ids: number[]
  /** The pieces as the vocabulary spells them, `##` before a continuation, [T]. */
  tokens: string[]
  /** Where each piece stands in the text: UTF-16 code units, end exclusive; `[0, 0]` for `[CLS]` and `[SEP]`, [T]. */
  offsets: [start: number, end: number][]
  /** Which pre-token (word) each piece belongs to; null for `[CLS]` and `[SEP]`, [T]. */
  wordIds: (number | null)[]
}
