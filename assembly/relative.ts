/**
 * Adds to attention's scores what relative positions contribute, for one head over one sequence: a bias for
 * each distance,
 *
 *     scores[i, j] += B[i - j]                             Raffel et al. 2020 (arXiv 1910.10683), section 2.1
 *
 * or, in disentangled attention,
 *
 *     scores[i, j] += Q[i]·Kr[i - j] + K[j]·Qr[i - j]      He et al. 2021 (arXiv 2006.03654), equation 4
 *
 * Biases lie in the order of falling distances, so that those of a row of scores are neighbours. Kr and Qr
 * are a layer's projections of its relative positions, packed at load as keys are, in the same order; far
 * distances share a row. So the products of a few rows with all distances that these rows can have are those
 * of neighbouring panels:
 *
 *     contentToPosition   [QUERY_ROWS][S]           Q·Krᵀ of the block of queries     S: R rows, spread
 *     positionToContent   [T rounded up to 4][S]    K·Qrᵀ of all keys
 *
 * Each score then takes one number of each, at a place that a table gives.
 */
import { RelativePositions } from './commands'

/** Where the row of a distance is among the packed ones, in bytes of float32. */
export function columnOf(call: RelativePositions, distance: i32): i32 {
  return load<i32>(call.distances - ((<usize>distance) << 2))
}

/**
 * scores[j] += products[j][column[j]]
 *
 * @param scores   float32, room for `width` rounded up to 4
 * @param columns  in bytes, from the first distance on, likewise
 * @param step     bytes from the products of one j to those of the next; 0 where all share one row
 */
export function addProducts(scores: usize, width: i32, columns: usize, products: usize, step: usize): void {
  const end = scores + ((<usize>width) << 2)
  for (; scores < end; scores += 16, columns += 16) {
    let taken = v128.load32_zero(products + load<u32>(columns))
    products += step
    taken = v128.load32_lane(products + load<u32>(columns, 4), taken, 1)
    products += step
    taken = v128.load32_lane(products + load<u32>(columns, 8), taken, 2)
    products += step
    taken = v128.load32_lane(products + load<u32>(columns, 12), taken, 3)
    products += step
    v128.store(scores, f32x4.add(v128.load(scores), taken))
  }
}

/** Whether there is anything to add. */
export function hasRelative(call: RelativePositions): bool {
  return (call.distances | call.biases) !== 0
}

/** Adds to a query's row of scores the biases of the distances, its own products, and those of the keys. */
export function addRelativeScores(
  call: RelativePositions,
  head: i32,
  scores: usize,
  tokens: i32,
  query: i32,
  contentToPosition: usize,
  positionToContent: usize,
  positionStride: usize,
): void {
  if (call.biases !== 0) {
    const end = scores + ((<usize>tokens) << 2)
    let from = call.biases + call.relativeBytes * head - ((<usize>query) << 2)
    for (let to = scores; to < end; to += 16, from += 16) {
      v128.store(to, f32x4.add(v128.load(to), v128.load(from)))
    }
  }
  const columns = call.distances - ((<usize>query) << 2)
  if (call.relativeKeys !== 0) addProducts(scores, tokens, columns, contentToPosition, 0)
  if (call.relativeQueries !== 0) {
    addProducts(scores, tokens, columns, positionToContent, positionStride)
  }
}
