/**
 * Finds the row of a model's relative embeddings that stands for a distance. Near distances have a row each. Far ones share
 * rows, the more the farther they are (He et al. 2021, arXiv 2006.03654, section 3.1; the buckets of the second version are
 * those of its code).
 */

const f = Math.fround

/** How a model's distances become rows. */
export interface Buckets {
  /** Half the rows: distances up to about this have rows. */
  readonly span: number
  /** Buckets on either side of 0, half of them of one distance; 0 where each distance up to the span has a row. */
  readonly buckets: number
  /** The distance that the last bucket is for. */
  readonly maxDistance: number
}

/** The row of the distance i - j of a query i and a key j. */
export function rowOf(distance: number, { span, buckets, maxDistance }: Buckets): number {
  const bucket = buckets > 0 ? logBucket(distance, buckets, maxDistance) : distance
  return Math.max(0, Math.min(2 * span - 1, bucket + span))
}

/**
 * sign · (⌈ln(|d|/m) / ln((D - 1)/m) · (m - 1)⌉ + m) for |d| > m, half the buckets; d itself up to there. In float32, as
 * transformers' make_log_bucket_position has it.
 */
function logBucket(distance: number, buckets: number, maxDistance: number): number {
  const middle = Math.floor(buckets / 2)
  const size = Math.abs(distance)
  if (size <= middle) return distance
  const part = f(naturalLog(size / middle) / naturalLog((maxDistance - 1) / middle))
  return Math.sign(distance) * f(Math.ceil(f(part * (middle - 1))) + middle)
}

/**
 * ln x as float32, of a float32 x > 0: the same on every engine, which Math.log is not. x = m·2ⁿ with m within 2/3 and 4/3;
 * ln m = 2·(z + z³/3 + z⁵/5 + ...), z = (m - 1)/(m + 1), which is at most 1/5.
 */
function naturalLog(x: number): number {
  let mantissa = f(x)
  let exponent = 0
  for (; mantissa > 4 / 3; mantissa /= 2) exponent++
  for (; mantissa < 2 / 3; mantissa *= 2) exponent--
  const z = (mantissa - 1) / (mantissa + 1)
  let sum = 0
  for (let power = 25; power > 0; power -= 2) sum = sum * z * z + 1 / power
  return f(2 * z * sum + exponent * Math.LN2)
}
