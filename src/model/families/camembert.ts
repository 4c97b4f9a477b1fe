/** The family of CamemBERT. */
import type { JsonRecord } from '../../format/json-file.ts'
import type { ModelSpec, SentencePieceSpec } from '../spec.ts'
import { readRoberta } from './roberta.ts'

export const CAMEMBERT_PIECES: SentencePieceSpec = {
  dropped: 1,
  first: [
    ['<s>NOTUSED', 0],
    ['<pad>', 0],
    ['</s>NOTUSED', 0],
    ['<unk>', 0],
    ['<unk>NOTUSED', -100],
  ],
  maskTakesSpace: true,
}

/** CamemBERT: RoBERTa with SentencePiece over French (Martin et al. 2020, arXiv 1911.03894). */
export function readCamembert(json: JsonRecord): ModelSpec {
  return { ...readRoberta(json), sentencePiece: CAMEMBERT_PIECES }
}
