/**
 * How the rows of a matrix are divided among tiles: as few tiles as can hold them, of nearly equal size. 20
 * rows by at most 6 are 5, 5, 5, 5, and 128 are 18 sixes and 4 fives. (A tile of 4 rows takes as long as one
 * of 5, since its products wait for each other.) A row's result does not depend on the tile that computes it.
 */

/**
 * How many rows the next tile takes when `left` rows remain and the largest tile has `largest` (4, 5 or 6).
 */
export function nextTileRows(left: i32, largest: i32): i32 {
  const tiles = (left + largest - 1) / largest
  return (left + tiles - 1) / tiles
}

/** The first row of tile `tile`; `rows` rows have rows / largest tiles, rounded up. */
export function tileStart(tile: i32, rows: i32, largest: i32): i32 {
  const tiles = (rows + largest - 1) / largest
  const least = rows / tiles
  return tile * least + min(tile, rows - least * tiles)
}

/** Bytes of activations that stay in the second-level cache while all panels of weights pass over them. */
const ROW_BLOCK_BYTES: i32 = 1 << 19

/**
 * End (exclusive) of the block of rows that starts at `first`, always the end of a tile: up to one tile
 * beyond ROW_BLOCK_BYTES.
 */
export function blockEnd(first: i32, rows: i32, rowBytes: usize, largest: i32): i32 {
  const enough = max(ROW_BLOCK_BYTES / <i32>rowBytes, largest)
  let end = first
  while (end < rows && end - first < enough) end += nextTileRows(rows - end, largest)
  return end
}
