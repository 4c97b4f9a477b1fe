/**
 * How many cases are tried: `npm test` takes a share, `npm run test:all -- thorough` all of them. A file that
 * imports this, directly or through a helper, is run by both.
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
