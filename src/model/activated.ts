/**
 * A linear layer followed by an activation of heads and convolutions, such as tanh, which the kernels do not
 * have.
 */
import type { Activation, Kernels, Linear, Matrix } from '../kernels/kernels.ts'
import { tanh } from '../kernels/scalars.ts'

/** out = activation(x·Wᵀ + b)   [T, K] → [T, N] */
export function activatedLinear(
  kernels: Kernels,
  x: Matrix,
  layer: Linear,
  out: Matrix,
  activation: Activation | 'tanh',
): void {
  kernels.linear(x, layer, out, activation === 'tanh' ? 'identity' : activation)
  if (activation !== 'tanh') return
  for (let t = 0; t < out.rows; t++) {
    const row = kernels.memory.row(out, t)
    for (let i = 0; i < row.length; i++) row[i] = tanh(row[i]!)
  }
}
