/**
 * Which build computes int8 faster here. Both give the same bits; whether the 8-bit dot product is one instruction, three,
 * or slower than products of int16 depends on engine and core, and nothing tells but the clock. The relaxed build has the
 * inner loops of both, so no other is needed for it; with which of its own it starts is for tuning.ts to say.
 */

import { instantiateKernels } from './exports.ts'
import { compileKernels, type WasmVariant } from './module.ts'

/** Inputs of a tile, and tiles a measurement: some 30 µs. */
const INPUTS = 768
const TILES = 64
/** Of the two loops, in turn; the first turns only give the engine time to optimise. */
const TURNS = 6
const TURNS_NOT_COUNTED = 3
const TURN_MILLISECONDS = 0.7
/** Second digits and what belongs to them cost up to a fifth (docs/10-making-it-fast.md); int16 has to be beaten by that. */
const SECOND_DIGITS = 1.2

const winners = new Map<boolean, Promise<WasmVariant>>()

/** Raced once a process, for some 12 ms. @param turbo  whether V8 re-vectorises */
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
  const module = await compileKernels({ variant: 'relaxed', shared: false, turbo })
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 })
  const { raceTile } = instantiateKernels(module, memory)
  /** Milliseconds, by 0 for int16, 1 for digits and 2 for digits with short sums. */
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [
    number,
    number,
    number,
  ]
  for (let turn = 0; turn < TURNS; turn++) {
    for (const tile of [0, 1, 2] as const) {
      const end = performance.now() + TURN_MILLISECONDS
      for (let started = performance.now(); started < end; ) {
        raceTile(tile, 1024, INPUTS, TILES)
        const now = performance.now()
        if (turn >= TURNS_NOT_COUNTED) best[tile] = Math.min(best[tile], now - started)
        started = now
      }
    }
  }
  return SECOND_DIGITS * Math.min(best[1], best[2]) < best[0] ? 'relaxed' : 'simd'
}
