/**
 * The header of a safetensors file as the reference writes it, which almost all are: read with the runtime's own JSON, and
 * taken only where nothing about it can be meant otherwise. What is not so goes to strict/, which reads any header and says
 * what is wrong with it.
 */
import { isObject } from '../check/kind.ts'
import type { Dtype } from './dtypes.ts'
import type { ByteSource } from './source.ts'
import type { SafetensorsEntry, SafetensorsHeader } from './strict/safetensors-header.ts'

/** Bytes of a header that is read here: a model of 10,000 tensors has less. */
const MOST_BYTES = 2 ** 20
const MOST_RANK = 8
/** Bytes before the header: its length as u64. */
const LENGTH_BYTES = 8

/** Bytes of a number, of the types that models have. */
const BYTES: ReadonlyMap<unknown, number> = new Map([
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['I8', 1],
  ['I64', 8],
])

/**
 * Reads and checks the header of a file of any size: its first bytes are read, its data is not.
 *
 * @throws {ModelFormatError} as `parseSafetensors`
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const { byteLength } = source
  if (byteLength >= LENGTH_BYTES) {
    const prefix = new Uint8Array(LENGTH_BYTES)
    await source.read(0, prefix)
    const length = Number(new DataView(prefix.buffer).getBigUint64(0, true))
    if (length <= Math.min(MOST_BYTES, byteLength - LENGTH_BYTES)) {
      const bytes = new Uint8Array(length)
      await source.read(LENGTH_BYTES, bytes)
      const header = parsePlainHeader(bytes, byteLength)
      if (header !== undefined) return header
    }
  }
  const { readStrictly } = await import('./strict/safetensors.ts')
  return readStrictly(source)
}

/**
 * A header that is its own JSON written anew, so that no key stands in it twice, but for spaces at its end; without escapes;
 * and whose tensors, in the order of their data, fill the file.
 *
 * @returns undefined for any other
 */
export function parsePlainHeader(bytes: Uint8Array, byteLength: number): SafetensorsHeader | undefined {
  let end = bytes.length
  while (bytes[end - 1] === 0x20) end--
  let json: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end))
    json = JSON.parse(text)
    if (text.includes('\\') || JSON.stringify(json) !== text) return undefined
  } catch {
    return undefined
  }
  if (!isObject(json)) return undefined
  const { __metadata__: metadata = {}, ...rest } = json
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    return undefined
  }
  const dataStart = LENGTH_BYTES + bytes.length
  const entries: [name: string, entry: SafetensorsEntry][] = []
  for (const [name, value] of Object.entries(rest)) {
    const entry = plainEntry(value, dataStart)
    if (entry === undefined) return undefined
    entries.push([name, entry])
  }
  entries.sort(([, one], [, two]) => one.start - two.start || one.end - two.end)
  let at = dataStart
  for (const [, { start, end }] of entries) {
    if (start !== at) return undefined
    at = end
  }
  if (at !== byteLength) return undefined
  return {
    tensors: new Map(entries),
    metadata: Object.assign(Object.create(null), metadata) as Record<string, string>,
  }
}

function plainEntry(value: unknown, dataStart: number): SafetensorsEntry | undefined {
  if (!isObject(value) || Object.keys(value).length !== 3) return undefined
  const { dtype, shape, data_offsets: offsets } = value
  if (!isCounts(shape) || shape.length > MOST_RANK || !isCounts(offsets) || offsets.length !== 2) {
    return undefined
  }
  let bytes = BYTES.get(dtype) ?? Number.NaN
  for (const size of shape) {
    bytes *= size
    if (!Number.isSafeInteger(bytes)) return undefined
  }
  const [begin, end] = offsets as [number, number]
  if (end - begin !== bytes) return undefined
  return { dtype: dtype as Dtype, shape, start: dataStart + begin, end: dataStart + end }
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0)
}
