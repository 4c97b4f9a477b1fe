/** Reads the header of any safetensors file, and says what is wrong with it. */
import type { ByteSource } from '../source.ts'
import { LENGTH_BYTES } from './header-reader.ts'
import { headerLength, parseHeader, type SafetensorsHeader } from './safetensors-header.ts'

/**
 * Reads and checks the header of a file of any size: its first bytes are read, its data is not.
 *
 * @throws {ModelFormatError} with a code for each way such a file can be wrong
 */
export async function readStrictly(source: ByteSource): Promise<SafetensorsHeader> {
  const prefix = new Uint8Array(Math.min(LENGTH_BYTES, source.byteLength))
  await source.read(0, prefix)
  const header = new Uint8Array(headerLength(prefix, source.byteLength, source.name))
  await source.read(LENGTH_BYTES, header)
  return parseHeader(header, source.byteLength, source.name)
}
