/**
 * Numbers with a shape, as transformers.js returns them: not a tensor library, only what callers read of vectors and
 * the few computations that they do with them.
 */
import { sigmoid } from '../../kernels/scalars.ts'

/** A part of a dimension: one entry, which leaves the dimension out, or `[start, end)`; null for all of it. */
export type TensorSlice = number | readonly [start: number | null, end: number | null] | null

/** What `feature-extraction` gives: `data` in rows, and `dims`. `tensor[i]` is an entry of the first dimension, and shares `data`. */
export interface PipelineTensor {
  /** The type of its numbers. */
  readonly type: 'float32'
  /** [N, H], or without pooling [N, T, H]. */
  readonly dims: readonly number[]
  /** All numbers, row by row. */
  readonly data: Float32Array
  /** How many they are: the product of `dims`. */
  readonly size: number
  /** Nested arrays, as given by `dims`. */
  tolist(): unknown[]
  /** A part of each dimension, copied. Places count from the end where they are negative. */
  slice(...parts: (TensorSlice | undefined)[]): PipelineTensor
  /** The only number. @throws {RangeError} where there are several */
  item(): number
  /** The mean of all numbers, without dimensions, or over a dimension, which goes, or with `keepdim` becomes 1. */
  mean(dim?: number | null, keepdim?: boolean): PipelineTensor
  /** All vectors along a dimension divided by their Euclidean norm. The defaults are 2 and dimension 1. */
  normalize(p?: number, dim?: number): PipelineTensor
  /** 1/(1 + e^(-x)) of each number. */
  sigmoid(): PipelineTensor
  /** The same numbers without the dimensions of 1, or without one of them, if it is 1. */
  squeeze(dim?: number | null): PipelineTensor
  /** The same numbers with a dimension of 1 at that place. */
  unsqueeze(dim: number): PipelineTensor
  /** The same numbers in other dimensions, of which one may be -1: what is left. */
  view(...dims: number[]): PipelineTensor
  /** A copy. */
  clone(): PipelineTensor
  /** Does nothing: the numbers are the garbage collector's. */
  dispose(): void
  /** The entries of the first dimension; of one dimension its numbers. */
  [Symbol.iterator](): Iterator<PipelineTensor | number>
  /** An entry of the first dimension; undefined where there is none. */
  readonly [index: number]: PipelineTensor | undefined
}

/**
 * @param parts one for each entry of the first dimension; shorter ones are padded with zeros
 *
 * @example
 * tensorOf([2, 2], [Float32Array.of(1, 2), Float32Array.of(3)]).tolist() // [[1, 2], [3, 0]]
 */
export function tensorOf(dims: readonly number[], parts: readonly Float32Array[]): PipelineTensor {
  const data = new Float32Array(sizeOf(dims))
  const step = dims[0] === 0 ? 0 : data.length / dims[0]!
  for (const [index, part] of parts.entries()) data.set(part, index * step)
  return makeTensor(dims, data)
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, 1)
}

/** @param data  it holds, not a copy */
function makeTensor(dims: readonly number[], data: Float32Array): PipelineTensor {
  const [length = 0, ...inner] = dims
  const step = sizeOf(inner)
  const entry = (index: number): PipelineTensor | undefined =>
    index >= 0 && index < length
      ? makeTensor(inner, data.subarray(index * step, (index + 1) * step))
      : undefined
  const tensor = {
    type: 'float32' as const,
    dims,
    data,
    size: data.length,
    tolist: () => nested(data, dims),
    slice: (...parts: TensorSlice[]) => sliceOf(dims, data, parts),
    item: () => {
      if (data.length === 1) return data[0]!
      throw new RangeError(`item() is asked of a tensor of ${data.length} numbers, expected one`)
    },
    mean: (dim, keepdim = false) => meanOf(dims, data, dim ?? undefined, keepdim),
    normalize: (p = 2, dim = 1) => normalized(dims, data, p, dim),
    sigmoid: () => makeTensor(dims, data.map(sigmoid)),
    squeeze: (dim) => {
      const one = dim == null ? undefined : axisOf('squeeze()', dim, dims.length)
      return makeTensor(
        dims.filter((length, axis) => length !== 1 || (one !== undefined && axis !== one)),
        data,
      )
    },
    unsqueeze: (dim) => makeTensor(withOne(dims, axisOf('unsqueeze()', dim, dims.length + 1)), data),
    view: (...wanted) => makeTensor(viewed(data.length, wanted), data),
    clone: () => makeTensor(dims, data.slice()),
    dispose() {},
    *[Symbol.iterator]() {
      if (inner.length === 0) yield* data
      else for (let index = 0; index < length; index++) yield entry(index)!
    },
  } satisfies Omit<PipelineTensor, number> as PipelineTensor
  // An entry is made when it is asked for: a long text has thousands.
  return new Proxy(tensor, {
    get: (target, key) =>
      typeof key === 'string' && /^\d+$/u.test(key) ? entry(Number(key)) : Reflect.get(target, key),
  })
}

