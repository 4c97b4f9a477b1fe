/**
 * How the rows of a matrix are shared among tiles. As few tiles as can hold them get about equally many: 20 rows by at most 6
 * are 5, 5, 5, 5, and 128 are 18 sixes and 4 fives. (A tile of 4 rows takes as long as one of 5, since its products wait for
 * each other.) A row's result does not depend on the tile that computes it.
 */

/** How many rows the next tile takes where `left` rows remain and the largest tile has `largest` (4, 5 or 6). */
export function nextTileRows(left: i32, largest: i32): i32 {
  const tiles = (left + largest - 1) / largest
  return (left + tiles - 1) / tiles
}

/** The first row of tile `tile` of `rows` rows; there are rows / largest of them, rounded up. */
export function tileStart(tile: i32, rows: i32, largest: i32): i32 {
  const tiles = (rows + largest - 1) / largest
  const least = rows / tiles
  return tile * least + min(tile, rows - least * tiles)
}

/** Bytes of activations that stay in the second-level cache while all panels of weights pass over them. */
const ROW_BLOCK_BYTES: i32 = 1 << 19

/** Where the block of rows ends that begins with row `first`: with a whole tile. */
export function blockEnd(first: i32, rows: i32, rowBytes: usize, largest: i32): i32 {
  const enough = max(ROW_BLOCK_BYTES / <i32>rowBytes, largest)
  let end = first
  while (end < rows && end - first < enough) end += nextTileRows(rows - end, largest)
  return end
}
