/** The family of DeBERTa's first version. */
import type { Family } from '../family.ts'
import { family as second } from './deberta-v2.ts'

export { readMore } from './deberta-v2.ts'

/**
 * DeBERTa of the first version: a row for each distance, and queries, keys and values in one tensor (He et al. 2021, arXiv
 * 2006.03654). Defaults: transformers' DebertaConfig.
 */
export const family: Family = {
  ...second,
  fusedAttention: true,
}
