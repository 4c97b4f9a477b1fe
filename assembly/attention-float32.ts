/**
 * The operands of attention at precision float32: both products are those of linear-f32.ts on small matrices,
 * with K and V packed into its panels.
 */
import { scaleInto } from './attention'
import { Activation, Attention } from './commands'
import { linearFloat32 } from './linear-f32'
import { Float32Parts } from './sizes'
import { softmaxRow } from './softmax'

function roundUp(value: i32, multiple: i32): i32 {
  return ((value + multiple - 1) / multiple) * multiple
}

/** Keys [T, D] (rows `stride` bytes apart) into panels of output channels; channels beyond T are 0. */
export function packKeys(
  keys: usize,
  stride: usize,
  tokens: i32,
  headDim: i32,
  panel: i32,
  out: usize,
): void {
  if (!WHOLE_BUILD) return
  const padded = roundUp(tokens, panel)
  for (let first: i32 = 0; first < padded; first += panel) {
    for (let lane: i32 = 0; lane < panel; lane++) {
      const token = first + lane
      let to = out + ((<usize>lane) << 2)
      const step = (<usize>panel) << 2
      if (token < tokens) {
        const from = keys + stride * token
        for (let d: i32 = 0; d < headDim; d++, to += step) store<f32>(to, load<f32>(from + ((<usize>d) << 2)))
      } else {
        for (let d: i32 = 0; d < headDim; d++, to += step) store<f32>(to, 0)
      }
    }
    out += (<usize>(headDim * panel)) << 2
  }
}

/** Values [T, D] into panels whose output channels are the dimensions; those beyond D are 0. */
function packValues(values: usize, stride: usize, tokens: i32, headDim: i32, panel: i32, out: usize): void {
  const padded = roundUp(headDim, panel)
  for (let first: i32 = 0; first < padded; first += panel) {
    for (let token: i32 = 0; token < tokens; token++) {
      const from = values + stride * token + ((<usize>first) << 2)
      if (first + panel <= headDim) {
        for (let lane: i32 = 0; lane < panel; lane += 4, out += 16) {
          v128.store(out, v128.load(from + ((<usize>lane) << 2)))
        }
      } else {
        for (let lane: i32 = 0; lane < panel; lane++, out += 4) {
          store<f32>(out, first + lane < headDim ? load<f32>(from + ((<usize>lane) << 2)) : 0)
        }
      }
    }
  }
}

/** `Product` says whether products are rounded before they are added: simd.ts. */
export class Float32Operands<Product> extends Float32Parts {
  /** The rows that `takeRows` was given. */
  private taken: usize
  /** Bytes from one row of scores to the next. */
  private scoreBytes: usize

  private at(part: i32): usize {
    return changetype<usize>(this) + part
  }

  /** `rows` rows of `k` numbers with panels `from` to `to`. */
  private multiply(
    call: Attention,
    x: usize,
    xStride: usize,
    rows: i32,
    weights: usize,
    k: i32,
    out: usize,
    outStride: usize,
    from: i32,
    to: i32,
  ): void {
    linearFloat32<Product>(
      x,
      xStride,
      rows,
      weights,
      k,
      this.at(this.zeros),
      out,
      outStride,
      Activation.identity,
      call.panel,
      call.tileRows,
      from,
      to,
    )
  }

  pack(call: Attention, keys: usize, values: usize, tokens: i32): void {
    const headDim = call.headDim
    const panel = call.panel
    this.place(tokens, headDim, panel, call.relativeRows)
    this.scoreBytes = (<usize>roundUp(tokens, panel)) << 2
    memory.fill(this.at(this.zeros), 0, this.keys - this.zeros)
    packKeys(keys, call.stride, tokens, headDim, panel, this.at(this.keys))
    packValues(values, call.stride, tokens, headDim, panel, this.at(this.values))
  }

  takeRows(_call: Attention, from: usize, _rows: i32): void {
    this.taken = from
  }

  multiplyRelative(
    call: Attention,
    rows: i32,
    weights: usize,
    _scales: usize,
    from: i32,
    to: i32,
    out: usize,
  ): void {
    const panelBytes = call.panel << 2
    const stride = <usize>this.positionStride
    const first = from / panelBytes
    const end = to / panelBytes + 1
    this.multiply(call, this.taken, call.stride, rows, weights, call.headDim, out, stride, first, end)
  }

  multiplyKeys(call: Attention, rows: i32, begin: i32, width: i32): void {
    const keys = this.at(this.keys) + ((<usize>(begin * call.headDim)) << 2)
    const panels = (width + call.panel - 1) / call.panel
    const scores = this.at(this.scores)
    const taken = this.taken
    this.multiply(call, taken, call.stride, rows, keys, call.headDim, scores, this.scoreBytes, 0, panels)
  }

  scoresOf(row: i32): usize {
    return this.at(this.scores) + this.scoreBytes * row
  }

  finishScores(_scores: usize, _row: i32, _begin: i32, _width: i32): v128 {
    return f32x4.splat(0)
  }

  exponentials(
    call: Attention,
    scores: usize,
    width: i32,
    _largest: v128,
    _start: i32,
    _count: i32,
    row: i32,
  ): f32 {
    const inverse = softmaxRow(scores, width, call.scale)
    store<f32>(this.at(this.inverses) + ((<usize>row) << 2), inverse)
    return inverse
  }

  multiplyValues(call: Attention, rows: i32, begin: i32, width: i32, tokens: i32, out: usize): void {
    const panel = call.panel
    const paddedDim = roundUp(call.headDim, panel)
    const stride = (<usize>paddedDim) << 2
    const context = this.at(this.contexts)
    for (let part: i32 = 0; part < paddedDim; part += panel) {
      const values = this.at(this.values) + ((<usize>(part * tokens + begin * panel)) << 2)
      const partOut = context + ((<usize>part) << 2)
      const scores = this.at(this.scores)
      this.multiply(call, scores, this.scoreBytes, rows, values, width, partOut, stride, 0, 1)
    }
    // The context is linear in the probabilities: dividing its D numbers costs less than dividing T
    // exponentials.
    for (let row: i32 = 0; row < rows; row++) {
      const inverse = load<f32>(this.at(this.inverses) + ((<usize>row) << 2))
      scaleInto(context + stride * row, out + call.outStride * row, call.headDim, inverse)
    }
  }
}
