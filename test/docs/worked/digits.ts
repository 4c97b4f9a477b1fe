/** Chapter 10: a row's two digits, a tie, and how long blocks of short sums are. */

import { quantizeActivations, rowStep } from '#dist/kernels/reference/quantization.js'
import { columns } from '../toy.ts'

/** Of a row: q, and what is added to it. */
function quantized(x: readonly number[]): { q: Int16Array; step: number; most: number; zero: number } {
  const row = Float32Array.from(x)
  const q = new Int16Array(x.length)
  const step = quantizeActivations(row, q)
  const { most } = rowStep(row)
  const zero = most <= 127 ? 127 - most : Math.min(64, -Math.min(...q))
  return { q, step, most, zero }
}

export function secondDigits(): string[] {
  const x = Array.from({ length: 64 }, (_, k) => (k === 3 ? 12 : [-1, 0.5, 1, -0.5][k % 4]!))
  const { q, step, zero } = quantized(x)
  const weights = [20, -90, 50, 110]
  const four = [0, 1, 2, 3]
  const [first, second] = [(k: number) => (q[k]! + zero) & 127, (k: number) => (q[k]! + zero) >> 7]
  const total = (part: (k: number) => number): number =>
    four.reduce((sum, k) => sum + part(k) * weights[k]!, 0)
  const e = Math.sqrt(x.reduce((sum, value) => sum + value ** 2, 0) / x.length)
  const squares = q.reduce((sum, value) => sum + value ** 2, 0)
  return [
    `low -1, high 12, e ${e.toFixed(4)}: 13/127 = ${(13 / 127).toFixed(4)}, e · 2.7/63.5 = ${((e * 2.7) / 63.5).toFixed(4)}, step ${step.toFixed(4)}, zero ${zero}`,
    ...columns([
      ['x', 'q', 'q + zero', 'first', 'second', 'w'],
      ...four.map((k) => [x[k]!, q[k]!, q[k]! + zero, first(k), second(k), weights[k]!].map(String)),
    ]),
    `Σ w·first + 128·Σ w·second - zero·Σ w = ${total(first)} + 128 · ${total(second)} - ${zero} · ${total(() => 1)} = ${total(first) + 128 * total(second) - zero * total(() => 1)}`,
    `Σ w·q = ${total((k) => q[k]!)}`,
    `√(Σq²/64) = ${Math.sqrt(squares / 64).toFixed(2)}, at most 63.5/2.7 + 1/2 = ${(63.5 / 2.7 + 0.5).toFixed(2)}`,
  ]
}

export function tie(): string[] {
  const { q, step, most, zero } = quantized([1, 1, 1, -1])
  return columns([
    ['x', 'x / step', 'rounded', 'q', 'q + zero'],
    ...[0, 3].map((k) => {
      const at = [1, 1, 1, -1][k]! / step
      return [
        String(at * step),
        at.toFixed(1),
        String(64 * Math.sign(at)),
        String(q[k]),
        String(q[k]! + zero),
      ]
    }),
  ]).concat(`step 2/127, zero ${zero}, q at most 127 - zero = ${most}`)
}

/** The bound of assembly/short-sums.ts, by root mean squares of digits and weights. */
export function shortBlocks(): string[] {
  const largest = 32_496
  return columns([
    ['first - middle', 'w', '16 inputs', '8 inputs', 'groups in a block'],
    ...[
      [24, 30],
      [24, 80],
      [24, 127],
      [40, 127],
    ].map(([digit, weight]) => {
      const [sixteen, eight] = [16 * digit! * weight!, 8 * digit! * weight!]
      return [digit, weight, sixteen, eight, sixteen <= largest ? 8 : eight <= largest ? 4 : 2].map(String)
    }),
  ])
}
