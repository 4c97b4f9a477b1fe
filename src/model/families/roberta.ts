/** The family of RoBERTa, with XLM-R and CamemBERT, which differ from it in their tokenizers alone. */
import type { JsonRecord } from '../../format/json-file.ts'
import { bertSpec, type HeadNames } from '../modules.ts'
import { BERT_STYLE, readConfig } from '../read-config.ts'
import type { ModelSpec, SentencePieceSpec } from '../spec.ts'

export const ROBERTA_HEADS: HeadNames = {
  text: { dense: 'classifier.dense', activation: 'tanh', output: 'classifier.out_proj' },
  words: {
    dense: 'lm_head.dense',
    norm: 'lm_head.layer_norm',
    activation: 'gelu',
    decoder: 'lm_head.decoder',
    bias: ['lm_head.bias', 'lm_head.decoder.bias'],
  },
}

/**
 * BERT trained longer, with one token type and positions that start after the id of padding: Liu et al. 2019 (arXiv
 * 1907.11692). Defaults: transformers' RobertaConfig.
 */
export function readRoberta(json: JsonRecord): ModelSpec {
  const config = readConfig(json, { ...BERT_STYLE, padding: { key: 'pad_token_id', otherwise: 1 } })
  return bertSpec(config, { prefix: 'roberta.', heads: ROBERTA_HEADS })
}

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
