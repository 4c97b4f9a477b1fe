/** Conversion to a safetensors folder: the same bytes each time, and no value is lost silently. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Conversion, type ConvertOptions, convertModel, type ModelSink } from '#dist/convert/convert.js'
import { quantizedConfig, quantizeModel } from '#dist/convert/quantize-model.js'
import { writeSafetensors } from '#dist/convert/safetensors-writer.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { mapFiles } from '#dist/format/source.js'
import { fixture, fixtureMap } from './fixtures.ts'

type Files = Map<string, Uint8Array>

async function convert(
  files: Files,
  options: ConvertOptions = {},
): Promise<{ out: Files; result: Conversion }> {
  const out: Files = new Map()
  const sink: ModelSink = {
    async create(name) {
      const chunks: Uint8Array[] = []
      return {
        async write(chunk) {
          chunks.push(chunk.slice())
        },
        async close() {
          out.set(name, new Uint8Array(Buffer.concat(chunks)))
        },
      }
    },
  }
  const result = await convertModel(mapFiles(files), options, sink)
  return { out, result }
}

const json = (bytes: Uint8Array | undefined): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(bytes))

function floats(data: Uint8Array): Float32Array {
  return new Float32Array(data.slice().buffer)
}

for (const [folder, expected] of [
  ['pytorch-zip', 'pytorch-zip'],
  ['pytorch-old-names', 'pytorch-zip'],
  ['pytorch-shards', 'pytorch-zip'],
  ['tensorflow-checkpoint', 'tensorflow-checkpoint'],
  ['saved-model', 'saved-model'],
  ['saved-model-distilbert', 'saved-model-distilbert'],
  ['spark-nlp', 'saved-model'],
] as const) {
  test(`convertModel writes ${folder} with every tensor of its framework, bit for bit`, async () => {
    const { out, result } = await convert(fixtureMap(folder))
    const written = parseSafetensors(out.get('model.safetensors')!)
    const wanted = parseSafetensors(fixture(`${expected}/expected.safetensors`))
    assert.equal(written.metadata, Object.assign(Object.create(null), { format: 'pt' }))
    assert.equal([...written.tensors.keys()].sort(), [...wanted.tensors.keys()].sort())
    for (const [name, { dtype, shape, data }] of wanted.tensors) {
      const found = written.tensors.get(name)!
      assert.equal([found.dtype, found.shape], [dtype, shape], name)
      assert.ok(Buffer.from(found.data).equals(Buffer.from(data)), name)
    }
    assert.equal([...out.keys()], result.files)
    assert.ok(out.has('vocab.txt'))
    const labels =
      folder === 'tensorflow-checkpoint' ? ['LABEL_0', 'LABEL_1', 'LABEL_2'] : ['O', 'B-PER', 'I-PER']
    assert.equal(Object.values(json(out.get('config.json'))['id2label'] as object), labels)
  })
}

test('convertModel writes the same bytes again, and from its own result', async () => {
  const first = await convert(fixtureMap('saved-model'), { dtype: 'float32' })
  const second = await convert(fixtureMap('saved-model'), { dtype: 'float32' })
  const third = await convert(first.out, { dtype: 'float32' })
  assert.is(third.result.kind, 'safetensors')
  for (const [name, bytes] of first.out) {
    assert.ok(Buffer.from(second.out.get(name)!).equals(Buffer.from(bytes)), name)
    assert.ok(Buffer.from(third.out.get(name)!).equals(Buffer.from(bytes)), name)
  }
})

test('convertModel writes float16, and float32 of it again, exactly', async () => {
  const half = await convert(fixtureMap('pytorch-zip'), { dtype: 'float16' })
  assert.is(json(half.out.get('config.json'))['torch_dtype'], 'float16')
  const again = await convert((await convert(half.out, { dtype: 'float32' })).out, { dtype: 'float16' })
  const original = parseSafetensors(fixture('pytorch-zip/expected.safetensors')).tensors
  const wide = parseSafetensors(
    (await convert(half.out, { dtype: 'float32' })).out.get('model.safetensors')!,
  ).tensors
  for (const [name, { dtype, data }] of parseSafetensors(half.out.get('model.safetensors')!).tensors) {
    assert.is(dtype, 'F16')
    const same = parseSafetensors(again.out.get('model.safetensors')!).tensors.get(name)!.data
    assert.ok(Buffer.from(same).equals(Buffer.from(data)), name)
    const rounded = floats(wide.get(name)!.data)
    floats(original.get(name)!.data).forEach((value, index) => {
      assert.ok(
        Math.abs(rounded[index]! - value) <= Math.abs(value) * 2 ** -11,
        `${name} ${value} ${rounded[index]}`,
      )
    })
  }
})

test('convertModel widens int8 weights to q · scale in float32', async () => {
  const { out } = await convert(fixtureMap('pytorch-zip'))
  const chunks: Uint8Array[] = []
  await quantizeModel(mapFiles(out), {
    async write(chunk) {
      chunks.push(chunk.slice())
    },
  })
  const quantized = new Map(out)
  quantized.set('model.safetensors', new Uint8Array(Buffer.concat(chunks)))
  const text = await quantizedConfig(new TextDecoder().decode(out.get('config.json')))
  quantized.set('config.json', new TextEncoder().encode(text))
  const int8 = parseSafetensors(quantized.get('model.safetensors')!).tensors
  for (const options of [{}, { dtype: 'float32' }] as const) {
    const widened = await convert(quantized, options)
    const config = json(widened.out.get('config.json'))
    assert.equal([config['quantization_config'], config['torch_dtype']], [undefined, 'float32'])
    const tensors = parseSafetensors(widened.out.get('model.safetensors')!).tensors
    assert.is([...tensors.keys()].filter((name) => name.endsWith('_scale')).length, 0)
    const name = 'bert.encoder.layer.1.intermediate.dense.weight'
    const { dtype, shape, data } = tensors.get(name)!
    assert.equal([dtype, shape], ['F32', [32, 16]])
    const scales = floats(int8.get(`${name}_scale`)!.data)
    const weights = new Int8Array(int8.get(name)!.data)
    floats(data).forEach((value, index) => {
      assert.is(value, Math.fround(weights[index]! * scales[Math.floor(index / 16)]!))
    })
  }
})

test('convertModel refuses what float16 cannot hold, and what is not finite, by name', async () => {
  const { out } = await convert(fixtureMap('pytorch-zip'))
  for (const [value, dtype, message] of [
    [65520, 'float16', /"classifier.bias" has the value 65520, and float16 ends at 65504/],
    [Number.NaN, 'float32', /"classifier.bias".* NaN or infinite/],
    [Number.POSITIVE_INFINITY, 'float16', /"classifier.bias".* NaN or infinite/],
  ] as const) {
    const { tensors } = parseSafetensors(out.get('model.safetensors')!)
    const chunks: Uint8Array[] = []
    const changed = [...tensors].map(([name, { dtype, shape, data }]) => {
      const bytes = name === 'classifier.bias' ? new Uint8Array(new Float32Array([0, value, 0]).buffer) : data
      return { name, dtype, shape, chunks: () => [bytes] }
    })
    await writeSafetensors({ write: async (chunk) => void chunks.push(chunk.slice()) }, changed)
    const files = new Map(out).set('model.safetensors', new Uint8Array(Buffer.concat(chunks)))
    await assertRefused(files, { dtype }, message)
    if (value === 65520) assert.ok(await convert(files, { dtype: 'float32' }))
  }
})

test('convertModel refuses weights that are not those of the configuration', async () => {
  const files = fixtureMap('pytorch-zip')
  const config = json(files.get('config.json'))
  files.set('config.json', new TextEncoder().encode(JSON.stringify({ ...config, num_hidden_layers: 3 })))
  await assertRefused(files, {}, /lack 16 of the model's tensors: bert.encoder.layer.2/)
  files.delete('config.json')
  await assertRefused(files, {}, /no config.json/)
  await assertRefused(fixtureMap('pytorch-odd'), {}, /no config.json/)
})

test('convertModel reports its progress up to the whole file', async () => {
  const steps: [number, number][] = []
  const { out } = await convert(fixtureMap('saved-model'), { onProgress: (...step) => void steps.push(step) })
  const total = out.get('model.safetensors')!.length
  assert.equal(steps[steps.length - 1], [total, total])
})

async function assertRefused(files: Files, options: ConvertOptions, message: RegExp): Promise<void> {
  try {
    await convert(files, options)
  } catch (error) {
    assert.instance(error, ModelFormatError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable('it was converted')
}

test.run()
