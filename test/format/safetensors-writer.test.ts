/** Safetensors are written with the bytes of the reference writer. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutSafetensors, type TensorToWrite, writeSafetensors } from '#dist/convert/safetensors-writer.js'
import { DTYPE_BITS, type Dtype } from '#dist/format/dtypes.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { times } from '../thorough.ts'
import { goldenFiles, goldenModels } from './safetensors-file.ts'

async function written(tensors: TensorToWrite[], metadata?: Record<string, string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  const length = await writeSafetensors(
    { write: async (chunk) => void chunks.push(chunk.slice()) },
    tensors,
    undefined,
    metadata,
  )
  const bytes = new Uint8Array(Buffer.concat(chunks))
  assert.is(bytes.length, length)
  return bytes
}

test('writeSafetensors gives the bytes of the reference writer', async () => {
  // What Python's safetensors 0.8.0 saves for these tensors
  const tensors: TensorToWrite[] = [
    { name: 'a', dtype: 'I8', shape: [3], chunks: () => [new Uint8Array([1, 2]), new Uint8Array([3])] },
    { name: 'z', dtype: 'F32', shape: [1, 1], chunks: () => [new Uint8Array([0, 0, 128, 63])] },
    { name: 'b', dtype: 'F32', shape: [], chunks: () => [new Uint8Array([0, 0, 0, 64])] },
  ]
  const json =
    '{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' +
    '"z":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]},"a":{"dtype":"I8","shape":[3],"data_offsets":[8,11]}}'
  const expected = Buffer.concat([
    new Uint8Array(8),
    Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8)),
    new Uint8Array([0, 0, 0, 64, 0, 0, 128, 63, 1, 2, 3]),
  ])
  expected.writeBigUInt64LE(BigInt(expected.length - 8 - 11))
  assert.equal(await written(tensors), new Uint8Array(expected))
  assert.equal(await written(tensors.reverse()), new Uint8Array(expected))
})

test('writeSafetensors writes every golden file as the reference wrote it', async () => {
  for (const model of goldenModels) {
    for (const [name, file] of goldenFiles(model)) {
      if (!name.endsWith('.safetensors')) continue
      const { tensors, metadata } = parseSafetensors(file)
      const list = Array.from(tensors, ([tensor, { dtype, shape, data }]) => ({
        name: tensor,
        dtype,
        shape,
        chunks: () => [data],
      }))
      assert.equal(await written(list, metadata), file, `${model}/${name}`)
    }
  }
})

test('parseSafetensors reads back whatever writeSafetensors writes', async () => {
  const tensor = fc.record({
    name: fc
      .string({ unit: 'binary', maxLength: 8 })
      .filter((name) => name !== '__metadata__' && !/\p{Surrogate}/u.test(name)),
    dtype: fc.constantFrom(...(DTYPE_BITS.keys() as Iterable<Dtype>)),
    shape: fc.array(fc.nat(4), { maxLength: 3 }).map((shape) => [...shape, 8]),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(tensor, { selector: (each) => each.name, maxLength: 8 }),
      async (tensors) => {
        const list = tensors.map((each, index) => {
          const bytes =
            (each.shape.reduce((product, size) => product * size, 1) * DTYPE_BITS.get(each.dtype)!) / 8
          return { ...each, data: new Uint8Array(bytes).fill(index + 1) }
        })
        const bytes = await written(list.map((each) => ({ ...each, chunks: () => [each.data] })))
        assert.is((bytes.length - list.reduce((sum, each) => sum + each.data.length, 0)) % 8, 0)
        const { tensors: read } = parseSafetensors(bytes)
        assert.is(read.size, list.length)
        for (const { name, dtype, shape, data } of list) assert.equal(read.get(name), { dtype, shape, data })
      },
    ),
    { numRuns: times(50, 200) },
  )
})

test('layoutSafetensors refuses what no reader takes', () => {
  const layout = (name: string, dtype: string, shape: number[]) => () =>
    layoutSafetensors([{ name, dtype: dtype as Dtype, shape }])
  const range = (error: Error): boolean => error instanceof RangeError
  assert.throws(layout('__metadata__', 'F32', [1]), range)
  assert.throws(layout('\ud800', 'F32', [1]), range)
  assert.throws(layout('a', 'F31', [1]), range)
  assert.throws(layout('a', 'F4', [1]), range)
  assert.throws(layout('a', 'F32', [-1]), range)
  assert.throws(layout('a', 'F32', [1.5]), range)
  assert.throws(layout('a', 'F32', [2 ** 52, 4]), range)
  const twice = { name: 'a', dtype: 'F32', shape: [1] } as const
  assert.throws(() => layoutSafetensors([twice, twice]), range)
})

test('writeSafetensors refuses data of another length than the shape', async () => {
  for (const length of [3, 5]) {
    const tensor: TensorToWrite = {
      name: 'a',
      dtype: 'U8',
      shape: [4],
      chunks: () => [new Uint8Array(length)],
    }
    let thrown: unknown
    await written([tensor]).catch((error) => {
      thrown = error
    })
    assert.instance(thrown, RangeError)
  }
})

test.run()
