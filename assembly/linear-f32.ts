/**
 * y = x·Wᵀ + b in float32. At load W is packed in panels of 8 output channels (16 where V8 joins vectors to
 * 256 bits):
 *
 *     weights   for each panel, for each input k: w[n0, k] w[n1, k] ... w[n7, k]
 *     bias      float32, padded with zeros to whole panels
 *
 * Each output is ((x₀w₀ + x₁w₁) + x₂w₂) + ... + b, in that order in every build. The relaxed build can fuse
 * each product with its addition, which rounds once in place of twice; at precision int8 it must not. Rows
 * are read where they are in memory, by a pointer for each.
 *
 * Gain: fused tiles of 6 rows reach 98 % of what 128 bits allow; larger tiles, and fetching weights ahead,
 * were slower with many rows (bench/results/tried.md).
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
