/**
 * Registers the service worker, which caches the page and its model for offline use and enables threads with
 * shared memory.
 */

/** A first visit does not wait longer than this for it. */
const PATIENCE_MILLISECONDS = 3000

/** Whether the service worker serves this page from now on. */
export async function startOffline(): Promise<boolean> {
  const { serviceWorker } = navigator
  if (serviceWorker === undefined) return false
  const taken = new Promise<boolean>((resolve) => {
    serviceWorker.addEventListener('controllerchange', () => resolve(true), { once: true })
  })
  const failed = serviceWorker.register('service-worker.js').then(
    () => new Promise<never>(() => {}),
    () => false,
  )
  if (serviceWorker.controller !== null) return true
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS, false))
  return Promise.race([taken, failed, late])
}
