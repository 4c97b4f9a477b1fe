/**
 * The head of GLiNER's encoder of types, which makes a vector of each type (the bi-encoder of Stepanov et al. 2026,
 * arXiv 2602.18487; BiEncoder of the package gliner):
 *
 *     p = FFN(mean of the type's tokens, as wide as words)               [T, H] → [D]
 *
 * The package makes every token as wide as words before the mean, which gives the same.
 */
import type { Kernels, Matrix } from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import { poolTexts } from './label-head.ts'
import type { Placed, TypeHeadSpec } from './spec.ts'
import type { Workspace } from './workspace.ts'

interface TypeBuffers {
  /** [S, H] */
  readonly pooled: Matrix
  /** [S, D] */
  readonly projected: Matrix
  /** [S, 4D] and [S, D] */
  readonly inner: Matrix | undefined
  readonly prompts: Matrix | undefined
}

/** Places the buffers for some types. */
export function layTypeHead(
  layout: Layout,
  { size, projection, prompt }: TypeHeadSpec | Placed<TypeHeadSpec>,
  hiddenSize: number,
  types: number,
): TypeBuffers {
  const pooled = layout.matrix(types, hiddenSize)
  return {
    pooled,
    projected: projection ? layout.matrix(types, size) : pooled,
    inner: prompt && layout.matrix(types, prompt.inner.outputs),
    prompts: prompt && layout.matrix(types, size),
  }
}

/** The vector of each sequence, [D]. */
export function encodeTypes(
  kernels: Kernels,
  head: Placed<TypeHeadSpec>,
  { hiddenStates, sequences }: Pick<Workspace, 'hiddenStates' | 'sequences'>,
): Float32Array[] {
  const { layout, memory } = kernels
  const { projection, prompt } = head
  const { pooled, projected, inner, prompts } = layTypeHead(
    layout,
    head,
    hiddenStates.columns,
    sequences.count,
  )
  poolTexts(memory, 'mean', hiddenStates, sequences, pooled)
  if (projection) kernels.linear(pooled, projection, projected, 'identity')
  if (prompt) {
    kernels.linear(projected, prompt.inner, inner!, 'relu')
    kernels.linear(inner!, prompt.outer, prompts!, 'identity')
  }
  return Array.from({ length: sequences.count }, (_, s) => memory.copyRows(prompts ?? projected, s, s + 1))
}
