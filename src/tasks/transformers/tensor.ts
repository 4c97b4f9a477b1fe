/**
 * Numbers with a shape, as transformers.js returns them: not a tensor library, only the fields that callers
 * read.
 */

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
    type: 'float32',
    dims,
    data,
    size: data.length,
    tolist: () => nested(data, dims),
    slice: (...parts: TensorSlice[]) => sliceOf(dims, data, parts),
    *[Symbol.iterator]() {
      if (inner.length === 0) yield* data
      else for (let index = 0; index < length; index++) yield entry(index)!
    },
  } as PipelineTensor
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
