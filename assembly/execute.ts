/**
 * Runs a part of a command. A command has units that do not depend on each other (panels, tiles, heads), so
 * threads can share it.
 */
import { attendHead } from './attention'
import { Float32Operands } from './attention-float32'
import { Int16Operands } from './attention-int16'
import {
  Attention,
  Embed,
  Kernel,
  LayerNorm,
  LinearFloat32,
  LinearInt8,
  Quantize,
  QuantizedRows,
  Rotate,
} from './commands'
import { digitsOfTile, tileNorms } from './digits'
import { embeddingRow } from './embedding'
import { clearPadding, layerNormRow } from './layer-norm'
import { linearDigits } from './linear-digits'
import { linearFloat32 } from './linear-f32'
import { linearInt8 } from './linear-int8'
import { int16Row } from './quantize'
import { addRow, multiplyRow, rotate } from './rotary'
import { findRowStep, INVERSE, MOST } from './row-step'
import { Fused, Rounded } from './simd'
import { nextTileRows, tileStart } from './tile-rows'

/** The first token of a sequence; of the one after the last, the number of tokens. */
function firstToken(bounds: usize, sequence: i32): i32 {
  return load<i32>(bounds + ((<usize>sequence) << 2))
}

/** The probabilities [T, T] of a head, or 0 where nobody asked. */
function mapOf(maps: usize, sequence: i32, head: i32, tokens: i32): usize {
  if (maps === 0) return 0
  return <usize>load<u32>(maps + ((<usize>sequence) << 2)) + ((<usize>(head * tokens * tokens)) << 2)
}

function attention(call: Attention, from: i32, to: i32, scratch: usize): void {
  for (let unit = from; unit < to; unit++) {
    const sequence = unit / call.heads
    const head = unit % call.heads
    const first = firstToken(call.bounds, sequence)
    const tokens = firstToken(call.bounds, sequence + 1) - first
    const column = (<usize>(head * call.headDim)) << 2
    const query = call.queryKeyValue + call.stride * first + column
    const out = call.out + call.outStride * first + column
    const map = mapOf(call.probabilities, sequence, head, tokens)
    if (!WHOLE_BUILD || call.exact)
      attendHead<Int16Operands>(call, changetype<Int16Operands>(scratch), query, head, tokens, out, map)
    else attendFloat32(call, query, head, tokens, out, map, scratch)
  }
}

function attendFloat32(
  call: Attention,
  query: usize,
  head: i32,
  tokens: i32,
  out: usize,
  map: usize,
  scratch: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD && call.fused) {
    const operands = changetype<Float32Operands<Fused>>(scratch)
    attendHead<Float32Operands<Fused>>(call, operands, query, head, tokens, out, map)
  } else {
    const operands = changetype<Float32Operands<Rounded>>(scratch)
    attendHead<Float32Operands<Rounded>>(call, operands, query, head, tokens, out, map)
  }
}

/** Quantises rows `start` to `start + rows`, one tile, for the linear layer that reads them. */
function quantizeTile(
  quantized: QuantizedRows,
  start: i32,
  rows: i32,
  width: i32,
  x: usize,
  xStride: usize,
  scratch: usize,
): void {
  if (quantized.values === 0) return
  for (let row: i32 = 0; row < rows; row++) clearPadding(x + xStride * row, width)
  const values = quantized.values + quantized.valueBytes * start
  const steps = quantized.steps + ((<usize>start) << 2)
  if (ASC_FEATURE_RELAXED_SIMD) {
    const lists = quantized.lists + quantized.listBytes * start
    const zeros = quantized.zeros + ((<usize>start) << 2)
    const norms = tileNorms(quantized.norms, start, quantized.valueBytes)
    digitsOfTile(x, xStride, rows, width, values, lists, quantized.listBytes, steps, zeros, norms, scratch)
    return
  }
  for (let row: i32 = 0; row < rows; row++, x += xStride) {
    const at = (<usize>row) << 2
    findRowStep(x, width, scratch)
    store<f32>(steps + at, load<f32>(scratch))
    const most = load<i32>(scratch, MOST)
    int16Row(x, width, load<f32>(scratch, INVERSE), most, values + at, (<usize>rows) << 2)
  }
}

