/** Writes the parts of SentencePiece's own file that are read here. */

/** A field of a protocol buffer: bytes, a text, a whole number, or a 32-bit float. */
type Value = Uint8Array | string | number | { readonly float: number }

function varint(number: number): number[] {
  const bytes: number[] = []
  for (; number >= 128; number = Math.floor(number / 128)) bytes.push((number % 128) + 128)
  return [...bytes, number]
}

function field(number: number, value: Value): number[] {
  if (typeof value === 'number') return [...varint(number * 8), ...varint(value)]
  if (typeof value === 'object' && 'float' in value) {
    return [...varint(number * 8 + 5), ...new Uint8Array(new Float32Array([value.float]).buffer)]
  }
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]
}

/**
 * @param modelType 1: unigram
 * @param types of the first pieces; 1: normal, 2: unknown, 3: control
 */
export function sentencePieceFile(
  pieces: readonly (readonly [piece: string, score: number])[],
  charsmap: Uint8Array,
  modelType: number = 1,
  types: readonly number[] = [],
): Uint8Array {
  const messages = pieces.map(([piece, score], index) =>
    field(
      1,
      Uint8Array.from([...field(1, piece), ...field(2, { float: score }), ...field(3, types[index] ?? 1)]),
    ),
  )
  const trainer = field(2, Uint8Array.from(field(3, modelType)))
  const normalizer = field(3, Uint8Array.from([...field(1, 'nmt_nfkc'), ...field(2, charsmap)]))
  return Uint8Array.from([...messages.flat(), ...trainer, ...normalizer])
}
