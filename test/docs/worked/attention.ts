/** Chapters 5 and 6: attention and its softmax, as precision int8 computes them, and in float32 for comparison. */
import type { Precision } from '#dist/kernels/kernels.js'
import { softmax } from '#dist/kernels/reference/attention.js'
import * as math from '#dist/kernels/reference/math.js'
import { quantizeToLimit } from '#dist/kernels/reference/quantization.js'
import { columns, decimal, Toy, table } from '../toy.ts'

const QUERY = [
  [1, 0],
  [0, 1],
  [1, 1],
]
const KEY = [
  [1, 0],
  [0, 2],
  [0, 0],
]
const VALUE = [
  [1, 0],
  [0, 1],
  [5, 5],
]

function attend(query: number[][], key: number[][], value: number[][], precision: Precision = 'int8') {
  const toy = new Toy()
  const T = query.length
  const D = query[0]!.length
  const joined = toy.filled(query.map((row, t) => [...row, ...key[t]!, ...value[t]!]))
  const out = toy.matrix(T, D, precision)
  const probabilities = toy.kernels.layout.probabilities(1, [T])
  const sequences = { count: 1, bounds: toy.integers([0, T]), longest: T }
  toy.kernels.attention({ queryKeyValue: joined, sequences, heads: 1, out, probabilities })
  const flat = [...toy.kernels.memory.floats(probabilities.maps[0]!)]
  return {
    scores: query.map((q) => key.map((k) => q.reduce((sum, v, d) => sum + v * k[d]!, 0))),
    probabilities: query.map((_, t) => flat.slice(t * T, (t + 1) * T)),
    context: toy.read(out),
  }
}

export function attention(): string[] {
  const { scores, probabilities, context } = attend(QUERY, KEY, VALUE)
  return [
    'Q [T, D]',
    ...table(QUERY, -1),
    'K [T, D]',
    ...table(KEY, -1),
    'V [T, D]',
    ...table(VALUE, -1),
    '',
    'Q·Kᵀ [T, T]',
    ...table(scores, -1),
    'softmax(Q·Kᵀ / √2), each row sums to 1',
    ...table(probabilities),
    'context = P·V',
    ...table(context),
  ]
}

export function attentionExercise(): string[] {
  const { probabilities, context } = attend([[0, 0], ...QUERY.slice(1)], KEY, VALUE)
  return [
    `P[0]       ${table([probabilities[0]!])[0]!.trim()}`,
    `context[0] ${table([context[0]!])[0]!.trim()}`,
  ]
}

const whole = (values: ArrayLike<number>): string =>
  Array.from(values, (value) => String(value).padStart(7)).join('')
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0)

