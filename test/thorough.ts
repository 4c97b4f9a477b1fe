/**
 * How much is tried: `npm test` takes a share, `npm run test:all -- thorough` all of it. A file that imports this, or a helper
 * that does, is run by both.
 */
export const isThorough: boolean = process.env['IOBERT_THOROUGH'] === '1'

/** Every `step`-th of a list, from the first; the whole list where the run is thorough. */
export function share<T>(all: readonly T[], step = 10): T[] {
  return isThorough ? [...all] : all.filter((_, index) => index % step === 0)
}

/** How often something is tried. */
export function times(usual: number, thorough: number): number {
  return isThorough ? thorough : usual
}
