/**
 * Chooses the labels of a text by a conditional random field, for models that were trained with one above their
 * classifier.
 */
import type { Unit } from './aggregate.ts'
import type { Crf } from './labels.ts'

// #region crf
/**
 * The sequence of labels y₁ ... y_T with the largest score, exact by dynamic programming (Viterbi 1967):
 *
 *     start[y₁] + Σ logits[t, yₜ] + Σ transitions[yₜ₋₁, yₜ] + end[y_T]
 *
 * Sums are doubles, left to right; on ties the lower label id wins.
 *
 * @param logits [T, C], T at least 1
 * @returns a label id for each row
 */
export function crfPath(logits: Float32Array | Float64Array, { start, end, transitions }: Crf): Int32Array {
  const classes = start.length
  const length = logits.length / classes
  const path = new Int32Array(length)
  /** The score of the best path that ends in each label, [C], and the label before the last one of it, [T, C]. */
  let scores = Float64Array.from({ length: classes }, (_, label) => start[label]! + logits[label]!)
  const before = new Int32Array(length * classes)
  for (let t = 1; t < length; t++) {
    scores = scores.map((_, to) => {
      let from = 0
      let most = Number.NEGATIVE_INFINITY
      for (let label = 0; label < classes; label++) {
        const score = scores[label]! + transitions[label * classes + to]!
        if (score <= most) continue
        most = score
        from = label
      }
      before[t * classes + to] = from
      return most + logits[t * classes + to]!
    })
  }
  let last = 0
  for (let label = 1; label < classes; label++) {
    if (scores[label]! + end[label]! > scores[last]! + end[last]!) last = label
  }
  for (let t = length - 1; t >= 0; t--) {
    path[t] = last
    last = before[t * classes + last]!
  }
  return path
}
// #endregion

/**
 * The labels of units by the path over all pieces, `[CLS]` and `[SEP]` included: that is what such models are
 * trained on. A word has the label of its first piece, whatever the strategy; one without pieces is `outside`.
 *
 * @param logits [T, C]
 * @param outside the id of `O`, or -1
 * @returns one label id for each unit
 */
export function decodeCrf(
  units: readonly Unit[],
  logits: Float32Array,
  crf: Crf,
  outside: number,
): Int32Array {
  const path = crfPath(logits, crf)
  return Int32Array.from(units, ({ piece }) => (piece < 0 ? Math.max(outside, 0) : path[piece]!))
}
