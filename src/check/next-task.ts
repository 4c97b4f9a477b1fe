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
