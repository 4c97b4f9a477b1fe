import { ModelFormatError } from '../format/errors.ts'

/**
 * Refuses what a pass gives where it is no number. Loading refuses weights that are NaN or infinite; weights that are finite
 * but enormous only show when they are multiplied.
 *
 * @param what the values are, for the message
 * @throws {ModelFormatError} NonFiniteWeights
 */
export function requireFinite(values: Float32Array, what: string): void {
  for (const value of values) {
    if (Number.isFinite(value)) continue
    throw new ModelFormatError(
      'NonFiniteWeights',
      `${what} hold ${value}, expected finite numbers: the weights are so large that a pass leaves float32, which ends at 3.4e38; such a file is damaged or made wrongly, get it anew`,
    )
  }
}
