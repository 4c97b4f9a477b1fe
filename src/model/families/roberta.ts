/**
 * The family of RoBERTa, with XLM-R, CamemBERT and data2vec, which differ from it in their tokenizers or names
 * alone, and RoBERTa with its LayerNorms before the blocks.
 */
import type { JsonRecord } from '../../format/json-file.ts'
import { bertSpec, type HeadNames, norm } from '../modules.ts'
import { BERT_STYLE, readConfig } from '../read-config.ts'
import type { ModelSpec, NormSpec, SentencePieceSpec } from '../spec.ts'

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
  return robertaSpec(json, 'roberta.')
}

function robertaSpec(json: JsonRecord, prefix: string): ModelSpec {
  const config = readConfig(json, { ...BERT_STYLE, padding: { key: 'pad_token_id', otherwise: 1 } })
  return bertSpec(config, { prefix, heads: ROBERTA_HEADS })
}

/** data2vec's encoder of texts: RoBERTa, taught otherwise (Baevski et al. 2022, arXiv 2202.03555). */
export function readData2vecText(json: JsonRecord): ModelSpec {
  return robertaSpec(json, 'data2vec_text.')
}

/**
 * RoBERTa with a LayerNorm before each block instead of after it, and one after the last (fairseq's
 * `--encoder-normalize-before`; Wettig et al. 2023, arXiv 2202.08005). Defaults: transformers'
 * RobertaPreLayerNormConfig.
 */
export function readRobertaPreLayerNorm(json: JsonRecord): ModelSpec {
  const spec = robertaSpec(json, 'roberta_prelayernorm.')
  const { hiddenSize, layerNormEps, numLayers } = spec.config
  const normOf = (module: string): NormSpec => norm(`{encoder}${module}`, hiddenSize, layerNormEps)
  const beforeLayer = (index: number): NormSpec =>
    normOf(index < numLayers ? `encoder.layer.${index}.attention.LayerNorm` : 'LayerNorm')
  return {
    ...spec,
    norm: 'pre',
    firstLayerNorm: beforeLayer(0),
    layers: spec.layers.map((layer, index) => ({
      ...layer,
      attentionLayerNorm: normOf(`encoder.layer.${index}.intermediate.LayerNorm`),
      outputLayerNorm: beforeLayer(index + 1),
    })),
  }
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
