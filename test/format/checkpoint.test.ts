/** A model's tensors, whole or in shards, are found where the index and the files agree. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openPytorchWeights } from '#dist/convert/pytorch/model.js'
import { openCheckpoint } from '#dist/format/checkpoint.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { readFloats } from '#dist/format/read-floats.js'
import { bytesSource, type ModelFiles, mapFiles } from '#dist/format/source.js'
import { loadModel, loadRecognizer } from '#dist/node.js'
import { entry, filesOf, formatError, goldenFiles, safetensorsFile } from './safetensors-file.ts'

const FIRST = 'model-00001-of-00002.safetensors'
const SECOND = 'model-00002-of-00002.safetensors'
const INDEX = 'model.safetensors.index.json'

const shard = (...names: string[]): Uint8Array =>
  safetensorsFile(
    `{${names.map((name, i) => `"${name}":${entry('U8', '[4]', `[${4 * i},${4 * i + 4}]`)}`).join(',')}}`,
    4 * names.length,
  )

const sharded = (index: unknown, files: Record<string, Uint8Array> = {}): ModelFiles =>
  filesOf({ [FIRST]: shard('a', 'b'), [SECOND]: shard('c'), [INDEX]: JSON.stringify(index), ...files })

const refused = async (files: ModelFiles): Promise<[string, string]> => {
  const { code, message } = await formatError(() => openCheckpoint(files))
  return [code, message]
}

test('openCheckpoint lists the tensors of model.safetensors with their places', async () => {
  const files = goldenFiles('plain')
  const checkpoint = await openCheckpoint(mapFiles(files))
  const { tensors } = parseSafetensors(files.get('model.safetensors')!)
  assert.equal([...checkpoint.tensors.keys()], [...tensors.keys()])
  for (const { name, dtype, shape, source, offset, byteLength, fileName } of checkpoint.tensors.values()) {
    const data = new Uint8Array(byteLength)
    await source.read(offset, data)
    assert.equal(
      [dtype, shape, data],
      [tensors.get(name)!.dtype, tensors.get(name)!.shape, tensors.get(name)!.data],
    )
    assert.is(fileName, 'model.safetensors')
  }
  await checkpoint.close()
})

test('openCheckpoint joins shards', async () => {
  const checkpoint = await openCheckpoint(mapFiles(goldenFiles('sharded-f16')))
  assert.is(checkpoint.tensors.size, 55)
  assert.is(checkpoint.tensors.get('classifier.bias')!.fileName, SECOND)
})

test('openCheckpoint closes each file once, also when it fails', async () => {
  for (const [index, outcome] of [
    [{ weight_map: { a: FIRST, c: SECOND } }, 'ok'],
    [{ weight_map: { a: FIRST, c: FIRST, x: SECOND } }, 'MissingTensor'],
  ] as const) {
    const opened: string[] = []
    const closed: string[] = []
    const inner = sharded(index)
    const files: ModelFiles = {
      name: 'counted',
      open: async (name) => {
        const source = await inner.open(name)
        if (source === undefined) return undefined
        opened.push(name)
        return { ...source, close: async () => void closed.push(name) }
      },
    }
    if (outcome === 'ok') {
      const checkpoint = await openCheckpoint(files)
      assert.equal(closed, [INDEX])
      await checkpoint.close()
      await checkpoint.close()
    } else assert.is((await formatError(() => openCheckpoint(files))).code, outcome)
    assert.is(opened.length, 3)
    assert.equal(closed.sort(), opened.sort())
  }
})

test('openCheckpoint refuses names in weight_map that leave the folder', async () => {
  for (const name of [
    '../model.safetensors',
    '..\\model.safetensors',
    '/etc/model.safetensors',
    'C:\\model.safetensors',
    'C:model.safetensors',
    'a/model.safetensors',
    '\\\\host\\model.safetensors',
    '..',
    '',
    'model.bin',
    'config.json',
    'a\u0000.safetensors',
    7,
    null,
    {},
    { toString: null, valueOf: null },
  ]) {
    const [code, message] = await refused(sharded({ weight_map: { a: name } }))
    assert.is(code, 'InvalidConfig', String(JSON.stringify(name)))
    assert.ok(message.length < 400)
  }
})

test('openCheckpoint refuses an index that its shards contradict', async () => {
  const map = { a: FIRST, b: FIRST, c: SECOND }
  await openCheckpoint(sharded({ metadata: {}, weight_map: map }))
  let [code, message] = await refused(sharded({ weight_map: { ...map, d: SECOND } }))
  assert.is(code, 'MissingTensor')
  assert.match(message, '"d"')
  ;[code, message] = await refused(sharded({ weight_map: { ...map, b: SECOND } }))
  assert.is(code, 'MissingTensor')
  assert.match(message, FIRST)
  ;[code, message] = await refused(sharded({ weight_map: map }, { [SECOND]: shard('c', 'b') }))
  assert.is(code, 'DuplicateKey')
  assert.match(message, '"b"')
  ;[code, message] = await refused(sharded({ weight_map: { ...map, x: 'model-3.safetensors' } }))
  assert.is(code, 'MissingFile')
  assert.match(message, 'model-3.safetensors')
})

test('openCheckpoint takes a total_size that is wrong, as some indices on the Hub have and Python ignores', async () => {
  const map = { a: FIRST, b: FIRST, c: SECOND }
  for (const total of [12, 13, 0, -1, 1e300, '12', null, {}]) {
    const { tensors } = await openCheckpoint(sharded({ metadata: { total_size: total }, weight_map: map }))
    assert.is(tensors.size, 3)
  }
})

test('openCheckpoint refuses a broken index', async () => {
  for (const index of ['', '[]', 'null', '{', '{}', '{"weight_map":[]}', '\ufeff{}']) {
    const [code] = await refused(filesOf({ [INDEX]: index }))
    assert.is(code, 'InvalidConfig', index)
  }
  const [code, message] = await refused(filesOf({ [INDEX]: ' '.repeat(2 ** 20 + 1) }))
  assert.is(code, 'InvalidConfig')
  assert.match(message, '1048576')
})

test('openCheckpoint names the file that is missing, and the way out of a pickle', async () => {
  let [code, message] = await refused(filesOf({}))
  assert.is(code, 'MissingFile')
  assert.match(message, 'model.safetensors')
  ;[code, message] = await refused(filesOf({ 'pytorch_model.bin': 'x' }))
  assert.is(code, 'MissingFile')
  assert.match(message, /pytorch_model\.bin.*pickle, read only in Node.*iobert convert/)
  for (const name of [
    'tf_model.h5',
    'flax_model.msgpack',
    'model.onnx',
    'onnx/model.onnx',
    'saved_model.pb',
  ]) {
    ;[code, message] = await refused(filesOf({ [name]: 'x' }))
    assert.is(code, 'MissingFile')
    assert.match(message, name)
  }
})

test('openCheckpoint tells which file is broken', async () => {
  const { code, message } = await formatError(() => openCheckpoint(filesOf({ 'model.safetensors': 'abc' })))
  assert.is(code, 'HeaderTooSmall')
  assert.match(message, 'model.safetensors')
  assert.is((await bytesSource('x', new Uint8Array(1)).close()) as unknown, undefined)
})

test('a pointer of Git LFS is named in place of any file of a model', async () => {
  const pointer =
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n'
  const files = goldenFiles('plain')
  for (const name of ['model.safetensors', 'tokenizer.json', 'vocab.txt', 'config.json']) {
    const others =
      name === 'tokenizer.json' ? [...files] : [...files].filter(([one]) => one !== 'tokenizer.json')
    const broken = new Map([...others, [name, new TextEncoder().encode(pointer)]])
    const { code, message } = await formatError(() => loadRecognizer(broken, { inline: true }))
    assert.is(code, 'MissingFile', name)
    assert.match(message, new RegExp(`${name} is a Git LFS pointer.*git lfs pull`))
  }
  for (const [folder, weights] of [
    [
      sharded({ weight_map: { a: FIRST, c: SECOND } }, { [SECOND]: new TextEncoder().encode(pointer) }),
      SECOND,
    ],
    [filesOf({ 'model.safetensors': pointer }), 'model.safetensors'],
  ] as const) {
    assert.match((await formatError(() => openCheckpoint(folder))).message, `${weights} is a Git LFS pointer`)
  }
  const pickle = filesOf({ 'pytorch_model.bin': pointer })
  assert.match((await formatError(() => openPytorchWeights(pickle))).message, 'is a Git LFS pointer')
})

test('a folder with an adapter or an ONNX graph alone is named for what it is', async () => {
  for (const [names, what] of [
    [
      ['adapter_config.json', 'adapter_model.safetensors'],
      /only adapter_config\.json, a PEFT adapter.*merge_and_unload/,
    ],
    [['config.json', 'onnx/model_fp16.onnx'], /only onnx\/model_fp16\.onnx, an ONNX graph.*exported from/],
    [['config.json', 'model_quantized.onnx'], /only model_quantized\.onnx, an ONNX graph/],
  ] as const) {
    const config = goldenFiles('plain').get('config.json')!
    const files = new Map(names.map((name) => [name, config]))
    const { code, message } = await formatError(() => loadModel(files, { inline: true }))
    assert.is(code, 'MissingFile')
    assert.match(message, what)
  }
})

test('weights of F64 are read as F32, each rounded to the nearest', async () => {
  const doubles = Float64Array.of(1, 0.1, -1e-300, 16777217, 1e300)
  const file = safetensorsFile(
    `{"a":${entry('F64', '[5]', '[0,40]')},"b":${entry('F32', '[1]', '[40,44]')}}`,
    new Uint8Array([...new Uint8Array(doubles.buffer), 0, 0, 128, 63]),
  )
  const { tensors } = await openCheckpoint(filesOf({ 'model.safetensors': file }))
  const { dtype, shape, byteLength } = tensors.get('a')!
  assert.equal([dtype, shape, byteLength], ['F32', [5], 20])
  const values = new Float32Array(4)
  await readFloats(tensors.get('a')!, 1, values)
  assert.equal(values, Float32Array.from(doubles.subarray(1)))
  const one = new Float32Array(1)
  await readFloats(tensors.get('b')!, 0, one)
  assert.is(one[0], 1)
})

test('a model saved in F64 has the logits of the same model in F32', async () => {
  const files = goldenFiles('plain')
  const { tensors } = parseSafetensors(files.get('model.safetensors')!)
  let end = 0
  const entries: string[] = []
  const parts: Buffer[] = []
  for (const [name, { shape, data }] of tensors) {
    const doubles = Float64Array.from(new Float32Array(data.slice().buffer))
    entries.push(`"${name}":${entry('F64', JSON.stringify(shape), `[${end},${end + doubles.byteLength}]`)}`)
    parts.push(Buffer.from(doubles.buffer))
    end += doubles.byteLength
  }
  const wide = new Map(files).set(
    'model.safetensors',
    safetensorsFile(`{${entries.join(',')}}`, Buffer.concat(parts)),
  )
  for (const precision of ['int8', 'float32'] as const) {
    const [a, b] = await Promise.all(
      [files, wide].map((each) => loadModel(each, { inline: true, precision })),
    )
    const ids = [a!.tokenizer.encode('tok1 tok2 tok3').ids]
    assert.equal((await b!.forward(ids)).logits, (await a!.forward(ids)).logits)
    a!.dispose()
    b!.dispose()
  }
})

test.run()
