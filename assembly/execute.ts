/** Runs units `from` to `to` of a command: independent parts (panels, rows, heads), so that threads can share a call. */
import { attentionHead } from './attention'
import {
  Attention,
  Embed,
  Kernel,
  LayerNorm,
  LinearFloat32,
  LinearInt8,
  Quantize,
  QuantizedRows,
} from './commands'
import { embeddingRow } from './embedding'
import { layerNormRow } from './layer-norm'
import { linearFloat32 } from './linear-f32'
import { linearInt8 } from './linear-int8'
import { quantizeRow } from './quantize'
import { Fused, Rounded } from './simd'
import { nextTileRows, tileStart } from './tile-rows'

function attention<Product>(call: Attention, from: i32, to: i32, scratch: usize): void {
  const heads = call.heads
  const headDim = call.headDim
  for (let unit = from; unit < to; unit++) {
    const sequence = unit / heads
    const head = unit % heads
    const bound = call.bounds + ((<usize>sequence) << 2)
    const first = load<i32>(bound)
    const tokens = load<i32>(bound, 4) - first
    const column = (<usize>(head * headDim)) << 2
    let probabilities: usize = 0
    if (call.probabilities !== 0) {
      const map = <usize>load<u32>(call.probabilities + ((<usize>sequence) << 2))
      probabilities = map + ((<usize>(head * tokens * tokens)) << 2)
    }
    attentionHead<Product>(
      call,
      call.queryKeyValue + call.stride * first + column,
      tokens,
      call.out + call.outStride * first + column,
      probabilities,
      scratch,
    )
  }
}

/** The quantised twin of one row, for the linear layer that reads it. */
function quantizeTwin(twin: QuantizedRows, row: i32, width: i32, values: usize): void {
  if (twin.values === 0) return
  const scale = twin.scales + ((<usize>row) << 2)
  const start = tileStart(row, twin.rows, twin.tileRows)
  const step = (<usize>nextTileRows(twin.rows - start, twin.tileRows)) << 2
  const pair = twin.values + twin.valueBytes * start + ((<usize>(row - start)) << 2)
  quantizeRow(values, width, twin.limit, pair, step, scale)
}

function layerNorm(call: LayerNorm, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    const x = call.x + call.xStride * row
    const residual = call.residual + call.residualStride * row
    const out = call.out + call.outStride * row
    layerNormRow(x, residual, call.width, call.weight, call.bias, call.epsilon, out)
    quantizeTwin(call, row, call.width, out)
  }
}

function quantize(call: Quantize, from: i32, to: i32): void {
  for (let row = from; row < to; row++) quantizeTwin(call, row, call.width, call.x + call.xStride * row)
}

function embed(call: Embed, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    const at = (<usize>row) << 2
    const out = call.out + call.outStride * row
    embeddingRow(call, load<i32>(call.ids + at), load<i32>(call.places + at), out)
    quantizeTwin(call, row, call.width, out)
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

function int8Layer(call: LinearInt8, from: i32, to: i32, scratch: usize): void {
  linearInt8(
    call.values,
    call.scales,
    call.rows,
    call.weights,
    call.pairs,
    call.columns,
    call.out,
    call.outStride,
    call.activation,
    call.tileRows,
    from,
    to,
    scratch,
  )
}

/** Computes units `from` to `to` of the command that stands at `command`. `scratch` is this thread's own. */
export function execute(kernel: i32, command: usize, from: i32, to: i32, scratch: usize): void {
  if (kernel === Kernel.LinearInt8) int8Layer(changetype<LinearInt8>(command), from, to, scratch)
  else if (kernel === Kernel.LinearFloat32) {
    const call = changetype<LinearFloat32>(command)
    if (ASC_FEATURE_RELAXED_SIMD && call.fused) floatLayer<Fused>(call, from, to)
    else floatLayer<Rounded>(call, from, to)
  } else if (kernel === Kernel.Attention) {
    const call = changetype<Attention>(command)
    if (ASC_FEATURE_RELAXED_SIMD && call.fused) attention<Fused>(call, from, to, scratch)
    else attention<Rounded>(call, from, to, scratch)
  } else if (kernel === Kernel.LayerNorm) layerNorm(changetype<LayerNorm>(command), from, to)
  else if (kernel === Kernel.Quantize) quantize(changetype<Quantize>(command), from, to)
  else embed(changetype<Embed>(command), from, to)
}
