/** Tensors of any float type are read as float32, and those that are not finite are named. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { CheckpointTensor } from '#dist/format/checkpoint.js'
import type { Dtype } from '#dist/format/dtypes.js'
import { checkFinite, readFloats } from '#dist/format/read-floats.js'
import { bytesSource } from '#dist/format/source.js'
import { formatError } from './safetensors-file.ts'

/** A tensor of 1, 2, 3 at byte 1 of a file, so that nothing is aligned. */
function tensorOf(dtype: Dtype): CheckpointTensor {
  const data = {
    F32: [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40],
    F16: [0, 0x3c, 0, 0x40, 0, 0x42],
    BF16: [0x80, 0x3f, 0, 0x40, 0x40, 0x40],
  }[dtype as string] ?? [1, 2, 3]
  const source = bytesSource('w.safetensors', new Uint8Array([0xff, ...data, 0xff, 0xff, 0xff, 0xff]))
  return {
    name: 'w',
    dtype,
    shape: [3],
    source,
    offset: 1,
    byteLength: data.length,
    fileName: 'w.safetensors',
  }
}

const thrown = async (run: () => Promise<void>): Promise<unknown> =>
  run().then(
    () => undefined,
    (error: unknown) => error,
  )

test('readFloats widens every float type, from any element on', async () => {
  for (const dtype of ['F32', 'F16', 'BF16'] as const) {
    const values = new Float32Array(3)
    await readFloats(tensorOf(dtype), 0, values)
    assert.equal([...values], [1, 2, 3])
    await readFloats(tensorOf(dtype), 2, values.subarray(0, 1))
    assert.equal([...values], [3, 2, 3])
  }
})

test('readFloats stays inside the tensor and its types', async () => {
  for (const dtype of ['F32', 'F16', 'BF16'] as const) {
    assert.instance(await thrown(() => readFloats(tensorOf(dtype), 1, new Float32Array(3))), RangeError)
    assert.instance(await thrown(() => readFloats(tensorOf(dtype), -1, new Float32Array(1))), RangeError)
  }
  assert.instance(await thrown(() => readFloats(tensorOf('I8'), 0, new Float32Array(1))), TypeError)
})

test('checkFinite names the tensor', async () => {
  checkFinite(tensorOf('F32'), new Float32Array([0, -3.4e38, 1e-45]))
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const { code, message } = await formatError(() =>
      checkFinite(tensorOf('F32'), new Float32Array([1, value])),
    )
    assert.is(code, 'NonFiniteWeights')
    assert.match(message, '"w" in w.safetensors')
  }
})

test.run()
