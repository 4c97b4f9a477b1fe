/** Pools the hidden states of a text: many vectors [T, H] become one vector [H], its embedding. */

/** How a text's hidden states become one vector. */
export type Pooling = 'mean' | 'cls' | 'max'

/** A pool takes rows as they come, so that the hidden states of a long text need not be held in memory. */
export interface Pool {
  /** @param rows [T, H] */
  add(rows: Float32Array): void
  /** The result over all rows so far, [H]; there must be at least one row. */
  vector(): Float32Array
}

type MakePool = (hiddenSize: number) => Pool

/** All poolings by name; the type ensures that the table is complete. */
const POOLS: { readonly [Name in Pooling]: MakePool } = { mean: meanPool, cls: clsPool, max: maxPool }

/** The names of the poolings. */
export const POOLINGS: readonly Pooling[] = Object.keys(POOLS) as Pooling[]

/**
 * An empty pool. Reimers and Gurevych 2019 (arXiv 1908.10084, section 3) compare the three.
 *
 * @example
 * const pool = createPool('mean', 384)
 * pool.add(hiddenStates)
 * pool.vector()
 */
export function createPool(pooling: Pooling, hiddenSize: number): Pool {
  return POOLS[pooling](hiddenSize)
}

/** vector = Σₜ row[t] / T, summed in doubles from the first row to the last. */
function meanPool(hiddenSize: number): Pool {
  const sums = new Float64Array(hiddenSize)
  let count = 0
  return {
    add(rows): void {
      for (let start = 0; start < rows.length; start += hiddenSize) {
        for (let i = 0; i < hiddenSize; i++) sums[i]! += rows[start + i]!
        count++
      }
    },
    vector: () => Float32Array.from(sums, (sum) => sum / count),
  }
}

/** vector = the first row: that of `[CLS]`. */
function clsPool(hiddenSize: number): Pool {
  let first: Float32Array | undefined
  return {
    add(rows): void {
      first ??= rows.slice(0, hiddenSize)
    },
    vector: () => first!,
  }
}

/** vector[i] = maxₜ row[t][i] */
function maxPool(hiddenSize: number): Pool {
  const largest = new Float32Array(hiddenSize).fill(Number.NEGATIVE_INFINITY)
  return {
    add(rows): void {
      for (let start = 0; start < rows.length; start += hiddenSize) {
        for (let i = 0; i < hiddenSize; i++) largest[i] = Math.max(largest[i]!, rows[start + i]!)
      }
    },
    vector: () => largest,
  }
}

/** Lower bound for the length that vectors are divided by, as in PyTorch's `normalize`. */
const LEAST_LENGTH = 1e-12

/** vector / ‖vector‖₂, in place. */
export function normalizeVector(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.max(Math.sqrt(squares), LEAST_LENGTH)
  for (let i = 0; i < vector.length; i++) vector[i]! /= length
  return vector
}
