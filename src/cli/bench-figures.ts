/** What `iobert bench` measures, and the demo page: figures and what they were measured on. */
import type { Precision } from '../kernels/kernels.ts'

/** One measured number; equal names are compared. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: 'GOP/s' | 'ms' | 'texts/s' | 'MB'
  /** The other run's value: only with --compare. */
  readonly before?: number
}

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly system: string
  readonly runtime: string
  readonly date: string
}

/** What computed. */
export interface Engine {
  readonly version: string
  /** The build of the kernels by precision: 'simd' or 'relaxed'. */
  readonly kernels: Readonly<Partial<Record<Precision, string>>>
  readonly turbo: boolean
}

export interface Report {
  readonly model: string
  /** Reports before 0.2 have none. */
  readonly engine?: Engine
  readonly machine: Machine
  readonly figures: readonly Figure[]
}

/** Three digits that count. */
export function digits(value: number): string {
  if (!(value > 0) || value >= 100) return value.toFixed(0)
  return value.toFixed(2 - Math.floor(Math.log10(value)))
}
