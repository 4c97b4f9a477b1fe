/**
 * Attention of the kernels in plain loops (reference.ts): in float32, and in the exact sums of precision
 * int8.
 */
import * as math from './math.ts'
import { quantizeToLimit } from './quantization.ts'

const f = Math.fround

const LARGEST_FLOAT = 3.4028234663852886e38

/** A row of relative positions: float32, or int16 with a scale. */
export interface RelativeRow {
  readonly values: Float32Array | Int16Array
  readonly scale: number
}

/** The relative positions of one head, and which row a distance has. */
export interface RelativeHead {
  readonly keys: readonly RelativeRow[] | undefined
  readonly queries: readonly RelativeRow[] | undefined
  readonly rowOf: (distance: number) => number
  /** What a distance adds to a score: before it is scaled, at precision int8 afterwards. */
  readonly biasOf: ((distance: number) => number) | undefined
}

/** One head over one sequence of T tokens: rows [T][D], probabilities [T, T] where they are wanted. */
type Attend = (
  queries: readonly Float32Array[],
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
  out: readonly Float32Array[],
  probabilities: Float32Array | undefined,
  relative: RelativeHead | undefined,
  window: number,
) => void

// #region window
/** Lanes that sums over a row of scores run in: key j is in lane j mod 8, wherever a window begins. */
const SUM_LANES = 8

/** The keys from `first` up to `end` that query i of T meets, and a whole number of lanes to begin at. */
function seenBy(i: number, tokens: number, window: number): { begin: number; first: number; end: number } {
  if (window === 0) return { begin: 0, first: 0, end: tokens }
  const first = Math.max(0, i - window + 1)
  return { begin: first - (first % SUM_LANES), first, end: Math.min(tokens, i + window) }
}
// #endregion

/** n: how many kinds of scores are added up. */
function kindsOf(relative: RelativeHead | undefined): number {
  return 1 + (relative?.keys ? 1 : 0) + (relative?.queries ? 1 : 0)
}

// #region float-attention
export const floatAttention: Attend = (queries, keys, values, out, probabilities, relative, window) => {
  const scale = f(1 / Math.sqrt(queries[0]!.length * kindsOf(relative)))
  for (const [i, query] of queries.entries()) {
    const { begin, first, end } = seenBy(i, keys.length, window)
    const weights = Float32Array.from(keys.slice(begin, end), (key) => floatDot(query, key))
    if (relative) addRelativeScores(weights, i, query, keys, relative)
    weights.fill(-LARGEST_FLOAT, 0, first - begin)
    const inverse = softmax(weights, scale)
    weights.fill(0, 0, first - begin)
    const context = out[i]!.fill(0)
    for (const [j, value] of values.slice(begin, end).entries()) {
      for (let d = 0; d < value.length; d++) context[d] = f(context[d]! + f(weights[j]! * value[d]!))
    }
    for (let d = 0; d < context.length; d++) context[d] = f(context[d]! * inverse)
    probabilities?.fill(0, i * keys.length, (i + 1) * keys.length).set(
      weights.map((weight) => f(weight * inverse)),
      i * keys.length + begin,
    )
  }
}
// #endregion

// #region relative-scores
/**
 * What relative positions add to the scores of query i: Raffel et al. 2020, section 2.1; He et al. 2021,
 * equation 4.
 */
function addRelativeScores(
  scores: Float32Array,
  i: number,
  query: Float32Array,
  keys: readonly Float32Array[],
  relative: RelativeHead,
): void {
  for (const [j, key] of keys.entries()) {
    if (relative.biasOf) scores[j] = f(scores[j]! + relative.biasOf(i - j))
    const row = relative.rowOf(i - j)
    if (relative.keys) scores[j] = f(scores[j]! + floatDot(query, relative.keys[row]!.values))
    if (relative.queries) scores[j] = f(scores[j]! + floatDot(key, relative.queries[row]!.values))
  }
}
// #endregion

/** Σ a·b, in ascending order. */
function floatDot(a: Float32Array, b: ArrayLike<number>): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum = f(sum + f(a[d]! * b[d]!))
  return sum
}

// #region exact-attention
/** The largest value of a column of V, and about the sum of a row's exponentials, as int16. */
const VALUE_LIMIT = 8191
const EXPONENTIALS = 2 ** 17
const LARGEST_INT16 = 32767

