/** Formats numbers as C, Perl and Python do, rounding halves to even. */

/**
 * A number with a fixed count of decimals as C, Perl and Python print it: the exact binary value is rounded, halves to
 * even. `toFixed` is the same but for halves, which it rounds up: 3.125 is '3.12' here and '3.13' there.
 */
export function formatFixed(value: number, decimals: number): string {
  const scaled = value * 2 ** (decimals + 1)
  // Only then is the value exactly half way between two decimals: an odd multiple of 2^-(decimals + 1).
  if (Number.isInteger(scaled) && scaled % 2 !== 0) {
    const below = Math.floor(value * 10 ** decimals)
    return ((below % 2 === 0 ? below : below + 1) / 10 ** decimals).toFixed(decimals)
  }
  return value.toFixed(decimals)
}

/** Orders strings by their code points, as Perl and Python do; the default order is that of UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const left = [...a]
  const right = [...b]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
