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

/** The first row of the tile that row `row` of `rows` falls into. */
export function tileStart(row: i32, rows: i32, largest: i32): i32 {
  if (rows <= largest) return 0
  // Whole tiles, until less than two of them are left.
  const tail = (rows / largest - 1) * largest
  if (row < tail) return (row / largest) * largest
  const count = nextTileRows(rows - tail, largest)
  return row < tail + count ? tail : tail + count
}
