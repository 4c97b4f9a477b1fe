/**
 * Which build computes int8 faster here. Both give the same bits; whether the 8-bit dot product is one instruction, three,
 * or slower than products of int16 depends on engine and core, and nothing tells but the clock.
 */
import type { WasmVariant } from './module.ts'
import { makeSampleLayer } from './sample-layer.ts'

/** A sentence through a part of a layer: some 30 µs. */
const SHAPE = { precision: 'int8', rows: 24, inputs: 512, outputs: 64 } as const
/** Each build's turns, in turn; the first ones only give the engine time to optimise. */
const TURNS = 5
const TURNS_NOT_COUNTED = 2
const TURN_MILLISECONDS = 0.8

const winners = new Map<boolean, Promise<WasmVariant>>()

/** Raced once a process, for some 8 ms. @param turbo  whether V8 re-vectorises */
export function fasterInt8(turbo: boolean): Promise<WasmVariant> {
  let winner = winners.get(turbo)
  if (winner === undefined) {
    winner = race(turbo)
    winner.catch(() => winners.delete(turbo))
    winners.set(turbo, winner)
  }
  return winner
}

async function race(turbo: boolean): Promise<WasmVariant> {
  const variants = ['simd', 'relaxed'] as const
  const samples = await Promise.all(variants.map((variant) => makeSampleLayer({ ...SHAPE, variant, turbo })))
  const runs = samples.map(
    ({ kernels, x, layer, out }) =>
      () =>
        kernels.linear(x, layer, out, 'identity'),
  )
  const best = runs.map(() => Number.POSITIVE_INFINITY)
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [index, run] of runs.entries()) {
      const end = performance.now() + TURN_MILLISECONDS
      for (let started = performance.now(); started < end; ) {
        run()
        const now = performance.now()
        if (turn >= TURNS_NOT_COUNTED) best[index] = Math.min(best[index]!, now - started)
        started = now
      }
    }
  }
  return best[1]! < best[0]! ? 'relaxed' : 'simd'
}
