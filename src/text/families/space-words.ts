/**
 * Words for tokenizers whose pieces do not say whether they continue a word (byte-level BPE, unigram): what stands between
 * spaces, as the Hugging Face pipeline takes them. Their models were trained and are measured on such words: a full stop
 * belongs to the word before it.
 */
import type { Encoding } from '../encoding.ts'

const SPACE = 32

/** The encoding of `text` with words counted anew. An unknown piece is a word by itself, as it is in the pipeline. */
export function withSpaceWords(text: string, encoding: Encoding, unkId: number): Encoding {
  const { ids, offsets } = encoding
  let word = -1
  const wordIds = encoding.wordIds.map((old, index) => {
    if (old === null) return null
    const start = offsets[index]![0]
    const continues =
      start > 0 &&
      text.charCodeAt(start - 1) !== SPACE &&
      text.charCodeAt(start) !== SPACE &&
      ids[index] !== unkId
    if (word < 0 || !continues) word++
    return word
  })
  return { ...encoding, wordIds }
}
