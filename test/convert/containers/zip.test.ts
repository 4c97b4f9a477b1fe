import { deflateRawSync, crc32 as nodeCrc32 } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crc32, crc32c } from '#dist/convert/containers/crc32.js'
import { isZip, openZip } from '#dist/convert/containers/zip.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { bytesSource, readAll } from '#dist/format/source.js'
import { mutated, seeded } from '../fixtures.ts'

interface Part {
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

/** An archive as the format describes it, right or with the wrongs asked for. */
function archive(parts: Part[], comment = '', zip64End = false): Uint8Array {
  const pieces: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const part of parts) {
    const name = Buffer.from(part.name)
    const packed = part.deflate ? deflateRawSync(part.data) : Buffer.from(part.data)
    const method = part.method ?? (part.deflate ? 8 : 0)
    const size = part.size ?? part.data.length
    const packedSize = part.packedSize ?? packed.length
    const crc = part.crc ?? crc32(part.data)
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

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const open = (bytes: Uint8Array): ReturnType<typeof openZip> => openZip(bytesSource('a.zip', bytes))

async function refused(promise: Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await promise
  } catch (error) {
    assert.instance(error, ModelFormatError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable(`${message} was read`)
}

test('crc32 equals zlib, crc32c the published check value', () => {
  assert.is(crc32(text('123456789')), 0xcbf43926)
  assert.is(crc32c(text('123456789')), 0xe3069283)
  if (typeof nodeCrc32 === 'function') assert.is(crc32(text('a text')), nodeCrc32('a text'))
})

test('openZip reads stored, deflated and zip64 entries, with and without a comment', async () => {
  for (const comment of ['', 'PK\x05\x06 is not the end']) {
    const bytes = archive(
      [
        { name: 'a/stored', data: text('one') },
        { name: 'a/deflated', data: text('two '.repeat(1000)), deflate: true },
        { name: 'a/zip64', data: text('three'), zip64: true },
        { name: 'a/empty', data: new Uint8Array(0) },
      ],
      comment,
    )
    assert.ok(await isZip(bytesSource('a.zip', bytes)))
    const zip = await open(bytes)
    const read = async (name: string): Promise<string> => {
      const whole = await zip.readAll(zip.entries.get(name)!, 10_000)
      const source = await zip.open(zip.entries.get(name)!)
      assert.equal(await readAll(source), whole)
      return new TextDecoder().decode(whole)
    }
    assert.equal(
      [await read('a/stored'), await read('a/deflated'), await read('a/zip64'), await read('a/empty')],
      ['one', 'two '.repeat(1000), 'three', ''],
    )
    const part = new Uint8Array(2)
    await (await zip.open(zip.entries.get('a/zip64')!)).read(3, part)
    assert.is(new TextDecoder().decode(part), 'ee')
  }
})

test('openZip reads the directory of a zip64 archive, and refuses one whose record is missing or elsewhere', async () => {
  const bytes = archive([{ name: 'a', data: text('one') }], '', true)
  const zip = await open(bytes)
  assert.equal(await zip.readAll(zip.entries.get('a')!, 10), text('one'))
  const record = bytes.length - 22 - 76
  for (const [at, message] of [
    [record, /no zip64 record at/],
    [record + 56, /zip64 record is missing/],
    [record + 64 + 5, /passes the end/],
    [record + 48 + 7, /which no file has/],
    [record + 40 + 5, /passes its end/],
    [record + 32 + 5, /cannot hold/],
  ] as const) {
    const bad = bytes.slice()
    bad[at]! ^= 1
    await refused(open(bad), message)
  }
})

test('openZip refuses names that lead out of the archive or come twice', async () => {
  for (const name of ['../x', 'a/../../x', '/etc/passwd', 'a\\..\\x', 'a\0b']) {
    await refused(open(archive([{ name, data: text('x') }])), /leads out of the archive/)
  }
  await refused(
    open(
      archive([
        { name: 'a', data: text('x') },
        { name: 'a', data: text('y') },
      ]),
    ),
    /two files named "a"/,
  )
})

test('openZip refuses sizes that the file cannot have', async () => {
  const data = text('some data')
  for (const [wrong, message] of [
    [{ packedSize: 1e6, size: 1e6 }, /passes the end/],
    [{ zip64: true, packedSize: 2 ** 50, size: 2 ** 50 }, /passes the end/],
    [{ size: 4000 }, /has two sizes/],
    [{ method: 8, size: 0xfffffff0 }, /claims 4294967280 bytes out of 9/],
    [{ zip64: true, method: 8, size: 2 ** 52 }, /claims 4503599627370496 bytes/],
    [{ offset: 1000 }, /passes the end/],
    [{ method: 12 }, /packed by method 12/],
    [{ flags: 1 }, /encrypted/],
  ] as [Partial<Part>, RegExp][]) {
    await refused(open(archive([{ name: 'a', data, ...wrong }])), message)
  }
  await refused(
    open(
      archive([
        { name: 'a', data },
        { name: 'b', data, offset: 0 },
      ]),
    ),
    /lies over another/,
  )
})

test('openZip refuses entries whose data is not what is stated', async () => {
  const data = text('some data '.repeat(100))
  for (const [wrong, message] of [
    [{ deflate: true, size: 999 }, /gives more than the 999 bytes/],
    [{ deflate: true, size: 1001 }, /ends at byte 1000 of 1001/],
    [{ method: 8 }, /deflated data is damaged/],
    [{ crc: 7 }, /is damaged: CRC-32/],
  ] as [Partial<Part>, RegExp][]) {
    const zip = await open(archive([{ name: 'a', data, ...wrong }]))
    await refused(zip.readAll(zip.entries.get('a')!, 10_000), message)
  }
  const zip = await open(archive([{ name: 'a', data }]))
  await refused(zip.readAll(zip.entries.get('a')!, 999), /has 1000 bytes; at most 999/)
})

test('openZip stops a bomb at its stated size', async () => {
  const bomb = { name: 'a', data: new Uint8Array(50_000_000), deflate: true, size: 1000 }
  const zip = await open(archive([bomb]))
  await refused(zip.readAll(zip.entries.get('a')!, 1000), /gives more than the 1000 bytes/)
})

test('openZip reads an archive cut short anywhere, or with 2,000 mutations, or refuses it', async () => {
  const bytes = archive([
    { name: 'a/stored', data: text('one') },
    { name: 'a/deflated', data: text('two '.repeat(20)), deflate: true },
    { name: 'a/zip64', data: text('three'), zip64: true },
  ])
  for (let length = 0; length < bytes.length; length++) await refused(open(bytes.subarray(0, length)), /./)
  const random = seeded(1)
  for (let i = 0; i < 2000; i++) {
    try {
      const zip = await open(mutated(bytes, random))
      for (const entry of zip.entries.values()) await zip.readAll(entry, 10_000)
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
    }
  }
})

test.run()
