/**
 * A kernel call as data: a number and up to sixteen 32-bit arguments in memory, so that any thread can run a part of it.
 * Each kernel splits into independent units (panels, rows, heads); units `from` to `to` are computed here. The argument
 * lists are written by src/kernels/wasm.ts, in this order.
 */
import { attentionHead } from './attention'
import { embeddingRow } from './embedding'
import { layerNormRow } from './layer-norm'
import { linearFloat32 } from './linear-f32'
import { linearInt8 } from './linear-int8'
import { quantizeRow } from './quantize'
import { nextTileRows, tileStart } from './tile-rows'

const LINEAR_INT8: i32 = 0
const LINEAR_FLOAT32: i32 = 1
const ATTENTION: i32 = 2
const LAYER_NORM: i32 = 3
const QUANTIZE: i32 = 4

function word(args: usize, index: usize): i32 {
  return load<i32>(args + (index << 2))
}

function address(args: usize, index: usize): usize {
  return <usize>load<u32>(args + (index << 2))
}

function float(args: usize, index: usize): f32 {
  return load<f32>(args + (index << 2))
}

/** Units: heads of sequences. `bounds` holds the first token of each sequence and, last, the number of tokens. */
function attention(args: usize, from: i32, to: i32, scratch: usize): void {
  const stride = address(args, 1)
  const bounds = address(args, 2)
  const heads = word(args, 3)
  const headDim = word(args, 5)
  const outStride = address(args, 8)
  const probabilities = address(args, 9)
  for (let unit = from; unit < to; unit++) {
    const sequence = unit / heads
    const head = unit % heads
    const first = load<i32>(bounds + ((<usize>sequence) << 2))
    const tokens = load<i32>(bounds + ((<usize>sequence) << 2), 4) - first
    const column = (<usize>(head * headDim)) << 2
    let rows: usize = 0
    if (probabilities !== 0) {
      rows =
        <usize>load<u32>(probabilities + ((<usize>sequence) << 2)) + ((<usize>(head * tokens * tokens)) << 2)
    }
    attentionHead(
      address(args, 0) + stride * first + column,
      stride,
      tokens,
      word(args, 4),
      headDim,
      float(args, 6),
      address(args, 7) + outStride * first + column,
      outStride,
      rows,
      word(args, 10),
      word(args, 11),
      scratch,
    )
  }
}

/** Units: rows. Where argument 10 is not 0, the normalised row is also quantised, for the linear layer that reads it. */
function layerNorm(args: usize, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    const residual = address(args, 2)
    const out = address(args, 8) + address(args, 9) * row
    layerNormRow(
      address(args, 0) + address(args, 1) * row,
      residual === 0 ? 0 : residual + address(args, 3) * row,
      word(args, 4),
      address(args, 5),
      address(args, 6),
      float(args, 7),
      out,
    )
    quantizeAfter(args, 10, row, word(args, 4), out)
  }
}

/** Units: rows. Argument 1 holds vocabulary ids, argument 2 positions. */
function embed(args: usize, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    const at = (<usize>row) << 2
    const out = address(args, 6) + address(args, 7) * row
    embeddingRow(
      address(args, 0),
      load<i32>(address(args, 1) + at),
      load<i32>(address(args, 2) + at),
      word(args, 3),
      word(args, 4),
      float(args, 5),
      out,
    )
    quantizeAfter(args, 8, row, word(args, 3), out)
  }
}

/** Arguments `first` and on: int16 rows or 0, their bytes, the row scales, the limit, all rows, rows of the largest tile. */
function quantizeAfter(args: usize, first: usize, row: i32, width: i32, values: usize): void {
  const out = address(args, first)
  if (out === 0) return
  const scale = address(args, first + 2) + ((<usize>row) << 2)
  const rows = word(args, first + 4)
  const largest = word(args, first + 5)
  const start = tileStart(row, rows, largest)
  const step = (<usize>nextTileRows(rows - start, largest)) << 2
  const pair = out + address(args, first + 1) * start + ((<usize>(row - start)) << 2)
  quantizeRow(values, width, float(args, first + 3), pair, step, scale)
}

/** Units: rows. */
function quantize(args: usize, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    quantizeAfter(args, 3, row, word(args, 2), address(args, 0) + address(args, 1) * row)
  }
}

/** Computes units `from` to `to` of a kernel. `scratch` is this thread's own. */
export function execute(kernel: i32, args: usize, from: i32, to: i32, scratch: usize): void {
  if (kernel === LINEAR_INT8) {
    linearInt8(
      address(args, 0),
      address(args, 1),
      word(args, 2),
      address(args, 3),
      word(args, 4),
      address(args, 5),
      address(args, 6),
      address(args, 7),
      word(args, 8),
      word(args, 9),
      from,
      to,
      scratch,
    )
  } else if (kernel === LINEAR_FLOAT32) {
    linearFloat32(
      address(args, 0),
      address(args, 1),
      word(args, 2),
      address(args, 3),
      word(args, 4),
      address(args, 5),
      address(args, 6),
      address(args, 7),
      word(args, 8),
      word(args, 9),
      word(args, 10),
      from,
      to,
    )
  } else if (kernel === ATTENTION) attention(args, from, to, scratch)
  else if (kernel === LAYER_NORM) layerNorm(args, from, to)
  else if (kernel === QUANTIZE) quantize(args, from, to)
  else embed(args, from, to)
}
