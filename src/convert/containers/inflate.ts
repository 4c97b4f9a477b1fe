/** Decompresses a deflated file of an archive in memory. */
import type { ByteSource } from '../../format/source.ts'
import { brokenContainer, unsupportedContainer } from './refuse.ts'

const CHUNK = 1024 * 1024

/**
 * Inflates a deflated file into memory, since it cannot be read in ranges. Stops at the stated size, even if
 * the stream has more.
 *
 * @param byteLength its stated size, which the caller has found plausible
 * @throws {ModelFormatError} if it is damaged or has another size
 */
export async function inflate(packed: ByteSource, name: string, byteLength: number): Promise<Uint8Array> {
  if (typeof DecompressionStream === 'undefined') {
    throw unsupportedContainer(name, 'it is deflated, and this runtime has no DecompressionStream')
  }
  const bytes = new Uint8Array(byteLength)
  const reader = compressedStream(packed).pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  let filled = 0
  for (;;) {
    const chunk = await next(reader, name, filled)
    if (chunk === undefined) break
    if (filled + chunk.length > byteLength) {
      await reader.cancel().catch(() => {})
      throw brokenContainer(name, `its deflated data gives more than the ${byteLength} bytes it states`)
    }
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  if (filled < byteLength)
    throw brokenContainer(name, `its deflated data ends at byte ${filled} of ${byteLength}`)
  return bytes
}

function compressedStream(packed: ByteSource): ReadableStream<BufferSource> {
  let offset = 0
  return new ReadableStream<BufferSource>({
    async pull(controller): Promise<void> {
      const bytes = new Uint8Array(Math.min(CHUNK, packed.byteLength - offset))
      if (bytes.length === 0) {
        controller.close()
        return
      }
      await packed.read(offset, bytes)
      offset += bytes.length
      controller.enqueue(bytes)
    },
  })
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  name: string,
  position: number,
): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value
  } catch (cause) {
    throw brokenContainer(name, `its deflated data is damaged behind byte ${position}`, { cause })
  }
}
