/** What the quantiser writes into config.json. */
import type { JsonRecord } from '../format/json-file.ts'
import { QUANTIZED_WEIGHTS } from '../model/config/quantization-config.ts'
import type { Family, HeadKind } from '../model/family.ts'

/** The `quantization_config` that the quantiser writes for models of a family: its head stays float. */
export function quantizationConfig(
  { prefix, tokenTypes, relativeBias, textHead, wordHead, modern }: Family,
  headKind: HeadKind | undefined = 'tokens',
): JsonRecord {
  const heads: Record<HeadKind, string[]> = {
    tokens: [...(modern ? [modern.dense] : []), 'classifier'],
    text: [textHead.dense.replace('{encoder}', prefix), textHead.output],
    words: [wordHead.dense],
  }
  const positions = modern ? [] : ['position_embeddings']
  const embeddings = [...positions, ...(tokenTypes ? ['token_type_embeddings'] : [])]
  const floats = embeddings.map((name) => `embeddings.${name}`)
  if (relativeBias) floats.push(relativeBias.replace(/\.weight$/, ''))
  return {
    quant_method: 'compressed-tensors',
    format: 'int-quantized',
    quantization_status: 'compressed',
    config_groups: {
      group_0: {
        targets: ['Linear', 'Embedding'],
        weights: Object.fromEntries(QUANTIZED_WEIGHTS),
        input_activations: null,
        output_activations: null,
      },
    },
    ignore: [...heads[headKind], ...floats.map((name) => prefix + name)],
  }
}
