/**
 * Rows and weights designed to break sums, for fuzz.test.ts. Each is a function of a seeded source of random
 * numbers.
 */

type Random = () => number

export const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!
const whole = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1))
/** About normal, deviation 1. */
const normal = (random: Random): number => (random() + random() + random() + random() - 2) * Math.sqrt(3)

/** K, odd ones and long ones among them. */
export function someInputs(random: Random): number {
  const kind = random()
  if (kind < 0.3) return whole(random, 1, 40)
  if (kind < 0.6) return whole(random, 41, 900)
  if (kind < 0.97) return pick(random, [384, 520, 600, 768, 769, 1024, 1536, 3072, 3073, 4096])
  return whole(random, 4097, 30_000)
}

/** int8 weights [outputs, inputs] as a file has them: -128 is allowed. */
export function someWeights(random: Random, outputs: number, inputs: number): Int8Array {
  const weights = new Int8Array(outputs * inputs)
  for (let n = 0; n < outputs; n++) {
    const [share, sign] = [random(), pick(random, [-1, 1])]
    const weight = pick<() => number>(random, [
      () => whole(random, -127, 127),
      () => whole(random, -128, 127),
      () => 127 * sign,
      () => -128,
      () => (random() < 0.5 ? -128 : 127),
      () => (random() < share ? 127 * sign : 0),
      () => Math.round(20 * normal(random)),
      () => (random() < 0.03 ? whole(random, -128, 127) : 0),
    ])
    for (let k = 0; k < inputs; k++) weights[n * inputs + k] = weight()
  }
  return weights
}

/** A float32 of any bits, finite or not. Of the NaNs only the canonical one: no operation makes another of it. */
const anyFloat = (random: Random): number => {
  const bits = new Int32Array(1)
  bits[0] = Math.floor(random() * 2 ** 32)
  const [value] = new Float32Array(bits.buffer)
  return Number.isNaN(value) ? Number.NaN : value!
}

/** Where a row's numbers lie: by far most near 1. */
const someScale = (random: Random): number =>
  random() < 0.7 ? 1 : 2 ** whole(random, -140, 120) * (random() < 0.5 ? 1 : 1 + random())

/** One row of activations. */
export function someRow(random: Random, inputs: number, weights: Int8Array): Float32Array {
  const channel = inputs * whole(random, 0, weights.length / inputs - 1)
  const towards = (k: number): number => weights[channel + k]!
  const [sign, share, place] = [pick(random, [-1, 1]), random(), whole(random, 0, inputs - 1)]
  const level = pick(random, [1, 63.5, 31.75, 0.1, 3.3, 127, 1 + random()])
  // Of two ends n + 1/2 and 126 - n + 1/2 both round up where n is odd.
  const tie = 2 * whole(random, 0, 63) + 1.5
  const far = whole(random, 5, 3000)
  const number = pick<(k: number) => number>(random, [
    normalOf(random),
    (k) => (k === place ? -level : level),
    (k) => (k === place ? level : -level),
    () => (random() < share ? level : -level),
    (k) => (k === place ? tie - 127 : random() < share ? tie : 0),
    (k) => (k === place ? tie : random() < share ? tie - 127 : whole(random, -2, 2) + 0.5),
    () => level * sign,
    () => 0,
    (k) => towards(k),
    (k) => -towards(k),
    (k) => (random() < 0.01 ? far * Math.sign(towards(k)) : normal(random) / 4),
    (k) => Math.sign(towards(k)) * (random() < 0.1 ? far : 1),
    () => (random() < 0.02 ? far * normal(random) : 0),
    () => (random() < 0.003 ? far * sign : 0.3 * normal(random)),
    (k) => (k === place ? far * sign : 0.01),
    () => Math.max(0, normal(random)),
    () => Math.max(-0.17, normal(random)),
    () => whole(random, -64, 63) + 0.5,
    () => normal(random) * 2 ** whole(random, -30, 10),
    () => (random() < 0.1 ? anyFloat(random) / 2 ** 60 : normal(random)),
    (k) => (k === place ? pick(random, [Number.NaN, Infinity, -Infinity, 3e38, 1e20]) : normal(random)),
  ])
  const scale = someScale(random)
  return Float32Array.from({ length: inputs }, (_, k) => number(k) * scale)
}

function normalOf(random: Random): () => number {
  const shift = pick(random, [0, 0, 0.5, -2, 3])
  return () => normal(random) + shift
}