function layerNorm(call: LayerNorm, from: i32, to: i32, scratch: usize): void {
  for (let tile = from; tile < to; tile++) {
    const start = tileStart(tile, call.rows, call.tileRows)
    const rows = nextTileRows(call.rows - start, call.tileRows)
    for (let row = start; row < start + rows; row++) {
      let x = call.x + call.xStride * row
      let residual = call.residual + call.residualStride * row
      const out = call.out + call.outStride * row
      if (WHOLE_BUILD && call.sum !== 0) {
        const sum = call.sum + call.sumStride * row
        addRow(x, residual, call.width, sum)
        x = sum
        residual = 0
      }
      const centred = call.centred !== 0
      layerNormRow(x, residual, call.width, call.weight, call.bias, call.epsilon, centred, out)
    }
    quantizeTile(call, start, rows, call.width, call.out + call.outStride * start, call.outStride, scratch)
  }
}

function quantize(call: Quantize, from: i32, to: i32, scratch: usize): void {
  for (let tile = from; tile < to; tile++) {
    const start = tileStart(tile, call.rows, call.tileRows)
    const rows = nextTileRows(call.rows - start, call.tileRows)
    if (WHOLE_BUILD && call.factors !== 0) {
      for (let row = start; row < start + rows; row++) {
        multiplyRow(call.x + call.xStride * row, call.factors + call.factorStride * row, call.width)
      }
    }
    quantizeTile(call, start, rows, call.width, call.x + call.xStride * start, call.xStride, scratch)
  }
}

function embed(call: Embed, from: i32, to: i32, scratch: usize): void {
  for (let tile = from; tile < to; tile++) {
    const start = tileStart(tile, call.rows, call.tileRows)
    const rows = nextTileRows(call.rows - start, call.tileRows)
    for (let row = start; row < start + rows; row++) {
      const at = (<usize>row) << 2
      const out = call.out + call.outStride * row
      const type = load<i32>(call.types + at)
      embeddingRow(call, load<i32>(call.ids + at), load<i32>(call.places + at), type, out)
    }
    quantizeTile(call, start, rows, call.width, call.out + call.outStride * start, call.outStride, scratch)
  }
}

function floatLayer<Product>(call: LinearFloat32, from: i32, to: i32): void {
  linearFloat32<Product>(
    call.x,
    call.xStride,
    call.rows,
    call.weights,
    call.inputs,
    call.bias,
    call.out,
    call.outStride,
    call.activation,
    call.panel,
    call.tileRows,
    from,
    to,
  )
}

/** Computes units `from` to `to` of the command that stands at `command`. `scratch` is this thread's own. */
export function execute(kernel: i32, command: usize, from: i32, to: i32, scratch: usize): void {
  if (kernel === Kernel.LinearInt8) {
    const call = changetype<LinearInt8>(command)
    if (ASC_FEATURE_RELAXED_SIMD) linearDigits(call, from, to, scratch)
    else linearInt8(call, from, to, scratch)
  } else if (kernel === Kernel.LinearFloat32) {
    const call = changetype<LinearFloat32>(command)
    if (WHOLE_BUILD && ASC_FEATURE_RELAXED_SIMD && call.fused) floatLayer<Fused>(call, from, to)
    else floatLayer<Rounded>(call, from, to)
  } else if (kernel === Kernel.Attention) attention(changetype<Attention>(command), from, to, scratch)
  else if (kernel === Kernel.LayerNorm) layerNorm(changetype<LayerNorm>(command), from, to, scratch)
  else if (kernel === Kernel.Quantize) quantize(changetype<Quantize>(command), from, to, scratch)
  else if (WHOLE_BUILD && kernel === Kernel.Rotate) rotate(changetype<Rotate>(command), from, to)
  else embed(changetype<Embed>(command), from, to, scratch)
}
