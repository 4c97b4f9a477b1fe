/** The family of XLM-R. */
import type { JsonRecord } from '../../format/json-file.ts'
import type { ModelSpec, SentencePieceSpec } from '../spec.ts'
import { readRoberta } from './roberta.ts'

export const XLM_ROBERTA_PIECES: SentencePieceSpec = {
  dropped: 3,
  first: [
    ['<s>', 0],
    ['<pad>', 0],
    ['</s>', 0],
    ['<unk>', 0],
  ],
  maskTakesSpace: false,
}

/** XLM-R: RoBERTa with SentencePiece over a hundred languages (Conneau et al. 2020, arXiv 1911.02116). */
export function readXlmRoberta(json: JsonRecord): ModelSpec {
  return { ...readRoberta(json), sentencePiece: XLM_ROBERTA_PIECES }
}
