/**
 * The vocabulary of the kernels: four float32 lanes at a time. Small functions are inlined by `asc -O3`; a test reads
 * the compiled text and finds no call in a hot loop.
 *
 * Every function here has a twin in src/kernels/reference/math.ts that does the same operations in the same order with
 * `Math.fround`, so that results agree bit for bit (not where `madd` fuses).
 */

/** float32 holds a product rounded; float64 holds the product of two float32 whole, as a fused multiply-add does. */
export type Rounded = f32
export type Fused = f64

// #region dot
/** acc + a·b. `Product` says what the product is before it is added: `Rounded` to float32, or whole (`Fused`). */
export function madd<Product>(a: v128, b: v128, acc: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD && sizeof<Product>() === sizeof<Fused>()) return f32x4.relaxed_madd(a, b, acc)
  return f32x4.add(acc, f32x4.mul(a, b))
}

/** acc + a·b on int16 pairs: lane j gains a[2j]·b[2j] + a[2j+1]·b[2j+1], exact in int32. */
export function dot(a: v128, b: v128, acc: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(a, b))
}

/**
 * acc + a·b on groups of four int8: lane j gains Σ a[4j + i]·b[4j + i], exact in int32 and the same on every machine as
 * long as b is within 0 to 127, for then no pair of products leaves int16 (2·127·127 = 32,258).
 */
export function dotDigits(a: v128, b: v128, acc: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(a, b, acc)
}

/** a·b on pairs of int8: lane j is a[2j]·b[2j] + a[2j + 1]·b[2j + 1], in int16, for b within 0 to 127. */
export function productsShort(a: v128, b: v128): v128 {
  return i16x8.relaxed_dot_i8x16_i7x16_s(a, b)
}

/** acc + `productsShort`. */
export function dotShort(a: v128, b: v128, acc: v128): v128 {
  return i16x8.add(acc, productsShort(a, b))
}

/**
 * acc + the sums of pairs of int16: lane j gains a[2j] + a[2j + 1], in int32.
 *
 * @param ones  1 in each lane of int16, from memory: of a constant V8 makes a new one each time, by two instructions
 */
export function addPairs(a: v128, ones: v128, acc: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(a, ones))
}
// #endregion

/** (lane 0 + lane 1) + (lane 2 + lane 3). */
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  )
}

/** The largest of four int32 lanes. */
export function maxLanes(v: v128): i32 {
  const pairs = i32x4.max_s(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1))
  return i32x4.extract_lane(i32x4.max_s(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2)), 0)
}

/** The least of four float32 lanes; no NaN among them. */
export function minFloatLanes(v: v128): f32 {
  const pairs = f32x4.pmin(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1))
  return f32x4.extract_lane(f32x4.pmin(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2)), 0)
}

/** The largest of four float32 lanes; no NaN among them. */
export function maxFloatLanes(v: v128): f32 {
  const pairs = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1))
  return f32x4.extract_lane(f32x4.pmax(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2)), 0)
}

/**
 * Number `index` of a table, in all lanes. Constants that loops use stand in memory: of one in the code V8 makes a new vector each time
 * round, by three instructions, two of which compete with additions for a port of the core; a splat is one load. On a Xeon with AVX-VNNI
 * that takes a sixth off attention, an eighth off quantising, and a seventh off the layer with gelu; 3 kB off the module.
 */
export function constant(table: usize, index: usize): v128 {
  return v128.load32_splat(table + (index << 2))
}

/** Where memory is free: tables stand behind the control block, from `memoryBase` in asconfig.json on. */
export const TABLES_END: i32 = 448

/** Adding and taking away 1.5·2^23 rounds to the nearest integer, ties to even, for |x| < 2^22. */
const ROUNDING: usize = memory.data<f32>([12582912.0])

// #region exp4
/** 1/ln 2, ln 2 as two numbers, then the polynomial, the highest power first. */
const EXP: usize = memory.data<f32>([
  1.44269504, 0.693359375, -2.1219444e-4, 1.9875691e-4, 1.3981999e-3, 8.333452e-3, 4.1665796e-2, 0.16666666,
  0.5, 1.0,
])

/**
 * exp(x) for x in [-87, 88]; inputs outside are clamped, and NaN stays. 2^n · e^r with n = round(x / ln 2), |r| <= ln 2 / 2, and e^r by
 * the polynomial of Cephes' expf (Moshier 1989). Largest error 1.4 ulp, by test/kernels/math.test.ts.
 */
export function exp4(x: v128): v128 {
  // Of two that do not compare the first is taken. These constants are not from memory: the function would be too large to be inlined.
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87.0)), f32x4.splat(88.0))
  const shifted = f32x4.add(f32x4.mul(clamped, constant(EXP, 0)), f32x4.splat(12582912.0))
  const n = f32x4.sub(shifted, f32x4.splat(12582912.0))
  const high = f32x4.sub(clamped, f32x4.mul(n, constant(EXP, 1)))
  const r = f32x4.sub(high, f32x4.mul(n, constant(EXP, 2)))
  let p = constant(EXP, 3)
  p = f32x4.add(f32x4.mul(p, r), constant(EXP, 4))
  p = f32x4.add(f32x4.mul(p, r), constant(EXP, 5))
  p = f32x4.add(f32x4.mul(p, r), constant(EXP, 6))
  p = f32x4.add(f32x4.mul(p, r), constant(EXP, 7))
  p = f32x4.add(f32x4.mul(p, r), constant(EXP, 8))
  const power = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), constant(EXP, 9))
  // The low bits of `shifted` hold n in two's complement; moved to the exponent they multiply by 2^n. Of a NaN they are 0: WebAssembly
  // makes no other than the canonical one where none was given, and none is (weights with NaN are refused).
  return i32x4.add(power, i32x4.shl(shifted, 23))
}
// #endregion

