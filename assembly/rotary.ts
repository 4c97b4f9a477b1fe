/**
 * What models after BERT compute between linear layers: rotary positions, gates, and sums that are kept. A
 * few operations a number, in float32 at every precision.
 */
import { Rotate } from './commands'

/**
 * Rotates each pair of numbers (a, b) of a head, which are D/2 apart, by an angle that depends on the token's
 * position:
 *
 *     a' = a·cos - b·sin        b' = b·cos + a·sin            Su et al. 2021 (arXiv 2104.09864), equation 34
 *
 * @param x       the row's heads, one after another
 * @param angles  D/2 cosines and D/2 sines
 */
function rotateHeads(x: usize, heads: i32, headDim: i32, angles: usize): void {
  const half = (<usize>headDim) << 1
  const whole = half & ~15
  for (; heads > 0; heads--, x += 2 * half) {
    let i: usize = 0
    for (; i < whole; i += 16) {
      const a = v128.load(x + i)
      const b = v128.load(x + half + i)
      const cosines = v128.load(angles + i)
      const sines = v128.load(angles + half + i)
      v128.store(x + i, f32x4.sub(f32x4.mul(a, cosines), f32x4.mul(b, sines)))
      v128.store(x + half + i, f32x4.add(f32x4.mul(b, cosines), f32x4.mul(a, sines)))
    }
    for (; i < half; i += 4) {
      const a = load<f32>(x + i)
      const b = load<f32>(x + half + i)
      const cosine = load<f32>(angles + i)
      const sine = load<f32>(angles + half + i)
      store<f32>(x + i, a * cosine - b * sine)
      store<f32>(x + half + i, b * cosine + a * sine)
    }
  }
}

/** Rows `from` to `to`. */
export function rotate(call: Rotate, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    const place = load<i32>(call.places + ((<usize>row) << 2))
    const angles = call.angles + call.angleStride * place
    rotateHeads(call.x + call.xStride * row, call.heads, call.headDim, angles)
  }
}

/** out = a + b; rows have room for whole vectors. */
export function addRow(a: usize, b: usize, width: i32, out: usize): void {
  for (const end = a + ((<usize>width) << 2); a < end; a += 16, b += 16, out += 16) {
    v128.store(out, f32x4.add(v128.load(a), v128.load(b)))
  }
}

/** x = x ⊙ factors; rows have room for whole vectors. */
export function multiplyRow(x: usize, factors: usize, width: i32): void {
  for (const end = x + ((<usize>width) << 2); x < end; x += 16, factors += 16) {
    v128.store(x, f32x4.mul(v128.load(x), v128.load(factors)))
  }
}
