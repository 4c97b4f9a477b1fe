/** What the quantiser writes into config.json. */
import type { JsonRecord } from '../format/json-file.ts'
import type { Family, HeadKind } from '../model/family.ts'
import { QUANTIZED_WEIGHTS } from '../model/quantization-config.ts'

/** The `quantization_config` that the quantiser writes for models of a family: its head stays float. */
export function quantizationConfig(
  { prefix, tokenTypes, textHead, wordHead }: Family,
  headKind: HeadKind | undefined = 'tokens',
): JsonRecord {
  const heads: Record<HeadKind, string[]> = {
    tokens: ['classifier'],
    text: [textHead.dense.replace('{encoder}', prefix), textHead.output],
    words: [wordHead.dense],
  }
  const embeddings = ['position_embeddings', ...(tokenTypes ? ['token_type_embeddings'] : [])]
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
    ignore: [...heads[headKind], ...embeddings.map((name) => `${prefix}embeddings.${name}`)],
  }
}
