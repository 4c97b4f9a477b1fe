/**
 * Scaled dot-product attention of one head over one sequence.
 *
 *     context = softmax(Q·Kᵀ / √D)·V                       Vaswani et al. 2017, equation 1
 *
 * Both products are the float32 linear layer of linear-f32.ts on small matrices: K and V are packed into its panels
 * first (keys as output channels for the scores, dimensions as output channels for the context), then blocks of query
 * rows go through scores, softmax and context while they are in the first-level cache. A whole row of
 * scores is kept, so its maximum comes first and nothing is rescaled.
 *
 * With a window (Beltagy et al. 2020, arXiv 2004.05150, section 3.1) a block of rows meets only the panels of keys that one
 * of its rows can see; of these, each row leaves out what is outside its own window.
 *
 * The parts of the scratch are placed by src/kernels/layout.ts, for the longest sequence of the batch:
 *
 *     zeros     [max(Tp, Dp, R)]         the bias of all products, at its beginning; R: rows of relative positions
 *     keys      [Tp/panel][D][panel]     Tp: T rounded up to the panel
 *     values    [Dp/panel][T][panel]     Dp: D rounded up to the panel
 *     scores    [QUERY_ROWS][Tp]
 *     context   [QUERY_ROWS][Dp]
 *     inverses  [QUERY_ROWS]             1/Σ of each row
 */
import { Activation, Attention } from './commands'
import { linearFloat32 } from './linear-f32'
import { addRelativeScores, columnOf, hasRelative } from './relative'
import { softmaxRow } from './softmax'

/** Query rows in one block: 12 rows of 512 scores are 24 kB. */
export const QUERY_ROWS: i32 = 12

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

/** Writes `value` into the places of a row of `width` floats before `from` and from `to` on. */
export function fillOutside(row: usize, width: i32, from: i32, to: i32, value: f32): void {
  for (let j: i32 = 0; j < from; j++) store<f32>(row + ((<usize>j) << 2), value)
  for (let j = to; j < width; j++) store<f32>(row + ((<usize>j) << 2), value)
}

/** `count` floats times `factor`. */
export function scaleInto(from: usize, to: usize, count: i32, factor: f32): void {
  const whole = from + ((<usize>(count & ~3)) << 2)
  const factors = f32x4.splat(factor)
  for (; from < whole; from += 16, to += 16) v128.store(to, f32x4.mul(v128.load(from), factors))
  for (let left = count & 3; left > 0; left--, from += 4, to += 4) store<f32>(to, load<f32>(from) * factor)
}

/**
 * @param query   Q of this head and the sequence's first token; K and V stand H and 2·H floats further
 * @param out     the head's columns of the context
 * @param probabilities  [T, T] float32 of this head, or 0 where nobody asked
 */
export function attentionHead<Product>(
  call: Attention,
  query: usize,
  head: i32,
  tokens: i32,
  out: usize,
  probabilities: usize,
  scratch: usize,
): void {
  const stride = call.stride
  const outStride = call.outStride
  const headDim = call.headDim
  const panel = call.panel
  const tileRows = call.tileRows
  const hiddenBytes = (<usize>call.hidden) << 2
  const paddedTokens = roundUp(tokens, panel)
  const paddedDim = roundUp(headDim, panel)
  const keys = scratch + call.keys
  const values = scratch + call.values
  const scores = scratch + call.scores
  const context = scratch + call.context
  const inverses = scratch + call.inverses
  const scoreStride = (<usize>paddedTokens) << 2
  const contextStride = (<usize>paddedDim) << 2

  memory.fill(scratch, 0, call.keys)
  packKeys(query + hiddenBytes, stride, tokens, headDim, panel, keys)
  packValues(query + 2 * hiddenBytes, stride, tokens, headDim, panel, values)
  const relative = hasRelative(call)
  const relativeKeys = call.relativeKeys + call.relativeBytes * head
  const relativeQueries = call.relativeQueries + call.relativeBytes * head
  const contentToPosition = scratch + call.contentToPosition
  const positionToContent = scratch + call.positionToContent
  const positionStride = call.positionStride
  const panelBytes = panel << 2
  if (call.relativeQueries !== 0) {
    for (let first: i32 = 0; first < tokens; first += QUERY_ROWS) {
      const rows = min(QUERY_ROWS, tokens - first)
      linearFloat32<Product>(
        query + hiddenBytes + stride * first,
        stride,
        rows,
        relativeQueries,
        headDim,
        scratch,
        positionToContent + positionStride * first,
        positionStride,
        Activation.identity,
        panel,
        tileRows,
        columnOf(call, tokens - 1 - first) / panelBytes,
        columnOf(call, 1 - first - rows) / panelBytes + 1,
      )
    }
  }
  const window = call.window
  for (let first: i32 = 0; first < tokens; first += QUERY_ROWS) {
    const rows = min(QUERY_ROWS, tokens - first)
    const queries = query + stride * first
    // The keys that these rows meet, from a whole panel on.
    const begin = window === 0 ? 0 : max(first - window + 1, 0) & -panel
    const width = (window === 0 ? tokens : min(first + rows - 1 + window, tokens)) - begin
    const seen = scores + ((<usize>begin) << 2)
    linearFloat32<Product>(
      queries,
      stride,
      rows,
      keys,
      headDim,
      scratch,
      scores,
      scoreStride,
      Activation.identity,
      panel,
      tileRows,
      begin / panel,
      (begin + width + panel - 1) / panel,
    )
    if (call.relativeKeys !== 0) {
      linearFloat32<Product>(
        queries,
        stride,
        rows,
        relativeKeys,
        headDim,
        scratch,
        contentToPosition,
        positionStride,
        Activation.identity,
        panel,
        tileRows,
        columnOf(call, first + rows - 1) / panelBytes,
        columnOf(call, first - tokens + 1) / panelBytes + 1,
      )
    }
    for (let row: i32 = 0; row < rows; row++) {
      const rowScores = seen + scoreStride * row
      if (relative) {
        const own = contentToPosition + positionStride * row
        addRelativeScores(call, head, rowScores, tokens, first + row, own, positionToContent)
      }
      const middle = first + row - begin
      const from = window === 0 ? 0 : max(middle - window + 1, 0)
      const to = window === 0 ? width : min(middle + window, width)
      fillOutside(rowScores, width, from, to, -f32.MAX_VALUE)
      const inverse = softmaxRow(rowScores, width, call.scale)
      fillOutside(rowScores, width, from, to, 0)
      // The context is linear in the probabilities: dividing its D numbers costs less than dividing T scores.
      store<f32>(inverses + ((<usize>row) << 2), inverse)
      if (probabilities !== 0) {
        const map = probabilities + ((<usize>((first + row) * tokens)) << 2)
        memory.fill(map, 0, (<usize>tokens) << 2)
        scaleInto(rowScores, map + ((<usize>begin) << 2), width, inverse)
      }
    }
    for (let part: i32 = 0; part < paddedDim; part += panel) {
      linearFloat32<Product>(
        seen,
        scoreStride,
        rows,
        values + ((<usize>(part * tokens + begin * panel)) << 2),
        width,
        scratch,
        context + ((<usize>part) << 2),
        contextStride,
        Activation.identity,
        panel,
        tileRows,
        0,
        1,
      )
    }
    for (let row: i32 = 0; row < rows; row++) {
      const inverse = load<f32>(inverses + ((<usize>row) << 2))
      scaleInto(context + contextStride * row, out + outStride * (first + row), headDim, inverse)
    }
  }
}
