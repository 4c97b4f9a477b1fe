/**
 * How many rows the next tile takes when `left` rows remain and the largest tile has `largest` (4, 5 or 6) rows. What
 * does not divide is shared between the last two tiles, so that no row is computed twice and few alone: 128 rows by 5 end
 * in 5, 4, 4. A row's result does not depend on the tile that computes it.
 */
export function nextTileRows(left: i32, largest: i32): i32 {
  if (left <= largest) return left
  if (left >= 2 * largest) return largest
  return (left + 1) >> 1
}

/** The most rows in a tile. */
export const MOST_TILE_ROWS: i32 = 6
/** Two tiles of the same rows begin at least that far apart: 5 rows by 4 are 3 and 2. */
export const CLOSEST_TILES: i32 = 3

/** The first row of tile `tile` of `rows` rows; there are rows / largest of them, rounded up. */
export function tileStart(tile: i32, rows: i32, largest: i32): i32 {
  // Whole tiles, until less than two of them are left.
  const whole = max(rows / largest - 1, 0)
  if (tile <= whole) return tile * largest
  return whole * largest + nextTileRows(rows - whole * largest, largest)
}
