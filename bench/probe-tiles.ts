// @ts-nocheck: AssemblyScript, compiled by bench/probes.ts
/**
 * Bare register tiles, for comparison: what this machine gives the instructions of the linear layers where nothing else
 * is to be done. Activations stand interleaved by the tile's rows and weights in panels of its channels, both laid out
 * before the clock starts; there are no scales, no bias, no activation function, and no row is left over.
 *
 *     x     for each block of R rows, for each step: R × 4 bytes (a float, a pair of int16, or four digits)
 *     w     for each panel of 4·V channels, for each step: V vectors (int8: V × 8 bytes, widened in the loop; digits: panels
 *           of 8 channels, 32 bytes a step)
 *     out   [rows, channels], float32 or int32
 */
import { LONG_BLOCK, shortStarts } from '../assembly/short-sums'
import { dot, Fused, madd } from '../assembly/simd'
import { firstDigits8 } from '../assembly/tiles-digits'
import { firstDigits16 } from '../assembly/tiles-digits-16'
import { shortDigits8 } from '../assembly/tiles-short'

function int8Tile5x2(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  for (let step: i32 = 0; step < steps; step++) {
    const wa = v128.load8x8_s(w)
    const wb = v128.load8x8_s(w, 8)
    const s0 = v128.load32_splat(x)
    y0a = dot(s0, wa, y0a)
    y0b = dot(s0, wb, y0b)
    const s1 = v128.load32_splat(x, 4)
    y1a = dot(s1, wa, y1a)
    y1b = dot(s1, wb, y1b)
    const s2 = v128.load32_splat(x, 8)
    y2a = dot(s2, wa, y2a)
    y2b = dot(s2, wb, y2b)
    const s3 = v128.load32_splat(x, 12)
    y3a = dot(s3, wa, y3a)
    y3b = dot(s3, wb, y3b)
    const s4 = v128.load32_splat(x, 16)
    y4a = dot(s4, wa, y4a)
    y4b = dot(s4, wb, y4b)
    x += 20
    w += 16
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
}

function int16Tile4x2(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  for (let step: i32 = 0; step < steps; step++) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = dot(s0, wa, y0a)
    y0b = dot(s0, wb, y0b)
    const s1 = v128.load32_splat(x, 4)
    y1a = dot(s1, wa, y1a)
    y1b = dot(s1, wb, y1b)
    const s2 = v128.load32_splat(x, 8)
    y2a = dot(s2, wa, y2a)
    y2b = dot(s2, wb, y2b)
    const s3 = v128.load32_splat(x, 12)
    y3a = dot(s3, wa, y3a)
    y3b = dot(s3, wb, y3b)
    x += 16
    w += 32
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
}

function int16Tile5x2(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  for (let step: i32 = 0; step < steps; step++) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = dot(s0, wa, y0a)
    y0b = dot(s0, wb, y0b)
    const s1 = v128.load32_splat(x, 4)
    y1a = dot(s1, wa, y1a)
    y1b = dot(s1, wb, y1b)
    const s2 = v128.load32_splat(x, 8)
    y2a = dot(s2, wa, y2a)
    y2b = dot(s2, wb, y2b)
    const s3 = v128.load32_splat(x, 12)
    y3a = dot(s3, wa, y3a)
    y3b = dot(s3, wb, y3b)
    const s4 = v128.load32_splat(x, 16)
    y4a = dot(s4, wa, y4a)
    y4b = dot(s4, wb, y4b)
    x += 20
    w += 32
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
}

function int16Tile4x4(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y0c = i32x4.splat(0)
  let y0d = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y1c = i32x4.splat(0)
  let y1d = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y2c = i32x4.splat(0)
  let y2d = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y3c = i32x4.splat(0)
  let y3d = i32x4.splat(0)
  for (let step: i32 = 0; step < steps; step++) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(w, 32)
    const wd = v128.load(w, 48)
    const s0 = v128.load32_splat(x)
    y0a = dot(s0, wa, y0a)
    y0b = dot(s0, wb, y0b)
    y0c = dot(s0, wc, y0c)
    y0d = dot(s0, wd, y0d)
    const s1 = v128.load32_splat(x, 4)
    y1a = dot(s1, wa, y1a)
    y1b = dot(s1, wb, y1b)
    y1c = dot(s1, wc, y1c)
    y1d = dot(s1, wd, y1d)
    const s2 = v128.load32_splat(x, 8)
    y2a = dot(s2, wa, y2a)
    y2b = dot(s2, wb, y2b)
    y2c = dot(s2, wc, y2c)
    y2d = dot(s2, wd, y2d)
    const s3 = v128.load32_splat(x, 12)
    y3a = dot(s3, wa, y3a)
    y3b = dot(s3, wb, y3b)
    y3c = dot(s3, wc, y3c)
    y3d = dot(s3, wd, y3d)
    x += 16
    w += 64
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  v128.store(out, y0c, 32)
  v128.store(out, y0d, 48)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  v128.store(out, y1c, 32)
  v128.store(out, y1d, 48)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  v128.store(out, y2c, 32)
  v128.store(out, y2d, 48)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  v128.store(out, y3c, 32)
  v128.store(out, y3d, 48)
}

function floatTile4x2(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  for (let step: i32 = 0; step < steps; step++) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = madd<Fused>(s0, wa, y0a)
    y0b = madd<Fused>(s0, wb, y0b)
    const s1 = v128.load32_splat(x, 4)
    y1a = madd<Fused>(s1, wa, y1a)
    y1b = madd<Fused>(s1, wb, y1b)
    const s2 = v128.load32_splat(x, 8)
    y2a = madd<Fused>(s2, wa, y2a)
    y2b = madd<Fused>(s2, wb, y2b)
    const s3 = v128.load32_splat(x, 12)
    y3a = madd<Fused>(s3, wa, y3a)
    y3b = madd<Fused>(s3, wb, y3b)
    x += 16
    w += 32
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
}

function floatTile5x2(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  for (let step: i32 = 0; step < steps; step++) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = madd<Fused>(s0, wa, y0a)
    y0b = madd<Fused>(s0, wb, y0b)
    const s1 = v128.load32_splat(x, 4)
    y1a = madd<Fused>(s1, wa, y1a)
    y1b = madd<Fused>(s1, wb, y1b)
    const s2 = v128.load32_splat(x, 8)
    y2a = madd<Fused>(s2, wa, y2a)
    y2b = madd<Fused>(s2, wb, y2b)
    const s3 = v128.load32_splat(x, 12)
    y3a = madd<Fused>(s3, wa, y3a)
    y3b = madd<Fused>(s3, wb, y3b)
    const s4 = v128.load32_splat(x, 16)
    y4a = madd<Fused>(s4, wa, y4a)
    y4b = madd<Fused>(s4, wb, y4b)
    x += 20
    w += 32
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
}

function floatTile6x2(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  let y5a = i32x4.splat(0)
  let y5b = i32x4.splat(0)
  for (let step: i32 = 0; step < steps; step++) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = madd<Fused>(s0, wa, y0a)
    y0b = madd<Fused>(s0, wb, y0b)
    const s1 = v128.load32_splat(x, 4)
    y1a = madd<Fused>(s1, wa, y1a)
    y1b = madd<Fused>(s1, wb, y1b)
    const s2 = v128.load32_splat(x, 8)
    y2a = madd<Fused>(s2, wa, y2a)
    y2b = madd<Fused>(s2, wb, y2b)
    const s3 = v128.load32_splat(x, 12)
    y3a = madd<Fused>(s3, wa, y3a)
    y3b = madd<Fused>(s3, wb, y3b)
    const s4 = v128.load32_splat(x, 16)
    y4a = madd<Fused>(s4, wa, y4a)
    y4b = madd<Fused>(s4, wb, y4b)
    const s5 = v128.load32_splat(x, 20)
    y5a = madd<Fused>(s5, wa, y5a)
    y5b = madd<Fused>(s5, wb, y5b)
    x += 24
    w += 32
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
  out += outStride
  v128.store(out, y5a)
  v128.store(out, y5b, 16)
}

function floatTile6x4(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y0c = i32x4.splat(0)
  let y0d = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y1c = i32x4.splat(0)
  let y1d = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y2c = i32x4.splat(0)
  let y2d = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y3c = i32x4.splat(0)
  let y3d = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  let y4c = i32x4.splat(0)
  let y4d = i32x4.splat(0)
  let y5a = i32x4.splat(0)
  let y5b = i32x4.splat(0)
  let y5c = i32x4.splat(0)
  let y5d = i32x4.splat(0)
  for (let step: i32 = 0; step < steps; step++) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(w, 32)
    const wd = v128.load(w, 48)
    const s0 = v128.load32_splat(x)
    y0a = madd<Fused>(s0, wa, y0a)
    y0b = madd<Fused>(s0, wb, y0b)
    y0c = madd<Fused>(s0, wc, y0c)
    y0d = madd<Fused>(s0, wd, y0d)
    const s1 = v128.load32_splat(x, 4)
    y1a = madd<Fused>(s1, wa, y1a)
    y1b = madd<Fused>(s1, wb, y1b)
    y1c = madd<Fused>(s1, wc, y1c)
    y1d = madd<Fused>(s1, wd, y1d)
    const s2 = v128.load32_splat(x, 8)
    y2a = madd<Fused>(s2, wa, y2a)
    y2b = madd<Fused>(s2, wb, y2b)
    y2c = madd<Fused>(s2, wc, y2c)
    y2d = madd<Fused>(s2, wd, y2d)
    const s3 = v128.load32_splat(x, 12)
    y3a = madd<Fused>(s3, wa, y3a)
    y3b = madd<Fused>(s3, wb, y3b)
    y3c = madd<Fused>(s3, wc, y3c)
    y3d = madd<Fused>(s3, wd, y3d)
    const s4 = v128.load32_splat(x, 16)
    y4a = madd<Fused>(s4, wa, y4a)
    y4b = madd<Fused>(s4, wb, y4b)
    y4c = madd<Fused>(s4, wc, y4c)
    y4d = madd<Fused>(s4, wd, y4d)
    const s5 = v128.load32_splat(x, 20)
    y5a = madd<Fused>(s5, wa, y5a)
    y5b = madd<Fused>(s5, wb, y5b)
    y5c = madd<Fused>(s5, wc, y5c)
    y5d = madd<Fused>(s5, wd, y5d)
    x += 24
    w += 64
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  v128.store(out, y0c, 32)
  v128.store(out, y0d, 48)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  v128.store(out, y1c, 32)
  v128.store(out, y1d, 48)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  v128.store(out, y2c, 32)
  v128.store(out, y2d, 48)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  v128.store(out, y3c, 32)
  v128.store(out, y3d, 48)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
  v128.store(out, y4c, 32)
  v128.store(out, y4d, 48)
  out += outStride
  v128.store(out, y5a)
  v128.store(out, y5b, 16)
  v128.store(out, y5c, 32)
  v128.store(out, y5d, 48)
}

type Tile = (x: usize, w: usize, steps: i32, out: usize, outStride: usize) => void

/** All rows against all channels: `rows` a multiple of the tile's, `channels` of 4·vectors. */
function sweep(
  tile: Tile,
  tileRows: i32,
  tileChannels: i32,
  panelBytes: usize,
  x: usize,
  w: usize,
  out: usize,
  rows: i32,
  channels: i32,
  steps: i32,
  outChannels: i32 = channels,
): void {
  const blockBytes = (<usize>tileRows * steps) << 2
  const outStride = (<usize>outChannels) << 2
  for (let n: i32 = 0; n < channels; n += tileChannels) {
    let block = x
    for (let m: i32 = 0; m < rows; m += tileRows) {
      tile(block, w, steps, out + outStride * m + ((<usize>n) << 2), outStride)
      block += blockBytes
    }
    w += panelBytes * steps
  }
}

export function int8_5x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep(int8Tile5x2, 5, 8, 16, x, w, out, rows, channels, steps)
}

