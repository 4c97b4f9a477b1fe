/** Lets other tasks of the thread run in the middle of long work. */

/**
 * Resolves in the next macrotask, after timers, messages and input. A nested `setTimeout` would wait 4 ms.
 */
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

/** Time between two pauses in milliseconds: short enough for a timer of 10 ms to keep firing. */
export const PAUSE_MILLISECONDS = 5

/** How many pauses may come between two ticks of the clock before it counts as stopped. */
const WITHOUT_TICK = 3

/**
 * Returns a function that lets other tasks run if `milliseconds` have passed since it last did; where the
 * clock stands still while code runs, as on Cloudflare's edge, it does so now and then.
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
