/**
 * Converts code points to UTF-8 bytes by hand, since `TextEncoder` spends most of its time allocating an
 * array. Also byte fallback: a character without a piece is spelt in pieces that stand for its bytes.
 */

/**
 * Calls `visit` with each UTF-8 byte of a code point while it returns true; returns whether it did to the
 * end.
 */
export function eachByte(code: number, visit: (byte: number) => boolean): boolean {
  if (code < 0x80) return visit(code)
  if (code < 0x800) return visit(0xc0 | (code >> 6)) && visit(0x80 | (code & 63))
  if (code < 0x10000) {
    return visit(0xe0 | (code >> 12)) && visit(0x80 | ((code >> 6) & 63)) && visit(0x80 | (code & 63))
  }
  return (
    visit(0xf0 | (code >> 18)) &&
    visit(0x80 | ((code >> 12) & 63)) &&
    visit(0x80 | ((code >> 6) & 63)) &&
    visit(0x80 | (code & 63))
  )
}

const REPLACEMENT = 0xfffd

/**
 * The pieces of a text's bytes; undefined if a byte has none.
 *
 * @param byteIds piece id by byte; -1 if there is none
 */
export function bytePieces(byteIds: Int32Array, text: string): readonly number[] | undefined {
  const ids: number[] = []
  const add = (byte: number): boolean => ids.push(byteIds[byte]!) > 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    // Half a surrogate pair has no bytes of its own.
    eachByte(code >= 0xd800 && code < 0xe000 ? REPLACEMENT : code, add)
  }
  return ids.includes(-1) ? undefined : ids
}
