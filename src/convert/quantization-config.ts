/** Writes the part of config.json that says how weights are quantised; model/quantization-config.ts reads it. */
import type { JsonRecord } from '../format/json-file.ts'
import type { Family, HeadKind } from '../model/family.ts'
import { WEIGHTS } from '../model/quantization-config.ts'

/** The `quantization_config` that the quantiser writes for models of a family: its head stays float. */
export function quantizationConfig(
  { prefix, tokenTypes, textHead, wordHead, modern }: Family,
  headKind: HeadKind | undefined = 'tokens',
): JsonRecord {
  const heads: Record<HeadKind, string[]> = {
    tokens: [...(modern ? [modern.dense] : []), 'classifier'],
    text: [textHead.dense.replace('{encoder}', prefix), textHead.output],
    words: [wordHead.dense],
  }
  const positions = modern ? [] : ['position_embeddings']
  const embeddings = [...positions, ...(tokenTypes ? ['token_type_embeddings'] : [])]
  return {
    quant_method: 'compressed-tensors',
    format: 'int-quantized',
    quantization_status: 'compressed',
    config_groups: {
      group_0: {
        targets: ['Linear', 'Embedding'],
        weights: Object.fromEntries(WEIGHTS),
        input_activations: null,
        output_activations: null,
      },
    },
    ignore: [...heads[headKind], ...embeddings.map((name) => `${prefix}embeddings.${name}`)],
  }
}
