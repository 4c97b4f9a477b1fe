/**
 * The bytes that were deflated (RFC 1951) and written as base64.
 *
 * @param known  what was deflated against: its bytes are referred to as if they came before. To the decoder they do, as
 *   blocks that are stored and not compressed, since none takes a dictionary.
 * @throws {RangeError} where the runtime is too old to have a decoder
 */
export async function inflate(base64: string, known: Uint8Array = NOTHING): Promise<Uint8Array> {
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const parts: BlobPart[] = []
  for (let at = 0; at < known.length; at += LARGEST_BLOCK) {
    const block = known.slice(at, at + LARGEST_BLOCK)
    const { length } = block
    // Not the last block, stored; its length, and that inverted.
    parts.push(Uint8Array.of(0, length, length >> 8, ~length, ~length >> 8), block)
  }
  const stream = new Blob([...parts, deflated]).stream().pipeThrough(createDecoder())
  return new Uint8Array(await new Response(stream).arrayBuffer()).slice(known.length)
}

function createDecoder(): DecompressionStream {
  try {
    return new DecompressionStream('deflate-raw')
  } catch (cause) {
    throw new RangeError(
      "This runtime has no DecompressionStream('deflate-raw'), and the kernels are deflated; it is too old: use Node 20.19, Chromium 103, Firefox 113, Safari 16.4 or later",
      { cause },
    )
  }
}

const NOTHING: Uint8Array = new Uint8Array(0)
const LARGEST_BLOCK = 65535
