/** Zip archives and TensorFlow bundles as their formats describe them, right or wrong. */
import { deflateRawSync } from 'node:zlib'
import { crc32, crc32c, masked } from '#dist/convert/containers/crc32.js'

export interface Part {
  name: string
  data: Uint8Array
  deflate?: boolean
  zip64?: boolean
  /** Written over what is right. */
  method?: number
  flags?: number
  size?: number
  packedSize?: number
  offset?: number
  crc?: number
}

/** Data that stands in an archive many times costs once. */
const deflated = new WeakMap<Uint8Array, Buffer>()
const sums = new WeakMap<Uint8Array, number>()

function once<T>(known: WeakMap<Uint8Array, T>, data: Uint8Array, make: (data: Uint8Array) => T): T {
  const made = known.get(data) ?? make(data)
  known.set(data, made)
  return made
}

/** An archive as the format describes it, right or with the wrongs asked for. */
export function archive(parts: Part[], comment = '', zip64End = false): Uint8Array {
  const pieces: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const part of parts) {
    const name = Buffer.from(part.name)
    const packed = part.deflate ? once(deflated, part.data, deflateRawSync) : Buffer.from(part.data)
    const method = part.method ?? (part.deflate ? 8 : 0)
    const size = part.size ?? part.data.length
    const packedSize = part.packedSize ?? packed.length
    const crc = part.crc ?? once(sums, part.data, crc32)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const extra = Buffer.alloc(part.zip64 ? 28 : 0)
    if (part.zip64) {
      extra.writeUInt16LE(1, 0)
      extra.writeUInt16LE(24, 2)
      extra.writeBigUInt64LE(BigInt(size), 4)
      extra.writeBigUInt64LE(BigInt(packedSize), 12)
      extra.writeBigUInt64LE(BigInt(part.offset ?? offset), 20)
    }
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(part.flags ?? 0, 8)
    central.writeUInt16LE(method, 10)
    central.writeUInt32LE(crc, 16)
    central.writeUInt32LE(part.zip64 ? 0xffffffff : packedSize, 20)
    central.writeUInt32LE(part.zip64 ? 0xffffffff : size, 24)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt16LE(extra.length, 30)
    central.writeUInt32LE(part.zip64 ? 0xffffffff : (part.offset ?? offset), 42)
    directory.push(central, name, extra)
    pieces.push(local, name, packed)
    offset += 30 + name.length + packed.length
  }
  const bytes = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(zip64End ? 0xffff : parts.length, 8)
  end.writeUInt16LE(zip64End ? 0xffff : parts.length, 10)
  end.writeUInt32LE(zip64End ? 0xffffffff : bytes.length, 12)
  end.writeUInt32LE(zip64End ? 0xffffffff : offset, 16)
  end.writeUInt16LE(comment.length, 20)
  const wide = Buffer.alloc(zip64End ? 76 : 0)
  if (zip64End) {
    wide.writeUInt32LE(0x06064b50, 0)
    wide.writeBigUInt64LE(BigInt(parts.length), 32)
    wide.writeBigUInt64LE(BigInt(bytes.length), 40)
    wide.writeBigUInt64LE(BigInt(offset), 48)
    wide.writeUInt32LE(0x07064b50, 56)
    wide.writeBigUInt64LE(BigInt(offset + bytes.length), 64)
  }
  return new Uint8Array(Buffer.concat([...pieces, bytes, wide, end, Buffer.from(comment)]))
}

export type Entry = readonly [key: string | Uint8Array, value: Uint8Array]

export function varint(value: number): number[] {
  const bytes: number[] = []
  while (value >= 0x80) {
    bytes.push((value % 128) + 128)
    value = Math.floor(value / 128)
  }
  return [...bytes, value]
}

export const join = (...parts: (number[] | Uint8Array)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))))

export const uint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer)

/** A LevelDB table of one data block. */
export function table(
  entries: readonly Entry[],
  wrong: { type?: number; block?: (block: Uint8Array) => Uint8Array } = {},
): Uint8Array {
  const encode = (pairs: readonly Entry[]): Uint8Array =>
    join(
      ...pairs.map(([key, value]) => {
        const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : key
        return join([0], varint(bytes.length), varint(value.length), bytes, value)
      }),
      uint32(0),
      uint32(1),
    )
  const sealed = (block: Uint8Array): Uint8Array => {
    const typed = join(block, [wrong.type ?? 0])
    return join(typed, uint32(masked(crc32c(typed))))
  }
  const block = (wrong.block ?? ((bytes) => bytes))(encode(entries))
  const data = sealed(block)
  const index = encode([['~', join([0], varint(block.length))]])
  const footer = join([0, 0], varint(data.length), varint(index.length))
  const magic = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb)
  const sealedIndex = join(index, [0], uint32(masked(crc32c(join(index, [0])))))
  return join(data, sealedIndex, footer, new Uint8Array(40 - footer.length), magic)
}

export const header = (shards: number, bigEndian = 0): Entry => ['', Uint8Array.of(8, shards, 16, bigEndian)]

/** BundleEntryProto of an f32 vector. */
export function entry(
  key: string,
  size: number,
  more: { shard?: number; offset?: number; bytes?: number; crc?: number } = {},
): Entry {
  const shape = join([0x12], varint(1 + varint(size).length), [8], varint(size))
  return [
    key,
    join(
      [8, 1, 0x12],
      varint(shape.length),
      shape,
      [0x18],
      varint(more.shard ?? 0),
      [0x20],
      varint(more.offset ?? 0),
      [0x28],
      varint(more.bytes ?? 4 * size),
      more.crc === undefined ? [] : join([0x35], uint32(more.crc)),
    ),
  ]
}
