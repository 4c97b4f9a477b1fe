/** Zip archives: valid forms are read, bombs and contradictions are refused. */
import { crc32 as nodeCrc32 } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crc32, crc32c } from '#dist/convert/containers/crc32.js'
import { isZip, openZip } from '#dist/convert/containers/zip.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { bytesSource, readAll } from '#dist/format/source.js'
import { times } from '../../thorough.ts'
import { archive, type Part } from '../archives.ts'
import { mutated, seeded } from '../fixtures.ts'

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
  const random = seeded(4)
  const bytes = Uint8Array.from({ length: 100 }, () => Math.floor(random() * 256))
  for (let length = 0; length <= 40; length++) {
    const whole = bytes.subarray(0, length)
    for (const sum of [crc32, crc32c]) {
      for (let at = 0; at <= length; at++) {
        assert.is(sum(whole.subarray(at), sum(whole.subarray(0, at))), sum(whole), `${length} bytes in two`)
      }
    }
    if (typeof nodeCrc32 === 'function') assert.is(crc32(whole), nodeCrc32(whole))
  }
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

test('openZip compares the CRC-32 of a file before its first byte is read, stored or deflated', async () => {
  const data = text('some data '.repeat(100))
  for (const deflate of [false, true]) {
    const zip = await open(archive([{ name: 'a', data, deflate, crc: 7 }]))
    const source = await zip.open(zip.entries.get('a')!)
    for (const offset of [0, 990])
      await refused(source.read(offset, new Uint8Array(10)), /"a" is damaged: CRC-32/)
  }
  const zip = await open(archive([{ name: 'a', data, crc: 0 }]))
  assert.equal(await readAll(await zip.open(zip.entries.get('a')!)), data, 'PyTorch can leave it out')
})

test('openZip refuses files that are small each and huge together, and inflates none before it is read', async () => {
  const zeros = (name: string, bytes: number): Part => ({ name, data: new Uint8Array(bytes), deflate: true })
  await refused(
    open(archive(Array.from({ length: 5 }, (_, i) => zeros(`${i}`, 16e6)))),
    /files claim 80000000 bytes out of/,
  )
  const bytes = archive([zeros('a', 1e6), { ...zeros('b', 1e6), crc: 7 }, zeros('c', 1e6)])
  const reads: number[] = []
  const source = bytesSource('a.zip', bytes)
  const zip = await openZip({
    ...source,
    async read(offset: number, target: Uint8Array): Promise<void> {
      if (target.length > 30) reads.push(offset)
      await source.read(offset, target)
    },
  })
  reads.length = 0
  const sources = await Promise.all([...zip.entries.values()].map((entry) => zip.open(entry)))
  assert.equal(reads, [])
  const first = new Uint8Array(1)
  await sources[0]!.read(0, first)
  await refused(sources[1]!.read(0, first), /"b" is damaged/)
  const starts = [...zip.entries.values()].map(({ headerOffset }) => headerOffset)
  assert.ok(
    reads.every((at) => at < starts[2]!),
    'the third is not touched',
  )
})

test('openZip stops a bomb at its stated size', async () => {
  const bomb = { name: 'a', data: new Uint8Array(50_000_000), deflate: true, size: 1000 }
  const zip = await open(archive([bomb]))
  await refused(zip.readAll(zip.entries.get('a')!, 1000), /gives more than the 1000 bytes/)
})

const MUTATIONS = times(400, 2_000)

test(`openZip reads an archive cut short anywhere, or with ${MUTATIONS} mutations, or refuses it`, async () => {
  const bytes = archive([
    { name: 'a/stored', data: text('one') },
    { name: 'a/deflated', data: text('two '.repeat(20)), deflate: true },
    { name: 'a/zip64', data: text('three'), zip64: true },
  ])
  for (let length = 0; length < bytes.length; length++) await refused(open(bytes.subarray(0, length)), /./)
  const random = seeded(1)
  for (let i = 0; i < MUTATIONS; i++) {
    try {
      const zip = await open(mutated(bytes, random))
      for (const entry of zip.entries.values()) await zip.readAll(entry, 10_000)
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
    }
  }
})

test.run()
