/** The family of XLM-R. */
import type { Family } from '../family.ts'
import { family as roberta } from './roberta.ts'

/** XLM-R: RoBERTa with SentencePiece over a hundred languages (Conneau et al. 2020, arXiv 1911.02116). */
export const family: Family = {
  ...roberta,
  sentencePiece: {
    dropped: 3,
    first: [
      ['<s>', 0],
      ['<pad>', 0],
      ['</s>', 0],
      ['<unk>', 0],
    ],
    maskTakesSpace: false,
  },
}
