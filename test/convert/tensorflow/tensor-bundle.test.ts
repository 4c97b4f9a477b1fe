/** TensorFlow's tensor bundles: index, data files, checksums. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crc32c, masked } from '#dist/convert/containers/crc32.js'
import { tableEntries } from '#dist/convert/containers/leveldb-table.js'
import { bundleTensors } from '#dist/convert/tensorflow/model-tensors.js'
import {
  type BundleEntry,
  openTensorBundle,
  readTextEntry,
  type TensorBundle,
} from '#dist/convert/tensorflow/tensor-bundle.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { bytesSource, mapFiles } from '#dist/format/source.js'
import { share, times } from '../../thorough.ts'
import { type Entry, entry, header, join, table, uint32, varint } from '../archives.ts'
import { fixture, mutated, readTensor, seeded } from '../fixtures.ts'

function open(index: Uint8Array, ...shards: Uint8Array[]): Promise<TensorBundle | undefined> {
  const files = new Map([['m.index', index]])
  shards.forEach((shard, i) => {
    files.set(`m.data-0000${i}-of-0000${shards.length}`, shard)
  })
  return openTensorBundle((name) => mapFiles(files).open(name), 'm')
}

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

test('openTensorBundle reads tensors out of several data files', async () => {
  const index = table([
    header(2),
    entry('bert/pooler/dense/bias', 2),
    entry('output_bias', 1, { shard: 1, offset: 4 }),
  ])
  const bundle = await open(
    index,
    new Uint8Array(Float32Array.of(1, 2).buffer),
    new Uint8Array(Float32Array.of(3, 4).buffer),
  )
  const tensors = await bundleTensors(bundle!)
  assert.equal(
    tensors.map(({ name }) => name),
    ['bert.pooler.dense.bias', 'classifier.bias'],
  )
  assert.equal([...new Float32Array((await readTensor(tensors[1]!)).buffer)], [4])
})

test('openTensorBundle refuses what lies outside the data, or is not whole', async () => {
  const data = new Uint8Array(16)
  for (const [entries, message] of [
    [[header(1), entry('x', 5)], /lies at bytes 0 to 20 of m.data-00000-of-00001, which has 16/],
    [[header(1), entry('x', 1, { offset: 2 ** 52 })], /lies at bytes 4503599627370496/],
    [[header(1), entry('x', 1, { offset: 2 ** 54 })], /is no size|too large/],
    [[header(1), entry('x', 4, { bytes: 12 })], /F32 \[4\], has 12 bytes/],
    [[header(1), entry('x', 4, { shard: 1 })], /in data file 1 of 1/],
    [[header(2), entry('x', 4)], /data file m.data-00000-of-00002 is missing/],
    [[header(0), entry('x', 4)], /how many data files/],
    [[entry('x', 4)], /how many data files/],
    [[header(1, 1), entry('x', 4)], /big-endian/],
    [[header(1), entry('x', 4), entry('x', 4)], /has "x" twice/],
    [[header(1), ['x', join(entry('x', 4)[1], [0x3a, 0])]], /saved in slices/],
    [[header(1), [Uint8Array.of(0, 1, 255), Uint8Array.of(8, 1)]], /saved in slices/],
    [[header(1), ['x', Uint8Array.of(0x0b)]], /wire type 3/],
    [[header(1), ['x', Uint8Array.of(0x12, 99)]], /ends at byte 2/],
  ] as [Entry[], RegExp][]) {
    await refused(open(table(entries), data), message)
  }
})

test('openTensorBundle refuses damaged and compressed tables', async () => {
  const entries = [header(1), entry('x', 4)]
  const good = table(entries)
  await refused(open(table(entries, { type: 1 }), new Uint8Array(16)), /compressed \(type 1\)/)
  for (let at = 0; at < good.length - 48; at++) {
    const bad = good.slice()
    bad[at]! ^= 1
    await refused(open(bad, new Uint8Array(16)), /damaged|compressed/)
  }
  for (let length = 0; length < good.length; length++) await refused(open(good.subarray(0, length)), /./)
  const long = join(
    [0],
    varint(2),
    varint(0),
    [97, 97],
    [5],
    varint(1),
    varint(0),
    [98],
    uint32(0),
    uint32(1),
  )
  await refused(open(table([], { block: () => long })), /shares more than the key before it has/)
  const grows = join(
    [0],
    varint(1000),
    varint(0),
    new Uint8Array(1000).fill(97),
    varint(1000),
    varint(100),
    varint(0),
    new Uint8Array(100),
    uint32(0),
    uint32(1),
  )
  await refused(open(table([], { block: () => grows })), /a key of 1100 bytes/)
})

const DAMAGES = times(400, 2_000)

test(`openTensorBundle reads an index with ${DAMAGES} damages under right checksums, or refuses it`, async () => {
  const random = seeded(9)
  const real = [...tableEntries('index', fixture('saved-model/variables/variables.index'))]
  const data = fixture('saved-model/variables/variables.data-00000-of-00001')
  let read = 0
  for (let i = 0; i < DAMAGES; i++) {
    const entries =
      i % 2 === 0
        ? real.map(([key, value]): Entry => [key, random() < 0.05 ? mutated(value, random) : value])
        : real
    const bytes = i % 2 === 0 ? table(entries) : table(entries, { block: (block) => mutated(block, random) })
    try {
      const bundle = await open(bytes, data)
      for (const tensor of await bundleTensors(bundle!)) await readTensor(tensor)
      read++
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
    }
  }
  assert.ok(read > DAMAGES / 40 && read < DAMAGES - DAMAGES / 40, `${read} were read`)
})

test(`bundleTensors reads ${DAMAGES} damaged object graphs, or refuses them`, async () => {
  const index = fixture('saved-model/variables/variables.index')
  const data = fixture('saved-model/variables/variables.data-00000-of-00001')
  const whole = (await open(index, data))!
  const place = whole.entries.get('_CHECKPOINTABLE_OBJECT_GRAPH')!
  const graph = (await readTextEntry(whole, '_CHECKPOINTABLE_OBJECT_GRAPH'))!
  const start = place.offset + place.byteLength - graph.length
  const random = seeded(2)
  let refusals = 0
  for (let i = 0; i < DAMAGES; i++) {
    const changed = data.slice()
    const bad = mutated(graph, random).subarray(0, graph.length)
    changed.set(bad, start)
    try {
      const bundle = (await open(index, changed))!
      // Under a right checksum: of the length, its own checksum, and the text.
      const length = uint32(graph.length)
      const text = changed.subarray(start, start + graph.length)
      const crc = masked(crc32c(join(length, uint32(masked(crc32c(length))), text)))
      const entries = new Map(bundle.entries).set('_CHECKPOINTABLE_OBJECT_GRAPH', { ...place, crc32c: crc })
      await bundleTensors({ ...bundle, entries })
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
      refusals++
    }
  }
  assert.ok(refusals > DAMAGES / 10, `${refusals} were refused`)
})

test('bundleTensors refuses any damaged byte of a tensor that TensorFlow saved, and of the object graph', async () => {
  for (const [folder, prefix] of [
    ['saved-model', 'variables/variables'],
    ['tensorflow-checkpoint', 'model.ckpt-12'],
  ]) {
    const index = fixture(`${folder}/${prefix}.index`)
    const data = fixture(`${folder}/${prefix}.data-00000-of-00001`)
    const whole = (await open(index, data))!
    const random = seeded(3)
    for (const [key, { offset, byteLength, crc32c: stated }] of share([...whole.entries], 5)) {
      assert.type(stated, 'number', key)
      const changed = data.slice()
      changed[offset + Math.floor(random() * byteLength)]! ^= 1 << Math.floor(random() * 8)
      const bundle = (await open(index, changed))!
      const read = async (): Promise<number> => {
        let count = 0
        for (const tensor of await bundleTensors(bundle)) count += (await readTensor(tensor)).length
        return count
      }
      const isRead = key === '_CHECKPOINTABLE_OBJECT_GRAPH' || (await names(whole)).has(key)
      if (isRead) await refused(read(), /damaged|checksum|is no size|ends at byte/)
    }
  }
})

/** The bundle's own names of the tensors that are part of the model. */
async function names(bundle: TensorBundle): Promise<Set<string>> {
  const found = new Set<string>()
  const entries = new Map<string, BundleEntry>()
  for (const [key, place] of bundle.entries) entries.set(key, place)
  for (const [key, place] of entries) {
    if (key.startsWith('_')) continue
    // What is no part of the model may be missing.
    const others = new Map(entries)
    others.set(key, { ...place, dtype: undefined })
    await bundleTensors({ ...bundle, entries: others }).catch(() => found.add(key))
  }
  return found
}

test('bundleTensors compares the CRC-32C that is stated of a tensor, transposed or not', async () => {
  const values = new Uint8Array(Float32Array.of(1, 2).buffer)
  const crc = masked(crc32c(values))
  const read = async (stated: number | undefined): Promise<Uint8Array> => {
    const more = stated === undefined ? {} : { crc: stated }
    const bundle = await open(table([header(1), entry('bert/pooler/dense/bias', 2, more)]), values)
    return readTensor((await bundleTensors(bundle!))[0]!)
  }
  assert.equal(await read(crc), values)
  assert.equal(await read(undefined), values)
  await refused(read(crc ^ 1), /"bert.pooler.dense.bias" are damaged: their CRC-32C/)
})

test('openTensorBundle gives undefined where there is no index', async () => {
  assert.is(await openTensorBundle(async () => undefined, 'm'), undefined)
  await refused(
    openTensorBundle(async (name) => bytesSource(name, new Uint8Array(7)), 'm'),
    /less than a table's footer/,
  )
})

test.run()
