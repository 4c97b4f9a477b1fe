// @ts-nocheck: AssemblyScript, compiled by bench/probes.ts
/**
 * Bare register tiles, for comparison: what this machine gives the instructions of the linear layers where nothing else
 * is to be done. They are the layers' own tiles (assembly/tiles-interleaved.ts, tiles-short.ts, tiles-f32.ts). Activations stand
 * interleaved (of float32 row by row) and weights in panels before the clock starts; there are no scales, no activation
 * function, and no row is left over.
 *
 *     x     for each block of R rows, for each step: R × 4 bytes (a pair of int16, or four digits); of float32 [rows, K]
 *     w     for each panel of 8 channels, for each step: 32 bytes, or 16 of int8 that meet int16; of float32 also 16
 *           channels and 64 bytes
 *     out   [rows, channels], float32 or int32
 */
import { LONG_BLOCK, shortStarts } from '../assembly/short-sums'
import { Fused } from '../assembly/simd'
import { Rows4, Rows5, Rows6, Vectors2, Vectors4 } from '../assembly/tile-sizes'
import { tile8, tile16 } from '../assembly/tiles-f32'
import { Digits, Int16, Narrow, tile } from '../assembly/tiles-interleaved'
import { shortDigits8 } from '../assembly/tiles-short'

/** All rows against all channels: `rows` a multiple of the tile's, `channels` too. */
function sweep<Rows, Vectors, Kind>(
  x: usize,
  w: usize,
  out: usize,
  rows: i32,
  channels: i32,
  steps: i32,
): void {
  const tileRows = <i32>offsetof<Rows>()
  const tileChannels = 4 * <i32>offsetof<Vectors>()
  const stepBytes: usize = sizeof<Kind>() === sizeof<Narrow>() ? 16 : 32
  const panelBytes = stepBytes * steps
  const blockBytes = (<usize>tileRows * steps) << 2
  const outStride = (<usize>channels) << 2
  for (let n: i32 = 0; n < channels; n += tileChannels) {
    let block = x
    for (let m: i32 = 0; m < rows; m += tileRows, block += blockBytes) {
      const tileOut = out + outStride * m + ((<usize>n) << 2)
      tile<Rows, Vectors, Kind>(block, w, steps, tileOut, outStride, w + panelBytes, 0)
    }
    w += panelBytes * (offsetof<Vectors>() >> 1)
  }
}

/** Zeros below the operands: the biases of float32 tiles. */
const NO_BIASES: usize = 32640

/** The same for float32, whose tiles take pointers to rows. */
function floatSweep<Vectors>(
  tileRows: i32,
  x: usize,
  w: usize,
  out: usize,
  rows: i32,
  channels: i32,
  inputs: i32,
): void {
  const tileChannels = 4 * <i32>offsetof<Vectors>()
  const xStride = (<usize>inputs) << 2
  const outStride = (<usize>channels) << 2
  for (let n: i32 = 0; n < channels; n += tileChannels, w += 4 * <usize>(tileChannels * inputs)) {
    for (let m: i32 = 0; m < rows; m += tileRows) {
      const tileX = x + xStride * m
      const tileOut = out + outStride * m + ((<usize>n) << 2)
      if (offsetof<Vectors>() > 2)
        tile16<Fused>(tileRows, tileX, xStride, w, inputs, NO_BIASES, tileOut, outStride)
      else tile8<Fused>(tileRows, tileX, xStride, w, inputs, NO_BIASES, tileOut, outStride)
    }
  }
}

export function int8_5x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep<Rows5, Vectors2, Narrow>(x, w, out, rows, channels, steps)
}

export function int16_4x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep<Rows4, Vectors2, Int16>(x, w, out, rows, channels, steps)
}

export function int16_5x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep<Rows5, Vectors2, Int16>(x, w, out, rows, channels, steps)
}

export function int16_4x4(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  sweep<Rows4, Vectors4, Int16>(x, w, out, rows, channels, steps)
}

export function float_4x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  floatSweep<Vectors2>(4, x, w, out, rows, channels, steps)
}

export function float_5x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  floatSweep<Vectors2>(5, x, w, out, rows, channels, steps)
}

export function float_6x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  floatSweep<Vectors2>(6, x, w, out, rows, channels, steps)
}

export function float_6x4(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  floatSweep<Vectors4>(6, x, w, out, rows, channels, steps)
}

export function digits_6x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) sweep<Rows6, Vectors2, Digits>(x, w, out, rows, channels, steps)
}

export function digits_6x4(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) sweep<Rows6, Vectors4, Digits>(x, w, out, rows, channels, steps)
}

/** Where the lanes of the panel that is computed start: below the operands. */
const STARTS: usize = 32768
/** Zeros, as if they were the sums of its weights: so its sums stay less by MIDDLE·Σ w. */
const NO_SUMS: usize = STARTS - 32
const MIDDLE: i32 = 63
const SHORT_ROWS: i32 = 5

export function short_5x2(x: usize, w: usize, out: usize, rows: i32, channels: i32, steps: i32): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return
  const blockBytes = (<usize>SHORT_ROWS * steps) << 2
  const outStride = (<usize>channels) << 2
  for (let n: i32 = 0; n < channels; n += 8, out += 32, w += (<usize>steps) << 5) {
    shortStarts(w, steps, NO_SUMS, LONG_BLOCK, MIDDLE, STARTS)
    let block = x
    for (let m: i32 = 0; m < rows; m += SHORT_ROWS, block += blockBytes) {
      const tileOut = out + outStride * m
      shortDigits8(SHORT_ROWS, block, w, STARTS, steps, LONG_BLOCK, tileOut, outStride, w, 0)
    }
  }
}
