/**
 * Which bucket a distance is of (Raffel et al. 2020, arXiv 1910.10683, section 2.1): near ones have one each, far ones share
 * them, the more the farther, and all beyond the last.
 */

/** Of both directions. */
export const BUCKETS = 32
/** Of one. */
const HALF = BUCKETS / 2
/** Buckets of one distance, in each direction; from here on they are of two an octave. */
const EXACT = HALF / 2

/**
 * The bucket of the distance i - j of a query i and a key j:
 *
 *     |d| < 8: |d|      else 8 + ⌊ln(|d|/8) / ln(128/8) · 8⌋ = 8 + ⌊2·log₂(|d|/8)⌋, at most 15      d < 0: 16 more
 *
 * In whole numbers: 2·log₂(|d|/8) ≥ k where d² ≥ 64·2ᵏ.
 */
export function bucketOf(distance: number): number {
  const size = Math.abs(distance)
  let bucket = Math.min(size, EXACT)
  for (let square = EXACT * EXACT * 2; bucket >= EXACT && bucket < HALF - 1; square *= 2) {
    if (size * size < square) break
    bucket++
  }
  return bucket + (distance < 0 ? HALF : 0)
}
