/** The family of DeBERTa version 1. */
import type { JsonRecord } from '../../format/json-file.ts'
import { floats, linear } from '../modules.ts'
import type { LinearSpec, ModelSpec } from '../spec.ts'
import { readDisentangled } from './deberta-v2.ts'

/**
 * DeBERTa version 1: one row for each distance; queries, keys and values in one tensor, which contains, for
 * each head, the rows of its queries, its keys, and its values; no bias for keys, or for positions as keys
 * (He et al. 2021, arXiv 2006.03654). Defaults: transformers' DebertaConfig.
 */
export function readDeberta(json: JsonRecord): ModelSpec {
  const spec = readDisentangled(json, { buckets: 0, shared: false, normalized: false })
  const { hiddenSize, numHeads } = spec.config
  const inLayer = (layer: number, name: string): string =>
    `{encoder}encoder.layer.${layer}.attention.self.${name}`
  const fused = (layer: number): LinearSpec => {
    const whole = linear(inLayer(layer, 'in_proj'), 3 * hiddenSize, hiddenSize, { bias: false })
    const { weight } = whole.from[0]!
    const from = ['q_bias', undefined, 'v_bias'].map((bias, index) => ({
      weight: { ...weight, part: { index, count: 3, blocks: numHeads } },
      bias: bias === undefined ? undefined : floats(inLayer(layer, bias), hiddenSize),
    }))
    return { ...whole, from }
  }
  const relative = spec.relative as ModelSpec['relative'] & { kind: 'disentangled' }
  const projections = relative.projections!.map(({ key, query }, layer) => ({
    key: key && linear(inLayer(layer, 'pos_proj'), hiddenSize, hiddenSize, { bias: false }),
    query: query && linear(inLayer(layer, 'pos_q_proj'), hiddenSize, hiddenSize),
  }))
  return {
    ...spec,
    layers: spec.layers.map((layer, index) => ({ ...layer, queryKeyValue: fused(index) })),
    relative: { ...relative, projections },
  }
}
