/**
 * Maps the distance of two tokens to a row of DeBERTa's relative embeddings, or to a bucket of MPNet's
 * biases.
 */
import { naturalLog } from '../kernels/scalars.ts'

import type { DistanceRows } from './spec.ts'

const f = Math.fround

/**
 * DeBERTa's row for the distance i - j of a query i and a key j. Near distances have a row each; far ones
 * share rows, increasingly so with distance (He et al. 2021, arXiv 2006.03654, section 3.1; the buckets of
 * version 2 are those of its code).
 */
export function rowOf(distance: number, { span, buckets, maxDistance }: DistanceRows): number {
  const bucket = buckets > 0 ? logBucket(distance, buckets, maxDistance) : distance
  return Math.max(0, Math.min(2 * span - 1, bucket + span))
}

/**
 * sign · (⌈ln(|d|/m) / ln((D - 1)/m) · (m - 1)⌉ + m) for |d| > m, half the buckets; otherwise d itself. In
 * float32, as in transformers' make_log_bucket_position.
 */
function logBucket(distance: number, buckets: number, maxDistance: number): number {
  const middle = Math.floor(buckets / 2)
  const size = Math.abs(distance)
  if (size <= middle) return distance
  const part = f(f(naturalLog(f(size / middle))) / f(naturalLog(f((maxDistance - 1) / middle))))
  return Math.sign(distance) * f(Math.ceil(f(part * (middle - 1))) + middle)
}

/** MPNet's buckets for both directions. */
export const BUCKETS = 32
/** Buckets for one direction. */
const HALF = BUCKETS / 2
/** Buckets for a single distance each, in each direction; beyond them, an octave has two. */
const EXACT = HALF / 2

/**
 * MPNet's bucket of the distance i - j (Raffel et al. 2020, arXiv 1910.10683, section 2.1):
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
