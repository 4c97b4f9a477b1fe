/**
 * Linear layers of BERT-base in GOP/s, compared with the bare tiles of probe-tiles.ts in the same run.
 * `--turbo`: with V8's flag.
 */
import { hasRelaxedDot, hasRelaxedSimd } from '#dist/kernels/features.js'
import type { Linear, Matrix, Precision } from '#dist/kernels/kernels.js'
import type { WasmKernels } from '#dist/kernels/wasm.js'
import { createKernels, randomLinear, randomRows, tune } from './engine.ts'
import { check, digits, measure, percent, quick, report } from './measure.ts'
import { Probes } from './probes.ts'
import { turbo } from './turbo.ts'

/** K inputs, N outputs: attention's output; the two feed-forward layers. (Q, K and V are the first, three times as wide.) */
const SHAPES = [
  [768, 768],
  [768, 3072],
  [3072, 768],
] as const
const ROWS = quick ? [8] : [8, 16, 24, 64, 128, 512]

interface Subject {
  readonly precision: Precision
  readonly variant: 'simd' | 'relaxed'
  readonly tiles: readonly string[]
}

const INTEGER_TILES = ['int8_5x2', 'int16_4x2', 'int16_5x2', ...(turbo ? ['int16_4x4'] : [])]
const DIGIT_TILES = ['digits_6x2', 'short_5x2', ...(turbo ? ['digits_6x4'] : [])]
const FLOAT_TILES = ['float_4x2', 'float_5x2', 'float_6x2', ...(turbo ? ['float_6x4'] : [])]

const subjects: Subject[] = [{ precision: 'int8', variant: 'simd', tiles: INTEGER_TILES }]
if (hasRelaxedDot()) subjects.push({ precision: 'int8', variant: 'relaxed', tiles: DIGIT_TILES })
if (!turbo) subjects.push({ precision: 'float32', variant: 'simd', tiles: FLOAT_TILES })
if (hasRelaxedSimd()) subjects.push({ precision: 'float32', variant: 'relaxed', tiles: FLOAT_TILES })
else console.log('Relaxed kernels are not measured: this engine has no relaxed SIMD\n')

for (const { precision, variant, tiles } of subjects) {
  const kernels = await createKernels({ variant, precision, turbo })
  tune(kernels, precision)
  const probes = new Probes(variant)
  probes.fill(tiles === DIGIT_TILES ? 'digits' : precision === 'int8' ? 'integers' : 'float')
  const rows: string[][] = []
  for (const [inputs, outputs] of SHAPES) {
    const mark = kernels.memory.end
    const { layer, weights, bias } = randomLinear(kernels, precision, inputs, outputs)
    for (const count of ROWS) {
      const again = kernels.memory.end
      const x = randomRows(kernels, count, inputs, precision)
      const out = kernels.layout.matrix(count, outputs)
      verify(kernels, x, layer, out, weights, bias)
      const bare = probes.on(tiles, count, inputs, outputs)
      for (const probe of bare) probes.verify(probe, inputs, outputs)
      const [ours, ...theirs] = await measure(
        [{ name: 'kernel', run: () => kernels.linear(x, layer, out, 'identity') }, ...bare],
        { seconds: 0.04 },
      )
      const rate = (done: number, seconds: number): number => (2 * done * inputs * outputs) / seconds / 1e9
      const rates = theirs.map(({ median }, index) => rate(bare[index]!.rows, median))
      const fastest = theirs.map(({ min }, index) => rate(bare[index]!.rows, min))
      const [tile, own] = [Math.max(...rates), rate(count, ours!.median)]
      const [tileAtBest, ownAtBest] = [Math.max(...fastest), rate(count, ours!.min)]
      rows.push([
        ...[String(inputs), String(outputs), String(count)],
        ...[
          digits(own),
          digits(ownAtBest),
          digits(tile),
          digits(tileAtBest),
          bare[rates.indexOf(tile)]!.name,
        ],
        ...[percent(own / tile), percent(ownAtBest / tileAtBest)],
      ])
      kernels.memory.release(again)
    }
    kernels.memory.release(mark)
  }
  const { int8Rows, int8Tile, float32Rows, float32Panel } = kernels.tiles
  const tile =
    precision === 'int8'
      ? `${int8Rows}x${int8Tile === 'joined' ? 16 : 8} ${int8Tile}`
      : `${float32Rows}x${float32Panel}`
  report(
    `${precision} ${variant}${turbo ? ' turbo' : ''}, tile ${tile}, GOP/s`,
    ['K', 'N', 'M', 'kernel', 'at best', 'bare tile', 'at best', 'which', 'kernel / tile', 'at best'],
    rows,
  )
}

/** Some outputs in float64 from the float weights: within rounding of float32, and of 8-bit weights. */
function verify(
  kernels: WasmKernels,
  x: Matrix,
  layer: Linear,
  out: Matrix,
  weights: Float32Array,
  bias: Float32Array,
): void {
  kernels.linear(x, layer, out, 'identity')
  const { inputs, outputs, precision } = layer
  const { memory } = kernels
  let largest = 0
  let worst = 0
  for (const row of [0, x.rows - 1]) {
    for (let channel = row % 7; channel < outputs; channel += 61) {
      let sum = bias[channel]!
      for (let k = 0; k < inputs; k++) {
        sum += memory.row(x, row)[k]! * weights[channel * inputs + k]!
      }
      largest = Math.max(largest, Math.abs(sum))
      worst = Math.max(worst, Math.abs(memory.row(out, row)[channel]! - sum))
    }
  }
  const allowed = precision === 'int8' ? 0.02 : 1e-5
  check(
    worst <= allowed * largest,
    `${precision} ${x.rows} rows, ${inputs} to ${outputs}: ${worst / largest}`,
  )
}
