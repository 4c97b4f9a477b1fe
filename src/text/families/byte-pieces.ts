/** Byte fallback: a character that has no piece is spelt in pieces that stand for the bytes of its UTF-8. */

const REPLACEMENT = 0xfffd

/**
 * The pieces of a text's bytes; undefined where one of them has none. (By hand: texts are a character each, and `TextEncoder`
 * takes most of the time for making an array.)
 *
 * @param byteIds  by byte; -1 where there is no such piece
 */
export function bytePieces(byteIds: Int32Array, text: string): readonly number[] | undefined {
  const ids: number[] = []
  for (const character of text) {
    const found = character.codePointAt(0)!
    // Half a pair of surrogates has no bytes of its own.
    const code = found >= 0xd800 && found < 0xe000 ? REPLACEMENT : found
    if (code < 0x80) ids.push(byteIds[code]!)
    else {
      // The first byte says by its leading ones how many there are; each further one has six bits.
      const further = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3
      ids.push(byteIds[((0xf00 >> (further + 1)) & 0xff) | (code >> (6 * further))]!)
      for (let i = further - 1; i >= 0; i--) ids.push(byteIds[0x80 | ((code >> (6 * i)) & 0x3f)]!)
    }
  }
  return ids.includes(-1) ? undefined : ids
}
