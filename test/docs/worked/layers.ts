/** Chapters 3, 4, 7 and 8: the reference kernels on toy matrices. */
import type { Matrix } from '#dist/kernels/kernels.js'
import { columnAddress } from '#dist/kernels/layout.js'
import * as math from '#dist/kernels/reference/math.js'
import { columns, decimal, Toy, table } from '../toy.ts'

const ONES = [1, 1, 1, 1]
const ZEROS = [0, 0, 0, 0]

export function embedding(): string[] {
  const words = [
    [1, 0, 2, 1],
    [0, 1, -1, 2],
    [3, 1, 0, 0],
  ]
  const positions = [
    [0, 0, 1, 0],
    [1, 0, 0, 0],
  ]
  const tokenType = [0.5, 0.5, 0.5, 0.5]
  const ids = [2, 0]
  const toy = new Toy()
  const out = toy.matrix(2, 4)
  const tables = {
    words: toy.table(words),
    positions: toy.table(positions),
    tokenTypes: toy.table([tokenType]),
    norm: toy.norm(ONES, ZEROS),
  }
  const [places, types] = [toy.integers([0, 1]), toy.integers([0, 0])]
  toy.kernels.embed({ ids: toy.integers(ids), places, types }, tables, out)
  const sums = ids.map((id, t) => words[id]!.map((word, i) => word + tokenType[i]! + positions[t]![i]!))
  return [
    'word [V, H]        position [T, H]    token type [H]',
    ...words.map((row, i) =>
      [
        row.map((v) => String(v).padStart(3)).join(''),
        (positions[i] ?? [])
          .map((v) => String(v).padStart(3))
          .join('')
          .padEnd(12),
        i === 0 ? tokenType.map((v) => String(v).padStart(5)).join('') : '',
      ]
        .join('       ')
        .trimEnd(),
    ),
    '',
    `ids ${ids.join(' ')}, so the sums are`,
    ...table(sums, 1),
    'and after LayerNorm (weight 1, bias 0)',
    ...table(toy.read(out)),
  ]
}

export function linearFloat32(): string[] {
  const toy = new Toy()
  const x = [
    [1, 2, 3],
    [0, -1, 2],
  ]
  const weights = [
    [1, 0, -1],
    [0.5, 2, 1],
  ]
  const out = toy.matrix(2, 2)
  toy.kernels.linear(toy.filled(x), toy.layer('float32', weights, [10, 0]), out, 'identity')
  return [
    'x [T, K]',
    ...table(x, -1),
    'W [N, K]',
    ...table(weights, -1),
    'b [N]   10  0',
    '',
    'y[0, 0] = 1·1 + 2·0 + 3·(-1) + 10 = 8',
    '',
    'y [T, N]',
    ...table(toy.read(out), -1),
  ]
}

export function linearInt8(): string[] {
  const x = [[0.5, -1, 0.25]]
  const weights = [[0.2, 0.1, -0.4]]
  const toy = new Toy()
  const input = toy.quantized(x)
  const layer = toy.layer('int8', weights, [0.05])
  const out = toy.matrix(1, 1)
  toy.kernels.linear(input, layer, out, 'identity')
  const { values, steps } = toy.readQuantized(input)
  const w = [...new Int8Array(toy.kernels.memory.memory.buffer, layer.weights, 3)]
  const columnScale = toy.kernels.memory.float32[columnAddress(layer, 0, 'scale') / 4]!
  const sum = values[0]!.reduce((total, q, k) => total + q * w[k]!, 0)
  const y = toy.read(out)[0]![0]!
  return [
    `x    ${x[0]!.join('  ')}      from -1 to 0.5: 1.5, which is less than 5.4 root mean squares`,
    `q    ${values[0]!.join('  ')}      step = 1.5 / 127 = ${steps[0]!.toPrecision(6)}`,
    '',
    `w    ${weights[0]!.join('  ')}`,
    `q    ${w.join('  ')}      columnScale = 0.4 / 127 = ${columnScale.toPrecision(6)}`,
    '',
    `sum  ${values[0]!.map((q, k) => `${q}·${w[k]}`).join(' + ')} = ${sum}`,
    `y    ${sum} · (${steps[0]!.toPrecision(6)} · ${columnScale.toPrecision(6)}) + 0.05 = ${y.toPrecision(6)}`,
    `     in exact arithmetic 0.5·0.2 - 1·0.1 + 0.25·(-0.4) + 0.05 = -0.05`,
  ]
}

