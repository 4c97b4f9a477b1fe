/** The family of ModernBERT. */
import type { Family } from '../family.ts'

export { readModern as readMore } from '../modern/config.ts'

/**
 * ModernBERT: rotary positions, gated feed-forward layers, local and global attention by turns, and a LayerNorm before each
 * block in place of behind it (Warner et al. 2024, arXiv 2412.13663). Defaults: transformers' ModernBertConfig. Queries, keys
 * and values are one matrix in its files, and so are a layer's two first feed-forward matrices: here they have names of their
 * own, which ../modern/tensors.ts gives them. What config.json decides is read by ../modern/config.ts.
 */
export const family: Family = {
  keys: {
    hiddenSize: 'hidden_size',
    numLayers: 'num_hidden_layers',
    numHeads: 'num_attention_heads',
    intermediateSize: 'intermediate_size',
    hiddenActivation: 'hidden_activation',
  },
  layerNormEps: { key: 'norm_eps', otherwise: 1e-5 },
  prefix: 'model.',
  layers: {
    query: 'layers.{i}.attn.Wqkv.query',
    key: 'layers.{i}.attn.Wqkv.key',
    value: 'layers.{i}.attn.Wqkv.value',
    attentionOutput: 'layers.{i}.attn.Wo',
    attentionLayerNorm: 'layers.{i}.attn_norm',
    intermediate: 'layers.{i}.mlp.Wi.input',
    output: 'layers.{i}.mlp.Wo',
    outputLayerNorm: 'layers.{i}.mlp_norm',
  },
  modern: {
    gate: 'layers.{i}.mlp.Wi.gate',
    finalNorm: 'final_norm',
    dense: 'head.dense',
    norm: 'head.norm',
  },
  textHead: { dense: 'head.dense', activation: 'gelu', output: 'classifier' },
  wordHead: { dense: 'head.dense', norm: 'head.norm', decoder: 'decoder', bias: ['decoder.bias'] },
}
