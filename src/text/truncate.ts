/** Texts that are read whole or cut, never in windows: cut as the Rust tokenizers library cuts them. */
import type { PairEncoding } from './encoding.ts'

/** The first `maxLength` ids, the last of which ends the sequence as before. */
export function truncateText(ids: readonly number[], maxLength: number): readonly number[] {
  return ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), ids.at(-1)!]
}

/**
 * A pair of at most `maxLength` ids: the longer text is cut at its end until both are as long, then both
 * (`longest_first`); special tokens stay.
 */
export function truncatePair(
  pair: PairEncoding,
  maxLength: number,
): Pick<PairEncoding, 'ids' | 'tokenTypeIds'> {
  const { ids, tokenTypeIds, sequenceIds } = pair
  if (ids.length <= maxLength) return pair
  const lengths = [0, 1].map((which) => sequenceIds.filter((id) => id === which).length) as [number, number]
  const room = maxLength - (ids.length - lengths[0] - lengths[1])
  const left = shortened(lengths, Math.max(0, room))
  const seen = [0, 0]
  const kept: number[] = []
  for (const [index, which] of sequenceIds.entries()) {
    if (which === null || seen[which]!++ < left[which]!) kept.push(index)
  }
  return { ids: kept.map((index) => ids[index]!), tokenTypeIds: kept.map((index) => tokenTypeIds[index]!) }
}

/** How much of each of two texts is left where they have `room` together. */
function shortened([first, second]: readonly [number, number], room: number): readonly [number, number] {
  const swapped = first > second
  let [short, long] = swapped ? [second, first] : [first, second]
  long = short > room ? short : Math.max(short, room - short)
  if (short + long > room) {
    short = Math.floor(room / 2)
    long = short + (room % 2)
  }
  return swapped ? [long, short] : [short, long]
}
