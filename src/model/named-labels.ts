/**
 * GLiNER2's scores of labels that a call names, for whole texts, each from the token before it (the classifier of the package
 * gliner2; Zaratiana et al. 2025, arXiv 2507.18546):
 *
 *     logit = relu(h·W₁ᵀ + b₁)·W₂ᵀ + b₂                                  [C, H] → [C]
 */
import type { Kernels } from '../kernels/kernels.ts'
import { gatherTokens } from './gather-words.ts'
import type { CountingSpec, GlinerWordsSpec, Placed } from './spec.ts'
import type { Workspace } from './workspace.ts'

/**
 * The logits of the labels of each sequence, [C]. They need less room than spans of as many tokens.
 *
 * @param tokens  the token before each label, one list for each sequence
 */
export function namedLabelLogits(
  kernels: Kernels,
  head: Placed<GlinerWordsSpec>,
  { inner, outer }: Placed<CountingSpec>['label'],
  workspace: Pick<Workspace, 'hiddenStates' | 'sequences'>,
  tokens: readonly (readonly number[])[],
): Float32Array[] {
  const { layout, memory } = kernels
  const labels = gatherTokens(kernels, head, workspace, tokens)
  const hidden = layout.matrix(labels.rows, inner.outputs)
  const logits = layout.matrix(labels.rows, outer.outputs)
  kernels.linear(labels, inner, hidden, 'relu')
  kernels.linear(hidden, outer, logits, 'identity')
  let first = 0
  return tokens.map(({ length }) => {
    first += length
    return memory.copyRows(logits, first - length, first)
  })
}
