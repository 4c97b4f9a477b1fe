/**
 * One kernel call, shared by threads. The coordinator writes the call into a control block and opens it by
 * its ticket; every thread, the coordinator too, then claims chunks until none is left. A helper that sleeps
 * is woken but not waited for: only claimed chunks are. So helpers that come late cost a short call nothing.
 *
 * The ticket is the call's number · 2³² + the next chunk. It is claimed by compare-and-exchange, so a helper
 * that read an old call cannot take a chunk of the next one.
 */
import { execute } from './execute'

/**
 * What stands at the beginning of the control block; the build puts it into src/generated/commands.ts too.
 */
export class Control {
  ticket: i64
  /** Chunks finished. */
  done: i32
  /** What sleeping helpers wait on. */
  calls: i32
  sleepers: i32
  /** The number of the command, commands.ts. */
  kernel: i32
  units: i32
  chunkUnits: i32
  chunks: i32
}

const DONE: usize = offsetof<Control>('done')
const CALLS: usize = offsetof<Control>('calls')
const SLEEPERS: usize = offsetof<Control>('sleepers')
const CHUNKS: usize = offsetof<Control>('chunks')

/** Where the command is in the control block: on a cache line of its own. */
export const COMMAND_OFFSET: i32 = 64
/** The whole block: no command has more than 32 words. */
export const CONTROL_BYTES: i32 = COMMAND_OFFSET + 128

/**
 * How often a helper looks at memory before it sleeps: some 100 µs, longer than the pause between two kernels
 * of a layer.
 */
const SPINS: i32 = 20000

/** A chunk number above all others. */
const CLOSED: i64 = 0x7fffffff

// #region work
/** Claims and computes chunks of call `number` until there is none. */
function work(control: usize, number: i32, scratch: usize): void {
  while (true) {
    const ticket = atomic.load<i64>(control)
    if (<i32>(ticket >> 32) !== number) return
    const chunk = <i32>ticket
    const chunks = atomic.load<i32>(control, CHUNKS)
    if (chunk >= chunks) return
    const call = changetype<Control>(control)
    const kernel = call.kernel
    const units = call.units
    const chunkUnits = call.chunkUnits
    if (atomic.cmpxchg<i64>(control, ticket, ticket + 1) !== ticket) continue
    const from = chunk * chunkUnits
    execute(kernel, control + COMMAND_OFFSET, from, min(from + chunkUnits, units), scratch)
    if (atomic.add<i32>(control, 1, DONE) === chunks - 1) atomic.notify(control + DONE, 1)
  }
}
// #endregion

/**
 * The coordinator's side: opens the call whose kernel, sizes and command stand in the control block, and
 * joins in. Between calls the ticket is closed (no chunk number is below it), so the block can be written
 * safely.
 */
export function dispatch(control: usize, scratch: usize): void {
  const call = <i32>(atomic.load<i64>(control) >> 32)
  atomic.store<i32>(control, 0, DONE)
  atomic.store<i64>(control, (<i64>call) << 32)
  atomic.store<i32>(control, call, CALLS)
  if (atomic.load<i32>(control, SLEEPERS) > 0) atomic.notify(control + CALLS)
  work(control, call, scratch)
}

/**
 * Waits until all chunks are done, for at most about `milliseconds`, and closes the ticket until the next
 * call.
 *
 * @returns 1 where they are done, 0 where the caller should check that its helpers live, and call again
 */
export function join(control: usize, milliseconds: i32): i32 {
  const chunks = changetype<Control>(control).chunks
  for (let spin: i32 = 0; spin < SPINS; spin++) if (atomic.load<i32>(control, DONE) === chunks) break
  const done = atomic.load<i32>(control, DONE)
  if (done !== chunks) {
    atomic.wait<i32>(control + DONE, done, <i64>milliseconds * 1000000)
    if (atomic.load<i32>(control, DONE) !== chunks) return 0
  }
  close(control)
  return 1
}

/** Publishes the number of the next call with no chunk to claim. Also called once before the first call. */
export function close(control: usize): void {
  const next = (atomic.load<i64>(control) >> 32) + 1
  atomic.store<i64>(control, (next << 32) | CLOSED)
}

/**
 * A helper's loop: work, look for the next call for a while, sleep. It ends when its worker is terminated.
 */
export function serve(control: usize, scratch: usize): void {
  let seen = atomic.load<i32>(control, CALLS)
  work(control, seen, scratch)
  while (true) {
    let spin: i32 = 0
    while (atomic.load<i32>(control, CALLS) === seen && spin < SPINS) spin++
    if (spin === SPINS) {
      atomic.add<i32>(control, 1, SLEEPERS)
      atomic.wait<i32>(control + CALLS, seen, -1)
      atomic.sub<i32>(control, 1, SLEEPERS)
    }
    seen = atomic.load<i32>(control, CALLS)
    work(control, seen, scratch)
  }
}

/** The whole call on this thread. */
export function runAlone(control: usize, scratch: usize): void {
  const call = changetype<Control>(control)
  execute(call.kernel, control + COMMAND_OFFSET, 0, call.units, scratch)
}