export function int16_4x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep(int16Tile4x2, 4, 8, 32, x, w, out, rows, channels, steps)
}

export function int16_5x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep(int16Tile5x2, 5, 8, 32, x, w, out, rows, channels, steps)
}

export function int16_4x4(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep(int16Tile4x4, 4, 16, 64, x, w, out, rows, channels, steps)
}

export function float_4x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep(floatTile4x2, 4, 8, 32, x, w, out, rows, channels, steps)
}

export function float_5x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep(floatTile5x2, 5, 8, 32, x, w, out, rows, channels, steps)
}

export function float_6x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep(floatTile6x2, 6, 8, 32, x, w, out, rows, channels, steps)
}

export function float_6x4(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep(floatTile6x4, 6, 16, 64, x, w, out, rows, channels, steps)
}

/** The tiles of first digits, as the linear layers have them. */
function digitsTile6x2(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  firstDigits8(6, x, w, steps, out, outStride, w, 0)
}

function digitsTile6x4(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  firstDigits16(6, x, w, w + ((<usize>steps) << 5), steps, out, outStride)
}

/** Where the lanes of the panel that is computed start: below the operands. */
const STARTS: usize = 32768
/** Zeros, as if they were the sums of its weights: so its sums stay less by MIDDLE·Σ w. */
const NO_SUMS: usize = STARTS - 32
const MIDDLE: i32 = 63

function shortTile5x2(x: usize, w: usize, steps: i32, out: usize, outStride: usize): void {
  shortDigits8(5, x, w, STARTS, steps, LONG_BLOCK, out, outStride, w, 0)
}

export function digits_6x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) sweep(digitsTile6x2, 6, 8, 32, x, w, out, rows, channels, steps)
}

export function digits_6x4(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) sweep(digitsTile6x4, 6, 16, 64, x, w, out, rows, channels, steps)
}

export function short_5x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return
  const panelBytes = (<usize>steps) << 5
  for (let n: i32 = 0; n < channels; n += 8, w += panelBytes) {
    shortStarts(w, steps, NO_SUMS, LONG_BLOCK, MIDDLE, STARTS)
    sweep(shortTile5x2, 5, 8, 32, x, w, out + ((<usize>n) << 2), rows, 8, steps, channels)
  }
}
