/**
 * Numbers with a shape, as transformers.js returns them: not a tensor library, only the fields that callers
 * read.
 */

/** The result of `feature-extraction`: `data` in rows, and `dims`. */
export interface PipelineTensor {
  readonly type: 'float32'
  /** [N, H], or without pooling [N, T, H]. */
  readonly dims: readonly number[]
  readonly data: Float32Array
  readonly size: number
  /** Nested arrays, as given by `dims`. */
  tolist(): unknown[]
}

/**
 * @param parts one for each entry of the first dimension; shorter ones are padded with zeros
 *
 * @example
 * tensorOf([2, 2], [Float32Array.of(1, 2), Float32Array.of(3)]).tolist() // [[1, 2], [3, 0]]
 */
export function tensorOf(dims: readonly number[], parts: readonly Float32Array[]): PipelineTensor {
  const size = dims.reduce((product, length) => product * length, 1)
  const data = new Float32Array(size)
  const step = dims[0] === 0 ? 0 : size / dims[0]!
  for (const [index, part] of parts.entries()) data.set(part, index * step)
  return { type: 'float32', dims, data, size, tolist: () => nested(data, dims) }
}

function nested(data: Float32Array, [length = 0, ...rest]: readonly number[]): unknown[] {
  if (rest.length === 0) return Array.from(data)
  const step = data.length / Math.max(1, length)
  return Array.from({ length }, (_, index) => nested(data.subarray(index * step, (index + 1) * step), rest))
}
