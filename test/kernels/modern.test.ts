/**
 * The kernels' features for ModernBERT and EuroBERT, over every variant: windows, rotary positions, gates, kept sums,
 * and embeddings without a LayerNorm.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { floats, seeded } from '../random.ts'
import { Bench, differentBits, reference, relativeError, variants } from './variants.ts'

/** softmax(Q·Kᵀ / √D)·V over the keys fewer than `window` places away, in doubles, [ΣT, H]. */
function attentionInDoubles(
  queryKeyValue: Float32Array,
  bounds: readonly number[],
  heads: number,
  headDim: number,
  window: number,
): Float64Array {
  const hidden = heads * headDim
  const context = new Float64Array(queryKeyValue.length / 3)
  const number = (t: number, part: number, column: number): number =>
    queryKeyValue[3 * hidden * t + hidden * part + column]!
  for (const [s, end] of bounds.slice(1).entries()) {
    for (let column = 0; column < hidden; column += headDim) {
      for (let i = bounds[s]!; i < end; i++) {
        const keys = Array.from({ length: end - bounds[s]! }, (_, j) => bounds[s]! + j).filter(
          (j) => Math.abs(i - j) < window,
        )
        const scores = keys.map((j) => {
          let sum = 0
          for (let d = column; d < column + headDim; d++) sum += number(i, 0, d) * number(j, 1, d)
          return sum / Math.sqrt(headDim)
        })
        const most = Math.max(...scores)
        const weights = scores.map((score) => Math.exp(score - most))
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        for (let d = column; d < column + headDim; d++) {
          const sum = weights.reduce((part, weight, n) => part + weight * number(keys[n]!, 2, d), 0)
          context[hidden * i + d] = sum / total
        }
      }
    }
  }
  return context
}

