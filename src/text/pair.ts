/** Two texts that are read together, as BERT reads them: `[CLS] text [SEP] pair [SEP]`. */
import type { Tokenizer } from './tokenizer.ts'

export interface Pair {
  readonly ids: readonly number[]
  /** 0 for the text and the special tokens around it, 1 for the pair and its last one, [T]. */
  readonly tokenTypeIds: readonly number[]
  /** Which text each piece is of, 0 or 1; null for special tokens, [T]. */
  readonly sequenceIds: readonly (number | null)[]
}

export function encodePair(tokenizer: Tokenizer, text: string, pair: string): Pair {
  const first = tokenizer.encode(text).ids
  const second = tokenizer.encode(pair).ids.slice(1)
  const places = (ids: readonly number[], which: number): (number | null)[] => [
    ...ids.slice(0, -1).map(() => which),
    null,
  ]
  return {
    ids: [...first, ...second],
    tokenTypeIds: [...first.map(() => 0), ...second.map(() => 1)],
    sequenceIds: [null, ...places(first.slice(1), 0), ...places(second, 1)],
  }
}
