/** Shared by several presets: the text around a match, and the checksum modulo 97. */

/** Up to `units` UTF-16 units of the same line before a place. */
export function inFront(text: string, at: number, units: number): string {
  const part = text.slice(Math.max(0, at - units), at)
  return part.slice(part.search(/[^\n\r\u2028\u2029]*$/))
}

/** Up to `units` UTF-16 units of the same line after a place. */
export function behind(text: string, at: number, units: number): string {
  return /^[^\n\r\u2028\u2029]*/.exec(text.slice(at, at + units))![0]
}

export function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}

/**
 * A number's remainder modulo 97 (ISO 7064), whose letters count from 10.
 *
 * @param text digits and letters of ASCII
 */
export function modulo97(text: string): number {
  let rest = 0
  for (const unit of text)
    for (const digit of String(Number.parseInt(unit, 36))) rest = (rest * 10 + Number(digit)) % 97
  return rest
}
