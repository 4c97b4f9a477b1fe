/** What those who read a tokenizer's files are told besides: types alone. */

/** What is known of a model besides its tokenizer's files. */
export interface TokenizerFacts {
  /** V: rows of the word embeddings, `vocab_size` of config.json. */
  readonly rows?: number | undefined
  /** `tokenizer_class` of config.json. */
  readonly tokenizerClass?: string | undefined
  /** What its family makes of SentencePiece's own file. */
  readonly sentencePiece?: SentencePieceOrder | undefined
}

/** What a family's tokenizer puts in place of the first pieces of the file. */
export interface SentencePieceOrder {
  /** How many of them it leaves out. */
  readonly dropped: number
  readonly first: readonly (readonly [piece: string, score: number])[]
  /** Whether white space before `<mask>` is part of it. */
  readonly maskTakesSpace: boolean
  /** Whose tokenizer has the file's own order and special tokens, which are called as BERT's are. */
  readonly own?: 'albert' | 'deberta'
}

export interface ReadOptions {
  /** Holds over what the files say. */
  lowercase?: boolean | undefined
  /** As in `fitRows`. */
  paddedVocabulary?: boolean | undefined
  /** What config.json says. */
  model?: () => Promise<TokenizerFacts>
}
