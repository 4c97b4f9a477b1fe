/**
 * y = x·Wᵀ + b in float32, W packed at load in panels of 8 output channels (16 where the engine re-vectorises to 256
 * bits):
 *
 *     weights   for each panel, for each input k: w[n0, k] w[n1, k] ... w[n7, k]
 *     bias      float32, padded with zeros to whole panels
 *
 * Each output is ((x₀w₀ + x₁w₁) + x₂w₂) + ... + b, in that order in every build. The relaxed build can fuse each product
 * with its addition, which rounds once instead of twice; at precision int8 it must not. Rows are read where they are in
 * memory: a pointer for each, no copy. What was tried, tiles of rows × vectors of 4 channels, in GOP/s (one Zen 4 core, M 120, K 1024,
 * N 4096; bench/RESULTS.md has the current table):
 *   4×2 44, 5×2 46;
 *   fused 6×2 55, which is 98 % of the 128-bit peak; 6×4 39, since 24 sums do not fit the registers;
 *   fused and re-vectorised 6×2 79, 6×4 108: twelve sums of 256 bits hide the latency of the fused product.
 * And on a Xeon, where 300 MB of weights come from memory (16 rows 30 GOP/s, 128 rows 43, of 46 that the core has):
 *   a byte of the next panel touched in each step, as linear-digits.ts does: 16 rows 9 % faster, 128 rows of K 768 4 % slower, since with
 *   six rows' pointers the loop has no register left; a page of it at a time: 14 % faster, and 13 % slower;
 *   a loop in the loop, so that a touch costs nothing in most steps: 16 rows 16 to 20 % faster, 128 rows 2 to 12 % slower.
 */
import { activate } from './activation'
import { Fused } from './simd'
import { blockEnd, nextTileRows } from './tile-rows'
import { tile8, tile16 } from './tiles-f32'

/**
 * Panels `from` to `to` of the layer, all rows.
 *
 * @param panel     8 or 16 output channels, as the weights were packed
 * @param tileRows  the largest tile: 4, 5 or 6; 6 where the panel is 16
 */
export function linearFloat32<Product>(
  x: usize,
  xStride: usize,
  rows: i32,
  weights: usize,
  k: i32,
  bias: usize,
  out: usize,
  outStride: usize,
  activation: i32,
  panel: i32,
  tileRows: i32,
  from: i32,
  to: i32,
): void {
  const panelBytes: usize = (<usize>k * panel) << 2
  for (let first: i32 = 0, last: i32 = 0; first < rows; first = last) {
    last = blockEnd(first, rows, xStride, tileRows)
    for (let index = from; index < to; index++) {
      const w = weights + panelBytes * index
      const panelBias = bias + ((<usize>(index * panel)) << 2)
      const panelOut = out + ((<usize>(index * panel)) << 2)
      let row = first
      while (row < last) {
        const count = nextTileRows(last - row, tileRows)
        const tileX = x + xStride * row
        const tileOut = panelOut + outStride * row
        // Only the fused build has 16-channel panels: src/kernels/plan.ts.
        if (sizeof<Product>() === sizeof<Fused>() && panel === 16)
          row += tile16<Product>(count, tileX, xStride, w, k, panelBias, tileOut, outStride)
        else {
          tile8<Product>(count, tileX, xStride, w, k, panelBias, tileOut, outStride)
          row += count
        }
      }
      activate(activation, panelOut + outStride * first, last - first, panel, outStride)
    }
  }
}
