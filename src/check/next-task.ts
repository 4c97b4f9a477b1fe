/** Lets the other tasks of a thread have their turn in the middle of long work. */

/** One macrotask later: timers, messages and input have had their turn. `setTimeout` would wait 4 ms when nested. */
export function nextTask(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void }
  if (setImmediate) return new Promise((resolve) => setImmediate(() => resolve()))
  if (typeof MessageChannel !== 'function') return new Promise((resolve) => setTimeout(resolve, 0))
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (): void => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/** Time between two pauses, milliseconds: short enough for a timer of 10 ms to keep firing. */
export const PAUSE_MILLISECONDS = 5

/** Pauses that may come between two ticks of a clock, which then may have stopped. */
const WITHOUT_TICK = 3

/**
 * What lets other tasks have their turn if `milliseconds` have passed since they last had it, or where the clock stands still while code
 * runs, as at Cloudflare's edge, now and then.
 */
export function pausesEvery(milliseconds: number): () => Promise<void> {
  let paused = performance.now()
  let withoutTick = 0
  return async () => {
    const passed = performance.now() - paused
    if (passed < milliseconds && (passed > 0 || withoutTick++ < WITHOUT_TICK)) return
    await nextTask()
    withoutTick = 0
    paused = performance.now()
  }
}
