import type { ByteSource } from '../format/source.ts'
import { checkRange } from '../format/source.ts'
import { broken, unsupported } from './refuse.ts'

const CHUNK = 1024 * 1024

/**
 * A deflated file as if it were not: reads go forward through one stream, and start over where one goes back, so readers
 * ask in the order of the offsets. At most a few chunks are in memory, whatever the stream claims.
 */
export function inflatedSource(packed: ByteSource, name: string, byteLength: number): ByteSource {
  if (typeof DecompressionStream === 'undefined') {
    throw unsupported(name, 'it is deflated, and this runtime has no DecompressionStream')
  }
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let position = 0
  let chunk: Uint8Array = new Uint8Array(0)

  async function restart(): Promise<void> {
    await close()
    reader = inflate(packed)
    position = 0
    chunk = new Uint8Array(0)
  }

  async function close(): Promise<void> {
    await reader?.cancel().catch(() => {})
    reader = undefined
  }

  return {
    name,
    byteLength,
    close,
    async read(offset: number, target: Uint8Array): Promise<void> {
      checkRange(name, offset, target.length, byteLength)
      if (reader === undefined || offset < position) await restart()
      let filled = 0
      while (filled < target.length || offset > position) {
        if (chunk.length === 0)
          chunk = await next(reader as ReadableStreamDefaultReader<Uint8Array>, name, position)
        if (position < offset) {
          const skipped = Math.min(chunk.length, offset - position)
          chunk = chunk.subarray(skipped)
          position += skipped
          continue
        }
        const taken = chunk.subarray(0, target.length - filled)
        target.set(taken, filled)
        filled += taken.length
        position += taken.length
        chunk = chunk.subarray(taken.length)
        offset = position
      }
    },
  }
}

function inflate(packed: ByteSource): ReadableStreamDefaultReader<Uint8Array> {
  let offset = 0
  const compressed = new ReadableStream<BufferSource>({
    async pull(controller): Promise<void> {
      const bytes = new Uint8Array(Math.min(CHUNK, packed.byteLength - offset))
      if (bytes.length === 0) return controller.close()
      await packed.read(offset, bytes)
      offset += bytes.length
      controller.enqueue(bytes)
    },
  })
  return compressed.pipeThrough(new DecompressionStream('deflate-raw')).getReader()
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  name: string,
  position: number,
): Promise<Uint8Array> {
  let result: ReadableStreamReadResult<Uint8Array>
  try {
    result = await reader.read()
  } catch (cause) {
    throw broken(name, `its deflated data is damaged behind byte ${position}`, { cause })
  }
  if (result.done) throw broken(name, `its deflated data ends at byte ${position}, before the stated size`)
  return result.value
}
