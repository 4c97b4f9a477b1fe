/** The family of CamemBERT. */
import type { Family } from '../family.ts'
import { family as roberta } from './roberta.ts'

/** CamemBERT: RoBERTa with SentencePiece over French (Martin et al. 2020, arXiv 1911.03894). */
export const family: Family = {
  ...roberta,
  sentencePiece: {
    dropped: 1,
    first: [
      ['<s>NOTUSED', 0],
      ['<pad>', 0],
      ['</s>NOTUSED', 0],
      ['<unk>', 0],
      ['<unk>NOTUSED', -100],
    ],
    maskTakesSpace: true,
  },
}
