/** Reads the fields of a protocol buffer message. */
import { ByteReader, decodeText } from './byte-reader.ts'
import { brokenContainer } from './refuse.ts'

/** One field of a protocol buffer message: a number for varint and 32 bits, bytes for the rest. */
export interface ProtobufField {
  readonly number: number
  readonly value: number | bigint | Uint8Array
}

/**
 * The fields of one message, in the file's order (the wire format: https://protobuf.dev/programming-guides/encoding).
 * Nested messages are returned as bytes, to be parsed in turn if needed.
 *
 * @throws {ModelFormatError} if the bytes are not such a message
 */
export function* protobufFields(file: string, message: Uint8Array): Generator<ProtobufField> {
  const reader = new ByteReader(file, message)
  while (reader.remaining > 0) {
    const tag = reader.varint()
    const number = Math.floor(tag / 8)
    if (number < 1) throw brokenContainer(file, 'a protocol buffer in it has field 0')
    yield { number, value: fieldValue(reader, tag % 8) }
  }
}

function fieldValue(reader: ByteReader, wireType: number): number | bigint | Uint8Array {
  switch (wireType) {
    case 0:
      return varint64(reader)
    case 1:
      return reader.take(8)
    case 2:
      return reader.take(reader.varint())
    case 5:
      return reader.uint32()
    default:
      throw brokenContainer(reader.file, `a protocol buffer in it has wire type ${wireType}`)
  }
}

/** Up to 64 bits; negative numbers take all of them. */
function varint64(reader: ByteReader): number | bigint {
  let low = 0
  let unit = 1
  for (let count = 0; count < 7; count++) {
    const byte = reader.uint8()
    low += (byte & 0x7f) * unit
    if (byte < 0x80) return low
    unit *= 128
  }
  let value = BigInt(low)
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = reader.uint8()
    value |= BigInt(byte & 0x7f) << shift
    if (byte >= 0x80) continue
    const number = Number(BigInt.asIntN(64, value))
    return Number.isSafeInteger(number) ? number : BigInt.asIntN(64, value)
  }
  throw brokenContainer(reader.file, 'a protocol buffer in it has a number of more than 64 bits')
}

/** The value of a message field. */
export function messageOf(file: string, field: ProtobufField): Uint8Array {
  if (field.value instanceof Uint8Array) return field.value
  throw brokenContainer(
    file,
    `field ${field.number} of a protocol buffer in it is a number, where a message is expected`,
  )
}

/** The value of a text field. */
export function protobufText(file: string, field: ProtobufField): string {
  return decodeText(file, messageOf(file, field))
}

/** The value of a field that holds a size, an offset or an enumeration. */
export function protobufSize(file: string, field: ProtobufField): number {
  const { value } = field
  if (typeof value === 'number' && value >= 0) return value
  throw brokenContainer(file, `field ${field.number} of a protocol buffer in it is no size`)
}
