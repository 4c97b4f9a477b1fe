/**
 * The end of an int8 tile: the exact sums of one row and 8 channels become floats. The order of these operations is part
 * of the contract.
 *
 * @param a         sums of channels 0 to 3, int32
 * @param b         sums of channels 4 to 7
 * @param rowScale  address of the row's scale
 * @param columns   8 column scales, then 8 biases
 */
export function finish(a: v128, b: v128, rowScale: usize, columns: usize, out: usize): void {
  const scale = v128.load32_splat(rowScale)
  const scaleA = f32x4.mul(scale, v128.load(columns))
  const scaleB = f32x4.mul(scale, v128.load(columns, 16))
  v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(a), scaleA), v128.load(columns, 32)))
  v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(b), scaleB), v128.load(columns, 48)), 16)
}