// #region power-of-two
/** The least exponent, then the polynomial, the highest power first. */
const POWER: usize = memory.data<f32>([-126.0, 0.009582851, 0.05590643, 0.240241, 0.6931241, 1.0])

/**
 * 2^x for x <= 0; below -126 it stays 2^-126, and NaN stays. 2^n · 2^r with n = round(x), |r| <= 1/2, and 2^r by a polynomial of degree 4
 * fitted for this project: largest relative error 2.9e-6, a tenth of a step of int16, by test/kernels/math.test.ts.
 */
export function powerOfTwo4(x: v128): v128 {
  const clamped = f32x4.pmax(x, constant(POWER, 0))
  const shifted = f32x4.add(clamped, constant(ROUNDING, 0))
  const r = f32x4.sub(clamped, f32x4.sub(shifted, constant(ROUNDING, 0)))
  let p = constant(POWER, 1)
  p = f32x4.add(f32x4.mul(p, r), constant(POWER, 2))
  p = f32x4.add(f32x4.mul(p, r), constant(POWER, 3))
  p = f32x4.add(f32x4.mul(p, r), constant(POWER, 4))
  p = f32x4.add(f32x4.mul(p, r), constant(POWER, 5))
  return i32x4.add(p, i32x4.shl(shifted, 23))
}
// #endregion

/** The range, then P and Q, the highest power first. */
const ERF: usize = memory.data<f32>([
  3.766, -3.766, 2.9974495e-4, 8.245033e-3, 0.06617567, 0.30614296, 1.1283777, 1.7725084e-5, 2.0916315e-3,
  0.023968033, 0.16025169, 0.6046283, 1.0,
])

/**
 * erf(z) = z·P(z²)/Q(z²), degrees 4 and 5, fitted for this project on |z| <= 3.766 (beyond, erf is 1 to within 1e-7). There it is
 * exactly ±1, so that gelu ends in 0.
 * Largest absolute error 4.9e-7, by test/kernels/math.test.ts.
 */
export function erf4(x: v128): v128 {
  const z = f32x4.pmin(constant(ERF, 0), f32x4.pmax(constant(ERF, 1), x))
  const t = f32x4.mul(z, z)
  let p = constant(ERF, 2)
  p = f32x4.add(f32x4.mul(p, t), constant(ERF, 3))
  p = f32x4.add(f32x4.mul(p, t), constant(ERF, 4))
  p = f32x4.add(f32x4.mul(p, t), constant(ERF, 5))
  p = f32x4.add(f32x4.mul(p, t), constant(ERF, 6))
  let q = constant(ERF, 7)
  q = f32x4.add(f32x4.mul(q, t), constant(ERF, 8))
  q = f32x4.add(f32x4.mul(q, t), constant(ERF, 9))
  q = f32x4.add(f32x4.mul(q, t), constant(ERF, 10))
  q = f32x4.add(f32x4.mul(q, t), constant(ERF, 11))
  q = f32x4.add(f32x4.mul(q, t), constant(ERF, 12))
  return f32x4.div(f32x4.mul(z, p), q)
}

/** Round to the nearest integer, ties to even, as int32 lanes; |x| < 2^22. */
export function roundToInt(x: v128): v128 {
  const magic = constant(ROUNDING, 0)
  return i32x4.sub(f32x4.add(x, magic), magic)
}

/** What `roundAndAdd` takes away to add `count`. */
export function lessRounding(count: i32): v128 {
  return i32x4.sub(constant(ROUNDING, 0), i32x4.splat(count))
}

/** `roundToInt` and a whole number that is added, in one subtraction: see `lessRounding`. */
export function roundAndAdd(x: v128, taken: v128): v128 {
  return i32x4.sub(f32x4.add(x, constant(ROUNDING, 0)), taken)
}

/**
 * √x, by an instruction for vectors. For a single number V8 writes `sqrtss`, an instruction of the first kind, which knows no 256 bits; where
 * those are in use (turbo), an Intel core takes 80 ns to change to that kind and 80 back, as long as a LayerNorm over 384 numbers.
 */
export function squareRoot(x: f32): f32 {
  return f32x4.extract_lane(f32x4.sqrt(f32x4.splat(x)), 0)
}

/** |x| as its bits, which order as integers do (NaN above infinity). */
export function absoluteBits(x: v128): v128 {
  return v128.and(x, i32x4.splat(0x7fffffff))
}

/** All bits set in the first `count` lanes; none where count <= 0, all where count >= 4. */
export function laneMask(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count))
}
