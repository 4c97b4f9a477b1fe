/**
 * Chooses the labels of a text's words: each one independently, or the best sequence that the scheme allows.
 */
import type { Unit } from './aggregate.ts'
import type { LabelSet } from './labels.ts'
import { argmax, logProbability } from './softmax.ts'
import { allowedTransitions, listLabels, NO_GROUP } from './transitions.ts'

const NO_LABEL = -1

/**
 * The likeliest label of each unit independently, the first on ties; `O` for a word without pieces.
 *
 * @returns one label id for each unit
 */
export function decodeArgmax(units: readonly Unit[], labels: LabelSet): Int32Array {
  return Int32Array.from(units, (unit) =>
    unit.piece < 0 ? Math.max(labels.outside, 0) : argmax(unit.probabilities),
  )
}

// #region viterbi
/**
 * The likeliest sequence of labels among those that the scheme allows (Viterbi 1967), which has the largest
 * sum of log-probabilities. Exact, in time N·C: which labels may come before a label depends only on its
 * position and type, so the best label of each such group is found once for each word. The log-softmax of a
 * row differs from its logits by a constant that no path can change, so logits are summed directly, in
 * doubles, left to right; only averaged words need a logarithm. On ties the lower label id wins. A word
 * without pieces must be `O`.
 *
 * @param units N of them
 * @param logits [T, C]; the units' `row` is a row of them
 * @returns one label id for each unit
 * @throws {RangeError} if the scheme cannot be known from the labels, or allows no sequence of that length
 */
export function decodeViterbi(units: readonly Unit[], logits: Float32Array, labels: LabelSet): Int32Array {
  const classes = labels.labels.length
  const { start, end, follows, inCommon, inType, groups } = allowedTransitions(labels)
  const path = new Int32Array(units.length)
  if (units.length === 0) return path
  /** The score of the best path that ends in each label, [C]. */
  const scores = Float64Array.from(start, (may) => (may ? 0 : Number.NEGATIVE_INFINITY))
  /** The score of the best label of each group, [groups], and that label before each unit, [N, groups]. */
  const best = new Float64Array(groups)
  const before = new Int32Array(units.length * groups).fill(NO_LABEL)
  for (const [i, unit] of units.entries()) {
    if (i > 0) {
      best.fill(Number.NEGATIVE_INFINITY)
      const enter = (group: number, label: number): void => {
        if (group === NO_GROUP || scores[label]! <= best[group]!) return
        best[group] = scores[label]!
        before[i * groups + group] = label
      }
      for (let label = 0; label < classes; label++) {
        enter(inCommon[label]!, label)
        enter(inType[label]!, label)
      }
      for (let label = 0; label < classes; label++) scores[label] = best[follows[label]!]!
    }
    const emissions = emissionsOf(unit, logits, labels)
    for (let label = 0; label < classes; label++) scores[label]! += emissions[label]!
  }
  let last = NO_LABEL
  for (let label = 0; label < classes; label++) {
    const most = last === NO_LABEL ? Number.NEGATIVE_INFINITY : scores[last]!
    if (end[label] && scores[label]! > most) last = label
  }
  if (last === NO_LABEL) {
    throw new RangeError(
      `no sequence of ${units.length} labels is allowed by scheme ${labels.scheme} with the labels ${listLabels(labels.labels)}; use decode 'argmax' or state another scheme`,
    )
  }
  for (let i = units.length - 1; i >= 0; i--) {
    path[i] = last
    last = before[i * groups + follows[last]!]!
  }
  return path
}
// #endregion

/** Log-probabilities of a unit up to a constant, [C]. */
export function emissionsOf(unit: Unit, logits: Float32Array, labels: LabelSet): ArrayLike<number> {
  const classes = labels.labels.length
  if (unit.row >= 0) return logits.subarray(unit.row * classes, (unit.row + 1) * classes)
  if (unit.piece >= 0) return Float64Array.from(unit.probabilities, logProbability)
  const held = new Float64Array(classes)
  // Far below any sum of logits, yet finite, so that paths stay comparable where a scheme forbids O.
  if (labels.outside >= 0) held.fill(-1e12).fill(0, labels.outside, labels.outside + 1)
  return held
}
