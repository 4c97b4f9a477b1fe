/** Chapter 10: a row whose largest numbers have a second digit, and a lane of a short sum. */
import { readFileSync } from 'node:fs'
import { quantizeActivations, rowStep } from '#dist/kernels/reference/quantization.js'
import { rootPath } from '../../shared.ts'
import { columns, decimal } from '../toy.ts'

/** What a row of 64 numbers repeats; two of them are far from the rest. */
const PATTERN = [0.5, -1, 0.25, 0.75, -0.5, 1, -0.25, 0.6]
const FAR: Readonly<Record<number, number>> = { 5: 9, 7: -6 }
const K = 64
/** Weights of one output, repeated likewise. */
const WEIGHTS = [40, -7, 127, 3, -60, 25, 90, -80]

const row = Float32Array.from({ length: K }, (_, k) => FAR[k] ?? PATTERN[k % 8]!)

/** The row's numbers in steps, and what the kernel makes of them: q + zero = first + 128·second. */
function digitsOf(x: Float32Array) {
  const q = new Int16Array(x.length)
  const step = quantizeActivations(x, q)
  const zero = Math.max(Math.min(64, -Math.min(0, ...q)), 127 - Math.max(0, ...q))
  const moved = Array.from(q, (value) => value + zero)
  return { q, step, zero, first: moved.map((value) => value & 127), second: moved.map((value) => value >> 7) }
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, k) => sum + value * b[k]!, 0)

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

export function twoDigits(): string[] {
  const { q, step, zero, first, second } = digitsOf(row)
  const weights = Array.from({ length: K }, (_, k) => WEIGHTS[k % 8]!)
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0)
  const [sum, ofFirst, ofSecond] = [dot(q, weights), dot(first, weights), dot(second, weights)]
  if (sum !== ofFirst + 128 * ofSecond - zero * weightSum) throw new Error('the digits do not sum to q')
  const e = Math.sqrt(dot(row, row) / K)
  const line = (name: string, values: readonly (number | string)[]): string[] => [
    name,
    ...values.slice(0, 8).map(String),
  ]
  return [
    `64 numbers, the first 8 of them shown; e = ${decimal(e, 4)}, so step = e · 2.7/63.5 = ${decimal(step, 6)}`,
    `from -6 to 9 there are ${Math.round(15 / step)} steps, more than 127; zero = ${zero}`,
    '',
    ...columns([
      line('x', [...row]),
      line('q = round(x / step)', [...q]),
      line(
        'q + zero',
        [...q].map((value) => value + zero),
      ),
      line('first digit', first),
      line('second digit', second),
      line('w', weights),
    ]),
    '',
    `Σ q·w = ${sum}`,
    `Σ first·w + 128·Σ second·w - zero·Σ w = ${ofFirst} + 128·(${ofSecond}) - ${zero}·${weightSum} = ${ofFirst + 128 * ofSecond - zero * weightSum}`,
  ]
}

/** Two inputs of each of 8 groups. */
const LANE_WEIGHTS = [52, 71, 38, 66, 45, 80, 59, 33, 74, 41, 62, 57, 48, 69, 35, 77]
const LANE_DIGITS = [70, 58, 61, 75, 64, 52, 69, 66, 60, 73, 55, 67, 62, 59, 71, 63]
const MIDDLE = 64
/** The largest product of two norms that fits a lane: 32·1015.5 (LARGEST_PRODUCT of assembly/short-sums.ts). */
const LONGEST = 32 * 1015.5

export function shortSum(): string[] {
  const away = LANE_DIGITS.map((digit) => digit - MIDDLE)
  const wrap = (value: number): number => (value << 16) >> 16
  const weightSum = LANE_WEIGHTS.reduce((sum, weight) => sum + weight, 0)
  const [normW, normD] = [Math.sqrt(dot(LANE_WEIGHTS, LANE_WEIGHTS)), Math.sqrt(dot(away, away))]
  const start = -MIDDLE * weightSum
  const whole = dot(LANE_DIGITS, LANE_WEIGHTS)
  // As the lane does it: each addition in 16 bits.
  let lane = wrap(start)
  LANE_DIGITS.forEach((digit, i) => {
    lane = wrap(lane + digit * LANE_WEIGHTS[i]!)
  })
  const small = dot(away, LANE_WEIGHTS)
  if (lane !== small || Math.abs(small) > normW * normD) throw new Error('the lane is not what it comes to')
  const join = (values: readonly number[]): string =>
    values.map((value) => String(value).padStart(4)).join('')
  return [
    `first digits     ${join(LANE_DIGITS)}`,
    `less middle 64   ${join(away)}`,
    `weights          ${join(LANE_WEIGHTS)}`,
    '',
    `‖w‖ = ${decimal(normW, 1)}   ‖first - 64‖ = ${decimal(normD, 1)}   product ${Math.round(normW * normD)}, below 2¹⁵ = 32768: all 16 products in one lane`,
    `start = -64·Σ w = ${start}, in 16 bits ${wrap(start)}`,
    `Σ first·w = ${whole}, which is beyond 16 bits`,
    `the lane, wrapping at each addition that leaves 16 bits: ${lane}`,
    `Σ (first - 64)·w = ${small}, the same`,
  ]
}

