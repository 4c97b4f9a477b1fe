/** The pieces of a text with their words and offsets. */

/** A text as the model reads it, with one entry for each piece, `[CLS]` first and `[SEP]` last. */
export interface Encoding {
  /** Vocabulary index of each piece, [T]. */
  ids: number[]
  /** The pieces as the vocabulary spells them, `##` before a continuation, [T]. */
  tokens: string[]
  /**
   * The place of each piece in the text: UTF-16 code units, end exclusive; `[0, 0]` for `[CLS]` and `[SEP]`,
   * [T].
   */
  offsets: [start: number, end: number][]
  /** Which pre-token (word) each piece belongs to; null for `[CLS]` and `[SEP]`, [T]. */
  wordIds: (number | null)[]
}

/** Two texts as one sequence: `[CLS] text [SEP] pair [SEP]`. Offsets and word ids count within each text. */
export interface PairEncoding extends Encoding {
  /** The token type of each piece: 0 for the text, 1 for the pair if the model distinguishes them, [T]. */
  tokenTypeIds: number[]
  /** The text that each piece belongs to, 0 or 1; null for special tokens, [T]. */
  sequenceIds: (number | null)[]
}
