/** How long to wait, in milliseconds, for what comes at once or never: longer than a busy machine takes. */
const PATIENCE = 120_000

/** What a promise gives, or 'late' where it gives nothing: a test that fails in place of one that hangs. */
export async function within<T>(promise: Promise<T>): Promise<T | 'late'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, 'late')
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