export function layerNorm(): string[] {
  const x = [2, 0, 1, 3]
  const residual = [0, 2, 1, 3]
  const toy = new Toy()
  const out = toy.matrix(1, 4)
  const norm = toy.norm([1, 1, 2, 1], [0, 0, 0, 0.5])
  toy.kernels.addLayerNorm(toy.filled([x]), toy.filled([residual]), norm, out)
  const v = x.map((value, i) => value + residual[i]!)
  const mean = v.reduce((sum, value) => sum + value, 0) / 4
  const variance = v.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4
  const row = (name: string, values: readonly number[], digits: number): string =>
    name.padEnd(18) + table([values], digits)[0]!
  return [
    row('x', x, -1),
    row('residual', residual, -1),
    row('v = x + residual', v, -1),
    '',
    `μ  = (${v.join(' + ')}) / 4 = ${mean}`,
    `σ² = (${v.map((value) => `${(value - mean) ** 2}`).join(' + ')}) / 4 = ${variance}`,
    '',
    row(
      '(v - μ) / √σ²',
      v.map((value) => (value - mean) / Math.sqrt(variance)),
      4,
    ),
    row('weight', [1, 1, 2, 1], -1),
    row('bias', [0, 0, 0, 0.5], -1),
    row('y', toy.read(out)[0]!, 4),
  ]
}

export function layerNormExercise(): string[] {
  const toy = new Toy()
  const outputs = [
    [1, 2, 3, 6],
    [10, 20, 30, 60],
    [101, 102, 103, 106],
  ].map((row) => {
    const out = toy.matrix(1, 4)
    toy.kernels.addLayerNorm(toy.filled([row]), toy.filled([ZEROS]), toy.norm(ONES, ZEROS), out)
    return `${row.join(' ').padEnd(18)} → ${table([toy.read(out)[0]!])[0]!.trim()}`
  })
  return outputs
}

export function activations(): string[] {
  return columns([
    ['x', 'relu', 'gelu, default', 'gelu, float32', 'difference', 'gelu (tanh)', 'difference'],
    ...[-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3].map((x) => [
      String(x),
      String(math.relu(x)),
      decimal(math.geluInt8(x), 5),
      decimal(math.gelu(x), 5),
      decimal(math.geluInt8(x) - math.gelu(x), 5),
      decimal(math.geluTanh(x), 5),
      decimal(math.geluTanh(x) - math.gelu(x), 5),
    ]),
  ])
}

export function feedForward(): string[] {
  const x = [[1, -1]]
  const up = [
    [1, 0],
    [0, 1],
    [1, 1],
  ]
  const down = [
    [1, 0, 1],
    [0, 2, 0],
  ]
  const block = (precision: 'int8' | 'float32') => {
    const toy = new Toy()
    const input = precision === 'int8' ? toy.quantized(x) : toy.filled(x)
    const [before, inside, out] = [toy.matrix(1, 3), toy.matrix(1, 3, precision), toy.matrix(1, 2)]
    toy.kernels.linear(input, toy.layer(precision, up, [0, 0, 2]), before, 'identity')
    toy.kernels.linear(input, toy.layer(precision, up, [0, 0, 2]), inside, 'gelu')
    toy.kernels.linear(inside, toy.layer(precision, down, [0, 0]), out, 'identity')
    return { toy, input, before, inside, out }
  }
  const { toy, input, before, inside, out } = block('int8')
  const float = block('float32')
  const inSteps = (name: string, matrix: Matrix): string => {
    const { values, steps } = toy.readQuantized(matrix)
    return `${name.padEnd(27)}${values[0]!.join('  ').padEnd(16)}step = ${steps[0]!.toPrecision(6)}`
  }
  return [
    'x [H]                      1  -1',
    inSteps('x in whole steps', input),
    'W₁ [I, H], b₁              1 0 | 0 1 | 1 1      0 0 2',
    `x·W₁ᵀ + b₁ [I]          ${table(toy.read(before), 4)[0]!}`,
    `h = gelu(x·W₁ᵀ + b₁)    ${table(toy.read(inside), 4)[0]!}`,
    inSteps('h in whole steps', inside),
    'W₂ [H, I], b₂              1 0 1 | 0 2 0        0 0',
    `h·W₂ᵀ + b₂ [H]          ${table(toy.read(out), 4)[0]!}`,
    `the same in float32     ${table(float.toy.read(float.out), 4)[0]!}`,
  ]
}
