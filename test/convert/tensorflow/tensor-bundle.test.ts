import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { maskedCrc, tableEntries } from '#dist/convert/containers/table.js'
import { bundleTensors } from '#dist/convert/tensorflow/model-tensors.js'
import { openTensorBundle, readTextEntry, type TensorBundle } from '#dist/convert/tensorflow/tensor-bundle.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { bytesSource, mapFiles } from '#dist/format/source.js'
import { fixture, mutated, readTensor, seeded } from '../fixtures.ts'

type Entry = readonly [key: string | Uint8Array, value: Uint8Array]

function varint(value: number): number[] {
  const bytes: number[] = []
  while (value >= 0x80) {
    bytes.push((value % 128) + 128)
    value = Math.floor(value / 128)
  }
  return [...bytes, value]
}

const join = (...parts: (number[] | Uint8Array)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))))

const uint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer)

/** A LevelDB table of one data block. */
function table(
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
    return join(typed, uint32(maskedCrc(typed)))
  }
  const block = (wrong.block ?? ((bytes) => bytes))(encode(entries))
  const data = sealed(block)
  const index = encode([['~', join([0], varint(block.length))]])
  const footer = join([0, 0], varint(data.length), varint(index.length))
  const magic = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb)
  const sealedIndex = join(index, [0], uint32(maskedCrc(join(index, [0]))))
  return join(data, sealedIndex, footer, new Uint8Array(40 - footer.length), magic)
}

const header = (shards: number, bigEndian = 0): Entry => ['', Uint8Array.of(8, shards, 16, bigEndian)]

/** BundleEntryProto of an f32 vector. */
function entry(
  key: string,
  size: number,
  more: { shard?: number; offset?: number; bytes?: number } = {},
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
    ),
  ]
}

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

test('openTensorBundle reads an index with 2,000 damages under right checksums, or refuses it', async () => {
  const random = seeded(9)
  const real = [...tableEntries('index', fixture('saved-model/variables/variables.index'))]
  const data = fixture('saved-model/variables/variables.data-00000-of-00001')
  let read = 0
  for (let i = 0; i < 2000; i++) {
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
  assert.ok(read > 50 && read < 1950, `${read} were read`)
})

test('bundleTensors reads 2,000 damaged object graphs, or refuses them', async () => {
  const index = fixture('saved-model/variables/variables.index')
  const data = fixture('saved-model/variables/variables.data-00000-of-00001')
  const whole = (await open(index, data))!
  const place = whole.entries.get('_CHECKPOINTABLE_OBJECT_GRAPH')!
  const graph = (await readTextEntry(whole, '_CHECKPOINTABLE_OBJECT_GRAPH'))!
  const start = place.offset + place.byteLength - graph.length
  const random = seeded(2)
  let refusals = 0
  for (let i = 0; i < 2000; i++) {
    const changed = data.slice()
    changed.set(mutated(graph, random).subarray(0, graph.length), start)
    try {
      await bundleTensors((await open(index, changed))!)
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
      refusals++
    }
  }
  assert.ok(refusals > 200, `${refusals} were refused`)
})

test('openTensorBundle gives undefined where there is no index', async () => {
  assert.is(await openTensorBundle(async () => undefined, 'm'), undefined)
  await refused(
    openTensorBundle(async (name) => bytesSource(name, new Uint8Array(7)), 'm'),
    /less than a table's footer/,
  )
})

test.run()