/** The largest |q| and |k|, so that D products fit int32. */
export function keyLimit(headDim: number): number {
  return Math.min(16383, Math.floor(Math.sqrt((2 ** 31 - 1) / headDim)))
}

/** At precision int8: both products are exact sums, as assembly/attention-int16.ts says. */
export const exactAttention: Attend = (queries, keys, values, out, probabilities, relative, window) => {
  const headDim = queries[0]!.length
  const limit = keyLimit(headDim)
  const scale = f(Math.LOG2E / Math.sqrt(headDim * kindsOf(relative)))
  const wholeKeys = keys.map((key) => quantizeToLimit(key, limit))
  const columns = Array.from({ length: headDim }, (_, d) =>
    quantizeToLimit(
      Float32Array.from(values, (value) => value[d]!),
      VALUE_LIMIT,
    ),
  )
  for (const [i, row] of queries.entries()) {
    const query = quantizeToLimit(row, limit)
    const factor = f(query.scale * scale)
    const { begin, first, end } = seenBy(i, keys.length, window)
    const weights = Float32Array.from(wholeKeys.slice(begin, end), (key) =>
      f(f(dot(query.values, key.values)) * f(factor * key.scale)),
    )
    if (relative) {
      const product = (own: Int16Array, ownFactor: number, { values, scale }: RelativeRow): number =>
        f(f(dot(own, values)) * f(ownFactor * scale))
      for (const [j, key] of wholeKeys.entries()) {
        if (relative.biasOf) weights[j] = f(weights[j]! + relative.biasOf(i - j))
        const row = relative.rowOf(i - j)
        if (relative.keys) {
          weights[j] = f(weights[j]! + product(query.values, factor, relative.keys[row]!))
        }
        if (relative.queries) {
          weights[j] = f(weights[j]! + product(key.values, f(key.scale * scale), relative.queries[row]!))
        }
      }
    }
    weights.fill(-LARGEST_FLOAT, 0, first - begin)
    const { max, wrong } = extremes(weights)
    for (let j = 0; j < weights.length; j++) weights[j] = math.powerOfTwo(f(weights[j]! - max))
    weights.fill(0, 0, first - begin)
    const sum = f(math.sumInLanes((j) => weights[j]!, weights.length, 8) + wrong)
    const most = Math.min(LARGEST_INT16, f(EXPONENTIALS / sum))
    const whole = Int16Array.from(weights, (weight) => math.roundHalfEven(f(weight * most)))
    const inverse = f(1 / f(sum * most))
    for (const [d, column] of columns.entries()) {
      const seen = column.values.subarray(begin, end)
      out[i]![d] = f(f(dot(whole, seen)) * f(inverse * column.scale))
    }
    probabilities?.fill(0, i * keys.length, (i + 1) * keys.length).set(
      weights.map((weight) => f(weight * f(1 / sum))),
      i * keys.length + begin,
    )
  }
}

/** Σ a·b of whole numbers, which stays below 2³¹. */
function dot(a: Int16Array, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
// #endregion

// #region softmax
/**
 * e^(s·scale - max) in place; returns 1 / Σ, with the sum in 8 lanes, or NaN where a score is NaN or
 * infinite.
 */
export function softmax(scores: Float32Array, scale: number): number {
  for (let j = 0; j < scores.length; j++) scores[j] = f(scores[j]! * scale)
  const { max, wrong } = extremes(scores)
  for (let j = 0; j < scores.length; j++) scores[j] = math.exp(f(scores[j]! - max))
  return f(1 / f(math.sumInLanes((j) => scores[j]!, scores.length, 8) + wrong))
}

/**
 * The largest score, and what is added to the sum of the row: 0, or NaN where the smallest is -∞. (A score
 * that is NaN makes the sum NaN by itself, and so does one that is ∞, by ∞ - ∞.)
 */
function extremes(scores: Float32Array): { max: number; wrong: number } {
  let max = -LARGEST_FLOAT
  let min = LARGEST_FLOAT
  for (const score of scores) {
    if (score > max) max = score
    if (score < min) min = score
  }
  return { max, wrong: min * 0 }
}
// #endregion
