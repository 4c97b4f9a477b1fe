import type { Unit } from './aggregate.ts'
import type { LabelSet } from './labels.ts'
import { argmax, logProbability } from './softmax.ts'
import { allowedTransitions } from './transitions.ts'

/**
 * The likeliest label of each unit by itself, the first on ties; `O` for a word of no pieces.
 *
 * @returns label ids, one a unit
 */
export function decodeArgmax(units: readonly Unit[], labels: LabelSet): Int32Array {
  return Int32Array.from(units, (unit) =>
    unit.piece < 0 ? Math.max(labels.outside, 0) : argmax(unit.probabilities),
  )
}

// #region viterbi
/**
 * The likeliest sequence of labels among those that the scheme allows (Viterbi 1967): the largest sum of
 * log-probabilities. Exact, in time N·C². The log-softmax of a row differs from its logits by a constant that no path
 * can change, so logits are summed as they are, in doubles, left to right; only averaged words need a logarithm. On
 * ties the lower label id wins. A word of no pieces is held to `O`.
 *
 * @param units N of them
 * @param logits that the units' `row` points into, [T, C]
 * @returns label ids, one a unit
 * @throws RangeError when the labels do not tell the scheme, or when it allows no sequence of that length
 */
export function decodeViterbi(units: readonly Unit[], logits: Float32Array, labels: LabelSet): Int32Array {
  const classes = labels.labels.length
  const { start, next, end } = allowedTransitions(labels)
  const length = units.length
  const path = new Int32Array(length)
  if (length === 0) return path
  const from = new Int32Array(length * classes)
  let scores = new Float64Array(classes)
  for (let i = 0; i < length; i++) {
    const emissions = emissionsOf(units[i]!, logits, labels)
    const reached = new Float64Array(classes)
    for (let label = 0; label < classes; label++) {
      let best = Number.NEGATIVE_INFINITY
      let previous = -1
      if (i === 0) best = start[label] ? 0 : best
      else {
        for (let before = 0; before < classes; before++) {
          if (!next[before * classes + label] || scores[before]! <= best) continue
          best = scores[before]!
          previous = before
        }
      }
      reached[label] = best + emissions[label]!
      from[i * classes + label] = previous
    }
    scores = reached
  }
  let last = -1
  for (let label = 0; label < classes; label++) {
    if (end[label] && scores[label]! > (last < 0 ? Number.NEGATIVE_INFINITY : scores[last]!)) last = label
  }
  if (last < 0) {
    throw new RangeError(
      `no sequence of ${length} labels is allowed by scheme ${labels.scheme} with the labels ${labels.labels.join(', ')}; use decode 'argmax' or state another scheme`,
    )
  }
  for (let i = length - 1; i >= 0; i--) {
    path[i] = last
    last = from[i * classes + last]!
  }
  return path
}
// #endregion

/** Log-probabilities of a unit up to a constant, [C]. */
function emissionsOf(unit: Unit, logits: Float32Array, labels: LabelSet): ArrayLike<number> {
  const classes = labels.labels.length
  if (unit.row >= 0) return logits.subarray(unit.row * classes, (unit.row + 1) * classes)
  if (unit.piece >= 0) return Float64Array.from(unit.probabilities, logProbability)
  const held = new Float64Array(classes)
  // Far below any sum of logits, and finite, so that a path stays comparable where a scheme would forbid O.
  if (labels.outside >= 0) held.fill(-1e12).fill(0, labels.outside, labels.outside + 1)
  return held
}