for (const variant of variants()) {
  for (const readBy of ['int8', 'float32'] as const)
    test(`attention() ${readBy} with a window equals the reference and float64: ${variant.name}`, async () => {
      for (const [seed, { lengths, heads, headDim, window }] of [
        { lengths: [1], heads: 1, headDim: 2, window: 1 },
        { lengths: [3, 1, 8], heads: 3, headDim: 5, window: 2 },
        { lengths: [30], heads: 1, headDim: 8, window: 1 },
        { lengths: [17, 12], heads: 2, headDim: 8, window: 4 },
        { lengths: [40, 13, 2], heads: 2, headDim: 12, window: 9 },
        { lengths: [130, 64], heads: 1, headDim: 32, window: 17 },
        { lengths: [300], heads: 1, headDim: 16, window: 65 },
        { lengths: [20], heads: 1, headDim: 4, window: 1000 },
      ].entries()) {
        const hidden = heads * headDim
        const bounds = [0]
        for (const length of lengths) bounds.push(bounds.at(-1)! + length)
        const tokens = bounds.at(-1)!
        const results = []
        for (const each of [reference, variant]) {
          const random = seeded(seed)
          const bench = new Bench(await each.create())
          const queryKeyValue = bench.matrix(tokens, 3 * hidden)
          const values = floats(random, tokens * 3 * hidden, 4)
          bench.fill(queryKeyValue, values)
          const out = bench.matrix(tokens, hidden, readBy)
          const longest = Math.max(...lengths)
          const sequences = { count: lengths.length, bounds: bench.integers(bounds), longest }
          const probabilities = bench.layout.probabilities(heads, lengths)
          for (const { address, count } of probabilities.maps)
            bench.kernels.memory.floats({ address, count }).fill(7)
          bench.kernels.attention({ queryKeyValue, sequences, heads, out, probabilities, window })
          assert.is(bench.broken(), 0, `${each.name}: wrote outside its output`)
          const maps = probabilities.maps.map((map) => bench.kernels.memory.floats(map).slice())
          results.push({ out: bench.read(out), maps, values })
        }
        const { out, maps, values } = results[1]!
        for (const [s, length] of lengths.entries()) {
          for (const [at, share] of maps[s]!.entries()) {
            const distance = Math.abs((Math.floor(at / length) % length) - (at % length))
            if (distance >= window) assert.is(share, 0, `distance ${distance} of window ${window}`)
            else assert.ok(share >= 0 && share <= 1.000001, `a share of ${share}`)
          }
          for (let row = 0; row < maps[s]!.length; row += length) {
            const sum = maps[s]!.subarray(row, row + length).reduce((a, b) => a + b, 0)
            assert.ok(Math.abs(sum - 1) < 1e-5, 'probabilities of a row sum to 1')
          }
        }
        const context = attentionInDoubles(values, bounds, heads, headDim, window)
        // As in kernels.test.ts; scores are at most 16 √D.
        const steps =
          (Math.sqrt(headDim) * 4 * 4) / Math.min(16383, Math.floor(Math.sqrt(2 ** 31 / headDim))) + 1 / 2048
        const bound = readBy === 'int8' ? steps : 16 * Math.sqrt(headDim) * 2 ** -23
        assert.ok(relativeError(out, context) <= bound, `${lengths} tokens: context near float64`)
        if (readBy === 'float32' && !variant.exact) continue
        assert.is(differentBits(out, results[0]!.out), 0, `${lengths} tokens, window ${window}: context`)
        for (const [s, map] of maps.entries())
          assert.is(differentBits(map, results[0]!.maps[s]!), 0, `window ${window}: probabilities`)
      }
    })

  test(`attention() with a window as wide as the text is attention without: ${variant.name}`, async () => {
    for (const readBy of ['int8', 'float32'] as const) {
      const bench = new Bench(await variant.create())
      const [tokens, heads, headDim] = [61, 2, 8]
      const queryKeyValue = bench.matrix(tokens, 3 * heads * headDim)
      bench.fill(queryKeyValue, floats(seeded(5), tokens * 3 * heads * headDim, 4))
      const sequences = { count: 1, bounds: bench.integers([0, tokens]), longest: tokens }
      const [wide, without] = [0, 1].map((which) => {
        const out = bench.matrix(tokens, heads * headDim, readBy)
        const window = which === 0 ? tokens : 0
        bench.kernels.attention({ queryKeyValue, sequences, heads, out, window })
        return bench.read(out)
      })
      assert.is(differentBits(wide!, without!), 0, readBy)
    }
  })

  test(`rotate() equals the reference and float64: ${variant.name}`, async () => {
    for (const [heads, headDim] of [
      [1, 2],
      [3, 6],
      [2, 8],
      [4, 10],
      [2, 14],
      [2, 64],
    ] as const) {
      const places = [0, 3, 1, 3, 2]
      const [rows, width] = [places.length, heads * headDim]
      const random = seeded(headDim)
      const values = floats(random, rows * width, 5)
      const turns = Float32Array.from({ length: 2 * headDim }, (_, i) => (random() - 0.5) * (i + 1))
      const angle = (place: number, i: number): number => turns[(place * headDim + i) % turns.length]!
      const table = Float32Array.from({ length: 4 * headDim }, (_, at) => {
        const [place, i] = [Math.floor(at / headDim), at % headDim]
        const turn = angle(place, i % (headDim / 2))
        return i < headDim / 2 ? Math.cos(turn) : Math.sin(turn)
      })
      const results = []
      for (const each of [reference, variant]) {
        const bench = new Bench(await each.create())
        const x = bench.matrix(rows, width + 3)
        bench.fill(
          x,
          Float32Array.from({ length: rows * (width + 3) }, (_, at) => {
            const column = at % (width + 3)
            return column < width ? values[Math.floor(at / (width + 3)) * width + column]! : 99
          }),
        )
        const angles = bench.matrix(4, headDim)
        bench.fill(angles, table)
        bench.kernels.rotate({ ...x, columns: width }, bench.integers(places), angles)
        assert.is(bench.broken(), 0, `${each.name}: wrote outside its output`)
        const all = bench.read(x)
        assert.ok(
          all.every((value, at) => at % (width + 3) < width || value === 99),
          'other columns stay',
        )
        results.push(bench.read({ ...x, columns: width }))
      }
      assert.is(differentBits(results[1]!, results[0]!), 0, `${heads} heads of ${headDim}`)
      const half = headDim / 2
      const expected = Array.from(values, (value, at) => {
        const [row, column] = [Math.floor(at / width), at % width]
        const inHead = column % headDim
        const turn = angle(places[row]!, inHead % half)
        const other = values[at + (inHead < half ? half : -half)]!
        return value * Math.cos(turn) + (inHead < half ? -other : other) * Math.sin(turn)
      })
      assert.ok(relativeError(results[1]!, expected) < 1e-6, `${heads} heads of ${headDim} near float64`)
    }
  })

  test(`multiply() equals the reference: ${variant.name}`, async () => {
    for (const [rows, columns] of [
      [1, 1],
      [3, 17],
      [7, 64],
      [25, 100],
    ] as const) {
      const results = []
      for (const each of [reference, variant]) {
        const random = seeded(columns)
        const bench = new Bench(await each.create())
        const x = bench.matrix(rows, columns, 'int8')
        const plain = bench.matrix(rows, columns)
        const factors = bench.matrix(rows, columns)
        const values = floats(random, rows * columns, 5)
        bench.fill(x, values)
        bench.fill(plain, values)
        bench.fill(factors, floats(random, rows * columns, 5))
        bench.kernels.multiply(x, factors)
        bench.kernels.multiply(plain, factors)
        assert.is(bench.broken(), 0, `${each.name}: wrote outside its output`)
        assert.equal(bench.read(plain), bench.read(x), 'with a quantised twin and without')
        results.push({ out: bench.read(x), ...bench.readQuantized(x), values })
      }
      assert.is(differentBits(results[1]!.out, results[0]!.out), 0, `[${rows}, ${columns}]`)
      assert.equal(results[1]!.values, results[0]!.values)
      assert.ok(
        results[1]!.out.some((value) => value !== 0),
        'something is multiplied',
      )
    }
  })

  test(`addLayerNorm() keeps the sum, and has none without a residual: ${variant.name}`, async () => {
    for (const columns of [1, 16, 17, 48, 100]) {
      const rows = 7
      const results = []
      const random = seeded(columns)
      const [x, r, w, b] = [rows, rows, 1, 1].map((count) => floats(random, count * columns, 5))
      for (const each of [reference, variant]) {
        const bench = new Bench(await each.create())
        const [input, residual] = [bench.matrix(rows, columns), bench.matrix(rows, columns)]
        const norm = bench.norm(w!, b!)
        const normalized = (given: 'kept' | 'dropped' | 'none'): Float32Array[] => {
          bench.fill(input, x!)
          bench.fill(residual, given === 'none' ? new Float32Array(rows * columns) : r!)
          const out = bench.matrix(rows, columns, 'int8')
          const from = given === 'none' ? undefined : residual
          // In place of the residual, as a layer keeps it.
          bench.kernels.addLayerNorm(input, from, norm, out, given === 'kept' ? residual : undefined)
          return [bench.read(out), Float32Array.from(bench.readQuantized(out).values), bench.read(residual)]
        }
        const [kept, dropped, none] = [normalized('kept'), normalized('dropped'), normalized('none')]
        assert.equal(kept.slice(0, 2), dropped.slice(0, 2), 'the sum changes nothing')
        assert.equal(
          kept[2],
          x!.map((value, i) => Math.fround(value + r![i]!)),
        )
        assert.equal(dropped[2], r)
        const zeros = bench.matrix(rows, columns)
        bench.fill(zeros, new Float32Array(rows * columns))
        const out = bench.matrix(rows, columns)
        bench.kernels.addLayerNorm(input, zeros, norm, out)
        assert.equal(none[0], bench.read(out), 'no residual is one of zeros')
        assert.is(bench.broken(), 0, `${each.name}: wrote outside its output`)
        results.push([...kept, ...none])
      }
      for (const [i, found] of results[1]!.entries())
        assert.is(differentBits(found, results[0]![i]!), 0, `H ${columns}`)
    }
  })

  test(`embed() without a norm gives the rows of words themselves: ${variant.name}`, async () => {
    for (const [columns, precision] of [
      [24, 'float32'],
      [24, 'int8'],
      [33, 'int8'],
    ] as const) {
      const [rows, ids] = [5, [4, 0, 3, 3]]
      const words = floats(seeded(columns), rows * columns, 3)
      const results = []
      for (const each of [reference, variant]) {
        const bench = new Bench(await each.create())
        const table = bench.layout.table(precision, rows, columns)
        const given = bench.vector(words)
        assert.ok(bench.kernels.packTable({ address: given.address, type: 'F32', rows, first: 0 }, table))
        const none = bench.integers(ids.map(() => 0))
        const tables = { words: table, positions: undefined, tokenTypes: undefined, norm: undefined }
        const out = bench.matrix(ids.length, columns, 'int8')
        bench.kernels.embed({ ids: bench.integers(ids), places: none, types: none }, tables, out)
        assert.is(bench.broken(), 0, `${each.name}: wrote outside its output`)
        results.push({ out: bench.read(out), values: bench.readQuantized(out).values })
      }
      assert.is(differentBits(results[1]!.out, results[0]!.out), 0, `${precision} ${columns}`)
      assert.equal(results[1]!.values, results[0]!.values, `${precision} ${columns}: quantised`)
      const expected = ids.flatMap((id) => [...words.subarray(id * columns, (id + 1) * columns)])
      assert.ok(relativeError(results[1]!.out, expected) < (precision === 'int8' ? 0.005 : 1e-9))
    }
  })
}

test.run()