/** The query of token 1 on its way through the whole numbers of precision int8; its end is what the kernel gives. */
export function attentionWhole(): string[] {
  const D = 2
  const query = quantizeToLimit(Float32Array.from(QUERY[1]!), 16383)
  const keys = KEY.map((key) => quantizeToLimit(Float32Array.from(key), 16383))
  const values = [0, 1].map((d) =>
    quantizeToLimit(
      Float32Array.from(VALUE, (value) => value[d]!),
      8191,
    ),
  )
  const products = keys.map((key) => dot(query.values, key.values))
  const scores = products.map((sum, j) => (sum * query.scale * keys[j]!.scale * Math.LOG2E) / Math.sqrt(D))
  const most = Math.max(...scores)
  const powers = scores.map((score) => math.powerOfTwo(Math.fround(score - most)))
  const sum = powers.reduce((total, power) => total + power, 0)
  const limit = Math.min(32767, 2 ** 17 / sum)
  const weights = powers.map((power) => math.roundHalfEven(Math.fround(power * limit)))
  const sums = values.map((column) => dot(weights, column.values))
  const context = sums.map((total, d) => (total / (sum * limit)) * values[d]!.scale)
  const kernel = attend(QUERY, KEY, VALUE).context[1]!
  if (context.some((value, d) => Math.abs(value - kernel[d]!) > 1e-6)) {
    throw new Error(`the page computes ${context.join(' ')}, the kernel ${kernel.join(' ')}`)
  }
  const exact = attend(QUERY, KEY, VALUE, 'float32').context[1]!
  const float = (values: readonly number[], digits: number): string =>
    values.map((value) => decimal(value, digits).padStart(digits + 4)).join('')
  return [
    `query 1            ${whole(query.values)}           scale 1/16383`,
    ...keys.map(({ values: row }, j) => {
      const largest = Math.max(...KEY[j]!)
      return `key ${j}              ${whole(row)}           scale ${largest === 0 ? '0' : `${largest}/16383`}`
    }),
    ...values.map(({ values: column }, d) => `values, column ${d}   ${whole(column)}    scale 5/8191`),
    '',
    `q·k                  ${products.join('  ')}      exact`,
    `s = q·k · scales · log₂e/√2   ${float(scores, 4).trim()}`,
    `2^(s - max s)                 ${float(powers, 4).trim()}      Σ = ${decimal(sum, 4)}`,
    `as whole numbers              ${weights.join('  ')}      limit = ${limit}`,
    `times the columns             ${sums.join('  ')}      exact`,
    `context                       ${float(context, 6).trim()}`,
    `in float32                    ${float(exact, 6).trim()}`,
  ]
}

const SCORES = [2, 1, 0.5]

/** Softmax as attention at precision int8 has it: powers of two, and the whole numbers that the values are multiplied with. */
export function softmaxWhole(): string[] {
  const scores = SCORES.map((score) => score * Math.LOG2E)
  const powers = scores.map((score) => math.powerOfTwo(Math.fround(score - scores[0]!)))
  const sum = powers.reduce((total, power) => total + power, 0)
  return columns([
    ['s', 's·log₂e', 'less the largest', '2 to that', 'as int16', 'p'],
    ...SCORES.map((s, j) => [
      String(s),
      decimal(scores[j]!, 6),
      decimal(scores[j]! - scores[0]!, 6),
      decimal(powers[j]!, 6),
      String(math.roundHalfEven(Math.fround(powers[j]! * 32767))),
      decimal(powers[j]! / sum, 6),
    ]),
    ['', '', 'Σ', decimal(sum, 6), '', decimal(1, 6)],
  ])
}

/** The same scores by the function of precision float32. */
export function softmaxExample(): string[] {
  const exponentials = Float32Array.from(SCORES)
  const inverse = softmax(exponentials, 1)
  return columns([
    ['s', 's - max', 'e^(s - max)', 'p'],
    ...SCORES.map((s, j) => [
      String(s),
      String(s - 2),
      decimal(exponentials[j]!, 6),
      decimal(exponentials[j]! * inverse, 6),
    ]),
    ['', 'Σ', decimal(1 / inverse, 6), decimal(1, 6)],
  ])
}

export function powersOfTwo(): string[] {
  const rows = [-0.25, -0.5, -1.5, -3.3, -14.4].map((x) => {
    const n = math.roundHalfEven(Math.fround(x))
    const power = math.powerOfTwo(Math.fround(x))
    const error = power / 2 ** Math.fround(x) - 1
    return [String(x), String(n), decimal(x - n, 2), power.toPrecision(7), (1e6 * error).toFixed(1)]
  })
  return columns([['x', 'n', 'r = x - n', '2ⁿ · 2^r', 'error, millionths'], ...rows])
}

export function exponential(): string[] {
  const rows = [-0.5, -1.5, -10, 1].map((x) => {
    const n = Math.round(x / Math.LN2)
    return [String(x), String(n), decimal(x - n * Math.LN2, 6), math.exp(x).toPrecision(8)]
  })
  return columns([['x', 'n', 'r = x - n·ln 2', '2^n · e^r'], ...rows])
}
