/**
 * One kernel call, shared by threads. The coordinator writes the call into a control block and opens it by its ticket;
 * every thread, the coordinator too, then claims chunks until none is left. A helper that sleeps is woken but never
 * waited for: only chunks that were claimed are. So a short call costs a coordinator nothing that a helper has not taken.
 *
 *     control   0   ticket     i64: call number · 2³² + next chunk; claimed by compare-and-exchange, so that a helper
 *                              that read an old call cannot take a chunk of the next one
 *               8   done       i32: chunks finished
 *               12  calls      i32: what sleeping helpers wait on
 *               16  sleepers   i32
 *               20  kernel     24 units    28 units in a chunk    32 chunks
 *               64  sixteen 32-bit arguments (commands.ts)
 */
import { execute } from './commands'

const DONE: usize = 8
const CALLS: usize = 12
const SLEEPERS: usize = 16
const KERNEL: usize = 20
const UNITS: usize = 24
const CHUNK_UNITS: usize = 28
const CHUNKS: usize = 32
const ARGUMENTS: usize = 64

/** Looks at memory before a helper goes to sleep: some 100 µs, longer than the pause between two kernels of a layer. */
const SPINS: i32 = 20000

/** A chunk number above all others. */
const CLOSED: i64 = 0x7fffffff

// #region work
/** Claims and computes chunks of call `call` until there is none. */
function work(control: usize, call: i32, scratch: usize): void {
  while (true) {
    const ticket = atomic.load<i64>(control)
    if (<i32>(ticket >> 32) !== call) return
    const chunk = <i32>ticket
    const chunks = atomic.load<i32>(control, CHUNKS)
    if (chunk >= chunks) return
    const kernel = load<i32>(control, KERNEL)
    const units = load<i32>(control, UNITS)
    const chunkUnits = load<i32>(control, CHUNK_UNITS)
    if (atomic.cmpxchg<i64>(control, ticket, ticket + 1) !== ticket) continue
    const from = chunk * chunkUnits
    execute(kernel, control + ARGUMENTS, from, min(from + chunkUnits, units), scratch)
    if (atomic.add<i32>(control, 1, DONE) === chunks - 1) atomic.notify(control + DONE, 1)
  }
}
// #endregion

/**
 * The coordinator's side: opens the call whose kernel, sizes and arguments stand in the control block, and joins in.
 * Between calls the ticket is closed (no chunk number is below it), so the block can be written safely.
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
 * Waits until all chunks are done, at most about `milliseconds`, and closes the ticket for the next call.
 *
 * @returns 1 where they are done, 0 where the caller should look after its helpers and call again
 */
export function join(control: usize, milliseconds: i32): i32 {
  const chunks = load<i32>(control, CHUNKS)
  for (let spin: i32 = 0; spin < SPINS; spin++) if (atomic.load<i32>(control, DONE) === chunks) break
  const done = atomic.load<i32>(control, DONE)
  if (done !== chunks) {
    atomic.wait<i32>(control + DONE, done, <i64>milliseconds * 1000000)
    if (atomic.load<i32>(control, DONE) !== chunks) return 0
  }
  close(control)
  return 1
}

/** Makes the next call's number known with no chunk to claim. Also called once before the first call. */
export function close(control: usize): void {
  const next = (atomic.load<i64>(control) >> 32) + 1
  atomic.store<i64>(control, (next << 32) | CLOSED)
}

/** A helper's life: work, look for the next call a while, sleep. It ends when its worker is terminated. */
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

/** The whole call on this thread, where nobody shares it. */
export function runAlone(control: usize, scratch: usize): void {
  execute(load<i32>(control, KERNEL), control + ARGUMENTS, 0, load<i32>(control, UNITS), scratch)
}
