/** Quantising a model: the same bytes each time, and the configuration keeps what it had. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { quantizedConfig, quantizeModel } from '#dist/convert/quantize-model.js'
import { openCheckpoint } from '#dist/format/checkpoint.js'
import { readFloats } from '#dist/format/read-floats.js'
import type { ModelFiles } from '#dist/format/source.js'
import { mapFiles } from '#dist/format/source.js'
import { quantizeWeights } from '#dist/kernels/reference/quantization.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { resolve } from '#dist/model/resolve.js'
import { formatError, goldenFiles, goldenModels } from '../format/safetensors-file.ts'
import { withShared } from '../shared.ts'

const decoder = new TextDecoder()

async function quantizedBytes(files: ModelFiles): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  await quantizeModel(files, { write: async (chunk) => void chunks.push(chunk.slice()) })
  return new Uint8Array(Buffer.concat(chunks))
}

for (const model of goldenModels) {
  test(`quantizeModel of ${model} resolves and holds what the formula gives`, async () => {
    const files = goldenFiles(model)
    const text = await quantizedConfig(decoder.decode(files.get('config.json')!))
    const spec = await parseSpec(text)
    const { config } = spec
    assert.is(config.quantization?.bits, 8)
    const bytes = await quantizedBytes(mapFiles(files))
    const floats = resolve(spec, await openCheckpoint(mapFiles(files))).named
    const written = await openCheckpoint(mapFiles(new Map([['model.safetensors', bytes]])))
    const { tensors } = resolve(spec, written)
    const [layer] = spec.layers
    assert.is(tensors.get(layer!.queryKeyValue.from[0]!.weight)!.tensor.dtype, 'I8')
    const { scale } = tensors.get(layer!.intermediate.from[0]!.weight)!
    assert.equal(scale?.shape, [config.intermediateSize, 1])
    for (const { name, tensor, quantizable } of floats) {
      const found = written.tensors.get(name)!
      assert.equal(found.shape, tensor.shape)
      const source = new Float32Array(tensor.shape.reduce((product, size) => product * size, 1))
      await readFloats(tensor, 0, source)
      if (!quantizable) {
        const kept = new Float32Array(source.length)
        await readFloats(found, 0, kept)
        assert.is(found.dtype, tensor.dtype)
        assert.equal(kept, source)
        continue
      }
      const [rows, width] = tensor.shape as [number, number]
      const row = new Int8Array(width)
      const weights = new Int8Array(rows * width)
      const scales = new Float32Array(rows)
      await found.source.read(found.offset, new Uint8Array(weights.buffer))
      await readFloats(written.tensors.get(`${name}_scale`)!, 0, scales)
      for (let index = 0; index < rows; index++) {
        assert.is(scales[index], quantizeWeights(source.subarray(index * width, (index + 1) * width), row))
        assert.equal(weights.subarray(index * width, (index + 1) * width), row)
      }
    }
  })
}

test('quantizeModel gives the same bytes again and leaves unused tensors out', async () => {
  const files = goldenFiles('gamma-beta')
  const bytes = await quantizedBytes(mapFiles(files))
  assert.equal(await quantizedBytes(mapFiles(files)), bytes)
  const { tensors } = await openCheckpoint(mapFiles(new Map([['model.safetensors', bytes]])))
  const names = [...tensors.keys()]
  assert.ok(names.every((name) => name.startsWith('bert.') || name.startsWith('classifier.')))
  assert.ok(names.every((name) => !/pooler|position_ids|gamma|beta/.test(name)))
})

test('quantizeModel reports progress up to the whole file', async () => {
  let last = [0, 1]
  const steps: number[] = []
  const total = await quantizeModel(
    mapFiles(goldenFiles('plain')),
    { write: async () => {} },
    {
      onProgress: (written, all) => {
        steps.push(written)
        last = [written, all]
      },
    },
  )
  assert.equal(last, [total, total])
  assert.equal(
    steps,
    [...steps].sort((a, b) => a - b),
  )
})

test('quantizeModel refuses NaN and infinity by the tensor they are in, and int8 models', async () => {
  for (const name of ['bert.encoder.layer.1.output.dense.weight', 'classifier.bias']) {
    const files = goldenFiles('plain')
    const { tensors } = await openCheckpoint(mapFiles(files))
    const at = tensors.get(name)!.offset
    // 7f c0 00 00: NaN; ff 80 00 00: minus infinity
    files.get('model.safetensors')!.set(name.startsWith('c') ? [0, 0, 0x80, 0xff] : [0, 0, 0xc0, 0x7f], at)
    const error = await formatError(() => quantizedBytes(mapFiles(files)))
    assert.is(error.code, 'NonFiniteWeights')
    assert.match(error.message, name)
  }
  const files = goldenFiles('plain')
  files.set('model.safetensors', await quantizedBytes(mapFiles(files)))
  assert.is((await formatError(() => quantizedBytes(mapFiles(files)))).code, 'UnsupportedConfig')
})

test('quantizedConfig keeps all keys and adds its own', async () => {
  const plain = JSON.parse(decoder.decode(goldenFiles('plain').get('config.json')!))
  const text = await quantizedConfig(JSON.stringify({ ...plain, label_scheme: 'IOB2', other: [1] }))
  const config = JSON.parse(text)
  assert.equal([config.label_scheme, config.other], ['IOB2', [1]])
  assert.equal(config.quantization_config.ignore, [
    'classifier',
    'bert.embeddings.position_embeddings',
    'bert.embeddings.token_type_embeddings',
  ])
  assert.is(await quantizedConfig(text), text)
})

withShared('models/iobert-small-3', 'the bytes of the quantised iobert-small-3', (path) => {
  test('quantizeModel of iobert-small-3 has the bytes numpy gives for it', async () => {
    const files = new Map(
      ['config.json', 'model.safetensors'].map((name) => [
        name,
        new Uint8Array(readFileSync(`${path}/${name}`)),
      ]),
    )
    const bytes = await quantizedBytes(mapFiles(files))
    assert.is(bytes.length, 22_429_274)
    const hash = createHash('sha256').update(bytes).digest('hex')
    assert.is(hash, '167fe756bdbc60a2549fc98ae39bb89ad009048d5cf675e7a421761bd184604c')
  })
})

test.run()
