/**
 * Code points of a text, in UTF-16 and by number. Pairs of surrogates are put together here, from `charCodeAt` and the text's
 * own length: in V8 12 and later (Node 24, Chromium) the compiled `codePointAt` of a string that is a slice of another reads, at
 * the slice's last unit, the unit of the other that follows, so that one text would have two readings.
 */

/** The code point at a place; a surrogate without its other half stands for itself. */
export function codePointAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if ((unit & 0xfc00) !== 0xd800 || at + 1 >= text.length) return unit
  const next = text.charCodeAt(at + 1)
  return (next & 0xfc00) === 0xdc00 ? 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff) : unit
}

/** UTF-16 units of a code point. */
export function unitsOf(codePoint: number): 1 | 2 {
  return codePoint > 0xffff ? 2 : 1
}

/** Whether a place lies between the two units of a code point. */
export function isWithinPair(text: string, at: number): boolean {
  return (
    at > 0 &&
    at < text.length &&
    (text.charCodeAt(at) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(at - 1) & 0xfc00) === 0xd800
  )
}

/** Code points `[from, to)` as a string. */
export function codePointsAsText(codePoints: Int32Array, from: number, to: number): string {
  let text = ''
  for (let index = from; index < to; index++) text += String.fromCodePoint(codePoints[index]!)
  return text
}
