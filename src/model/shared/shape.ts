/** Layers that share their weights (Lan et al. 2020, arXiv 1909.11942, section 3.1): plain data, that goes to a worker. */

export interface SharedLayers {
  /** Which stored layer each of the L layers is. */
  readonly order: readonly number[]
  /** What stands for `{i}` in the names of each stored layer's tensors. */
  readonly names: readonly string[]
}
