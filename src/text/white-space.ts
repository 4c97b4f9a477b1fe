/** Which characters are white space, in each of the senses used here. */

/** Unicode's property White_Space, as the Rust tokenizers library has it; JavaScript's `\s` is another set. */
export function isWhiteSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  if (code < 0x2000) return code === 0x85 || code === 0xa0 || code === 0x1680
  return (
    code <= 0x200a ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  )
}

/**
 * What separates words in a text that is split: White_Space, and U+FEFF, which JavaScript's `\s` also
 * includes.
 */
export function isSpace(code: number): boolean {
  return isWhiteSpace(code) || code === 0xfeff
}

/** What Python's `str.isspace` and `strip` take: White_Space, and the four information separators of ASCII. */
export function isPythonSpace(code: number): boolean {
  return isWhiteSpace(code) || (code >= 0x1c && code <= 0x1f)
}