const BLOCK_INPUTS = 8

/** A number of a list that looks random and is the same everywhere, from -1 to 1. */
const scattered = (i: number): number => ((i * i * 31 + i * 17 + 11) % 199) / 99 - 1

/**
 * Two rows of a tile by two channels of a panel, the first two inputs of each of 8 groups: one lane each. In blocks of 8
 * groups the lanes might not fit, in blocks of 4 they do.
 */
export function shortTile(): string[] {
  const inputs = 2 * BLOCK_INPUTS
  const weights = [0, 1].map((n) =>
    Array.from({ length: inputs }, (_, k) => Math.round(127 * scattered(k + 40 * n))),
  )
  const firsts = [0, 1].map((t) =>
    Array.from({ length: inputs }, (_, k) => MIDDLE + Math.round(63 * scattered(k + 7 + 77 * t))),
  )
  const away = firsts.map((row) => row.map((digit) => digit - MIDDLE))
  const wrap = (value: number): number => (value << 16) >> 16
  const blocks = {
    '8 groups': [[0, 16]],
    '4 groups': [
      [0, 8],
      [8, 16],
    ],
  } as const
  const norm = (row: readonly number[], [from, to]: readonly [number, number]): number =>
    Math.sqrt(dot(row.slice(from, to), row.slice(from, to)))
  const checks = Object.entries(blocks).flatMap(([length, ranges]) =>
    ranges.map((range, index) => {
      const ofWeights = weights.map((row) => norm(row, range))
      const ofDigits = away.map((row) => norm(row, range))
      const product = Math.max(...ofWeights) * Math.max(...ofDigits)
      const cells = [...ofWeights, ...ofDigits].map((value) => decimal(value, 1))
      return {
        length,
        fits: product <= LONGEST,
        cells: [`block ${index} of ${length}`, ...cells, product.toFixed(0)],
      }
    }),
  )
  const fits = (length: string): boolean => checks.every((check) => check.length !== length || check.fits)
  if (fits('8 groups') || !fits('4 groups')) throw new Error('the blocks of the example should have 4 groups')
  const results = [0, 1].flatMap((t) =>
    [0, 1].map((n) => {
      const lanes = blocks['4 groups'].map(([from, to]) => {
        let lane = wrap(-MIDDLE * total(weights[n].slice(from, to)))
        for (let k = from; k < to; k++) lane = wrap(lane + firsts[t][k] * weights[n][k])
        if (lane !== dot(away[t].slice(from, to), weights[n].slice(from, to)))
          throw new Error('a lane has left int16')
        return lane
      })
      const back = MIDDLE * total(weights[n])
      const sum = lanes[0] + lanes[1] + back
      if (sum !== dot(firsts[t], weights[n])) throw new Error('the lanes do not sum to first·w')
      return [String(t), String(n), ...[...lanes, back, sum].map(String)]
    }),
  )
  const row = (name: string, values: readonly number[]): string =>
    `${name.padEnd(22)}${values.map((value) => String(value).padStart(5)).join('')}`
  const begin = weights[0].slice(0, 8)
  return [
    ...weights.map((values, n) => row(`weights, channel ${n}`, values)),
    ...firsts.map((values, t) => row(`first digits, row ${t}`, values)),
    '',
    ...columns([
      ['', '‖w‖, channel 0', 'channel 1', '‖first - 64‖, row 0', 'row 1', 'largest product'],
      ...checks.map(({ cells }) => cells),
    ]),
    `${LONGEST} is the most that fits, so the blocks have 4 groups`,
    '',
    `channel 0, block 0: Σ w = ${begin.join(' + ').replaceAll('+ -', '- ')} = ${total(begin)}, so its lanes start at ${-MIDDLE * total(begin)}`,
    '',
    ...columns([['row', 'channel', 'lane, block 0', 'block 1', '64·Σ w', 'Σ first·w'], ...results]),
  ]
}

/** Groups that may be listed before sums of second digits are widened. */
export function listedGroups(): string[] {
  const source = readFileSync(rootPath('assembly/second-digits.ts'), 'utf8')
  const most = Number(/MOST_SHORT: i32 = ([\d_]+)/.exec(source)![1].replaceAll('_', ''))
  // What the proof there allows, of which float32 takes some.
  const bound = 63.5 / 2.7 + 0.5
  const proven = (2 ** 15 * 64) ** 2 / (128 ** 2 * 2 * 4 * bound ** 2)
  if (!(most > 0.99 * proven && most < proven)) throw new Error(`${most} is not just below ${proven}`)
  return columns([
    ['K', 'groups of 4 inputs', 'listed groups that fit'],
    ...[384, 768, 1024, 1536, 3072, 4096].map((inputs) => [
      String(inputs),
      String(inputs / 4),
      String(Math.floor(most / (inputs / 4))),
    ]),
  ])
}

/** A row whose ends lie half-way between two steps. */
export function tie(): string[] {
  const row = Float32Array.of(1, 1, 1, -1)
  const q = new Int16Array(4)
  const step = quantizeActivations(row, q)
  const { most } = rowStep(row)
  const zero = 127 - most
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