function nested(data: Float32Array, [length, ...rest]: readonly number[]): unknown[] {
  if (rest.length === 0) return Array.from(data)
  const step = data.length / Math.max(1, length!)
  return Array.from({ length: length! }, (_, index) =>
    nested(data.subarray(index * step, (index + 1) * step), rest),
  )
}

/** The place of a dimension, which counts from the end where it is negative. */
function axisOf(what: string, dim: number, count: number): number {
  const axis = dim < 0 ? dim + count : dim
  if (Number.isInteger(dim) && axis >= 0 && axis < count) return axis
  throw new RangeError(`${what} is given dimension ${dim}, expected ${-count} to ${count - 1}`)
}

/** Dimensions with one of length 1 at that place. */
function withOne(dims: readonly number[], axis: number): number[] {
  return [...dims.slice(0, axis), 1, ...dims.slice(axis)]
}

/** Calls `use` for each vector along a dimension: its first number's place, and the numbers from one to the next. */
function eachVector(
  dims: readonly number[],
  axis: number,
  use: (first: number, step: number, index: number) => void,
): void {
  const step = sizeOf(dims.slice(axis + 1))
  const outer = sizeOf(dims.slice(0, axis))
  for (let index = 0; index < outer * step; index++) {
    use(Math.floor(index / step) * step * dims[axis]! + (index % step), step, index)
  }
}

/** Sums are doubles, from the first number to the last. */
function meanOf(
  dims: readonly number[],
  data: Float32Array,
  dim: number | undefined,
  keepdim: boolean,
): PipelineTensor {
  if (dim === undefined)
    return makeTensor([], Float32Array.of(data.reduce((sum, x) => sum + x, 0) / data.length))
  const axis = axisOf('mean()', dim, dims.length)
  const left = dims.filter((_, other) => other !== axis)
  const means = new Float32Array(sizeOf(left))
  eachVector(dims, axis, (first, step, index) => {
    let sum = 0
    for (let i = 0; i < dims[axis]!; i++) sum += data[first + i * step]!
    means[index] = sum / dims[axis]!
  })
  return makeTensor(keepdim ? withOne(left, axis) : left, means)
}

function normalized(dims: readonly number[], data: Float32Array, p: number, dim: number): PipelineTensor {
  if (p !== 2) throw new RangeError(`normalize() is given the norm ${p}, expected 2`)
  const axis = axisOf('normalize()', dim, dims.length)
  const divided = data.slice()
  eachVector(dims, axis, (first, step) => {
    let squares = 0
    for (let i = 0; i < dims[axis]!; i++) squares += data[first + i * step]! ** 2
    const norm = Math.sqrt(squares)
    for (let i = 0; i < dims[axis]!; i++) divided[first + i * step]! /= norm
  })
  return makeTensor(dims, divided)
}

/** Dimensions for so many numbers. */
function viewed(size: number, wanted: readonly number[]): number[] {
  const known = sizeOf(wanted.filter((length) => length !== -1))
  const dims = wanted.map((length) => (length === -1 ? size / known : length))
  if (dims.every((length) => Number.isInteger(length) && length >= 0) && sizeOf(dims) === size) return dims
  throw new RangeError(`view() is given [${wanted.join(', ')}], and the tensor has ${size} numbers`)
}

function sliceOf(
  dims: readonly number[],
  data: Float32Array,
  parts: readonly (TensorSlice | undefined)[],
): PipelineTensor {
  if (parts.length > dims.length) {
    throw new RangeError(
      `slice() is given ${parts.length} parts, and the tensor has ${dims.length} dimensions`,
    )
  }
  const ranges = dims.map((length, axis) => rangeOf(parts[axis] ?? null, length, axis))
  const kept = ranges.filter((_, axis) => typeof parts[axis] !== 'number').map(([start, end]) => end - start)
  const copied = new Float32Array(sizeOf(ranges.map(([start, end]) => end - start)))
  let at = 0
  const copy = (axis: number, from: number, step: number): void => {
    const [start, end] = ranges[axis]!
    if (axis === dims.length - 1) {
      copied.set(data.subarray(from + start, from + end), at)
      at += end - start
      return
    }
    const inner = step / dims[axis + 1]!
    for (let index = start; index < end; index++) copy(axis + 1, from + index * step, inner)
  }
  if (copied.length > 0) copy(0, 0, data.length / dims[0]!)
  return makeTensor(kept, copied)
}

function rangeOf(part: TensorSlice, length: number, axis: number): readonly [start: number, end: number] {
  const place = (at: number, most: number): number => {
    const from = at < 0 ? at + length : at
    if (Number.isInteger(at) && from >= 0 && from <= most) return from
    throw new RangeError(`slice() is given ${at} for dimension ${axis}, which has ${length} entries`)
  }
  if (part === null) return [0, length]
  if (typeof part === 'number') {
    const start = place(part, length - 1)
    return [start, start + 1]
  }
  const start = place(part[0] ?? 0, length)
  return [start, Math.max(start, place(part[1] ?? length, length))]
}
