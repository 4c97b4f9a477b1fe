/**
 * Which build computes int8 faster here. Both give the same bits; whether the 8-bit dot product is one instruction, three,
 * or slower than products of int16 depends on engine and core, and nothing tells but the clock. The relaxed build has the
 * inner loops of both, so no other is needed for it; with which of its own it starts is for tuning.ts to say.
 */

import { NUMBERS } from '../generated/commands.ts'
import { instantiateKernels } from './exports.ts'
import { compileKernels, type WasmVariant } from './module.ts'
import { bestTimes } from './timing.ts'

/** Inputs of a tile, and rounds of 30 rows a measurement: some 30 µs. */
const INPUTS = 768
const TIMES = 8
const TURN_MILLISECONDS = 0.5
/** Second digits and what belongs to them cost up to a fifth (docs/10-making-it-fast.md); int16 has to be beaten by that. */
const SECOND_DIGITS = 1.2

const winners = new Map<boolean, Promise<WasmVariant>>()

/** Raced once a process, for 10 to 50 ms. @param turbo  whether V8 re-vectorises */
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
  const { int16, digits, short } = NUMBERS.RacedTile
  const times = bestTimes(
    [int16, digits, short],
    () => {},
    (tile) => raceTile(tile, 1024, INPUTS, TIMES),
    TURN_MILLISECONDS,
    () => performance.now(),
  )
  const ofDigits = Math.min(times.get(digits)!, times.get(short)!)
  return SECOND_DIGITS * ofDigits < times.get(int16)! ? 'relaxed' : 'simd'
}
