/** Byte fallback: what is no piece is spelt in pieces that stand for its UTF-8 bytes. */

const encoder = new TextEncoder()

/**
 * The pieces of a text's bytes; undefined where one of them has none.
 *
 * @param byteIds  by byte; -1 where there is no such piece
 */
export function bytePieces(byteIds: Int32Array, text: string): readonly number[] | undefined {
  const ids = Array.from(encoder.encode(text), (byte) => byteIds[byte]!)
  return ids.includes(-1) ? undefined : ids
}
