/** `iobert/transformers` against the results of transformers, and what it refuses. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadClassifier, loadModel } from '#dist/node.js'
import { tensorOf } from '#dist/tasks/transformers/tensor.js'
import { env, type PipelineProgress, pipeline } from '#dist/transformers.node.js'
import { fillModel, readFillGolden } from '../fill/models.ts'
import { goldenFiles } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const TEXT = 'Angela Merkel met Tim Cook in Málaga.'

test('ner gives pieces, and with a strategy groups, under the names of both libraries', async () => {
  const ner = await pipeline('ner', rootPath('weights'), { device: 'wasm', dtype: 'q8', threads: 1 })
  try {
    const pieces = await ner(TEXT)
    assert.equal(Object.keys(pieces[0]!), ['entity', 'score', 'index', 'word', 'start', 'end'])
    const { ids, tokens } = ner.tokenizer.encode(TEXT)
    for (const piece of pieces) {
      assert.ok('index' in piece)
      assert.is(piece.word, tokens[piece.index])
      assert.not.ok(ids[piece.index] === ner.tokenizer.unkId)
    }
    const groups = await ner(TEXT, { aggregation_strategy: 'simple' })
    assert.equal(
      groups.map((group) => 'entity_group' in group && [group.entity_group, group.word]),
      [
        ['PER', 'Angela Merkel'],
        ['PER', 'Tim Cook'],
        ['LOC', 'Málaga'],
      ],
    )
    assert.equal(Object.keys(groups[0]!), ['entity_group', 'score', 'word', 'start', 'end'])
    assert.is(TEXT.slice(groups[2]!.start, groups[2]!.end), 'Málaga')
    const both = await ner([TEXT, 'Berlin'], { aggregation_strategy: 'first', ignore_labels: ['O', 'PER'] })
    assert.equal(
      both.map((found) => found.map(({ word }) => word)),
      [['Málaga'], ['Berlin']],
    )
  } finally {
    await ner.dispose()
  }
})

test('what the model does not read is cut, as there, and read with a stride', async () => {
  const ner = await pipeline('token-classification', rootPath('weights'), { threads: 1, maxLength: 16 })
  try {
    const text = `${'word '.repeat(20)}Angela Merkel spoke.`
    assert.equal(await ner(text, { aggregation_strategy: 'simple' }), [])
    const found = await ner(text, { aggregation_strategy: 'simple', stride: 4 })
    assert.equal(
      found.map(({ word }) => word),
      ['Angela Merkel'],
    )
  } finally {
    await ner.dispose()
  }
})

test('text-classification gives the best label, k of them, or all', async () => {
  const read = (name: string): Uint8Array => readFileSync(rootPath(`test/goldens/families/${name}`))
  const pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'film']
  const vocabulary = Array.from({ length: 60 }, (_, id) => pieces[id] ?? `[unused${id}]`).join('\n')
  const folder = new Map<string, Uint8Array>([
    ...['config.json', 'model.safetensors'].map((name) => [name, read(`deberta-text/${name}`)] as const),
    ['vocab.txt', new TextEncoder().encode(vocabulary)],
    ['tokenizer_config.json', new TextEncoder().encode('{"tokenizer_class": "BertTokenizer"}')],
  ])
  const classify = await pipeline('sentiment-analysis', folder, { threads: 1, inline: true })
  const own = await loadClassifier(folder, { threads: 1, inline: true })
  try {
    const { labels } = await own.classify('a film')
    const sorted = [...labels].sort((a, b) => b.score - a.score)
    assert.equal(await classify('a film'), sorted.slice(0, 1))
    assert.equal(await classify('a film', { top_k: null }), sorted)
    assert.equal(await classify(['a film', 'a film']), [sorted[0], sorted[0]])
    assert.equal(await classify(['a film'], { top_k: 2 }), [sorted.slice(0, 2)])
  } finally {
    await classify.dispose()
    own.dispose()
  }
})

test('fill-mask gives what fillMask gives', async () => {
  const files = fillModel(readFillGolden('bert'))
  const guess = await pipeline('fill-mask', files, { inline: true })
  const own = await loadModel(files, { inline: true })
  try {
    const text = `a ${own.tokenizer.decode([own.tokenizer.maskId!], { specialTokens: true })} b`
    assert.equal(await guess(text, { top_k: 3 }), await own.fillMask(text, { top: 3 }))
  } finally {
    await guess.dispose()
    own.dispose()
  }
})

test('feature-extraction gives a tensor: hidden states, or pooled vectors', async () => {
  const extract = await pipeline('feature-extraction', rootPath('weights'), { threads: 1, dtype: 'fp32' })
  try {
    const states = await extract(['Berlin', TEXT])
    const { length } = extract.tokenizer.encode(TEXT).ids
    assert.equal(states.dims, [2, length, extract.model.config.hiddenSize])
    assert.is(states.data.length, states.size)
    const scaled = (await extract(['Berlin', TEXT], { normalize: true })).tolist() as number[][][]
    const norms = scaled.map((rows) => rows.map((row) => Math.hypot(...row)))
    assert.ok(norms[1]!.every((norm) => Math.abs(norm - 1) < 1e-5))
    // The shorter text ends in rows of zeros.
    assert.ok(norms[0]!.every((norm) => norm === 0 || Math.abs(norm - 1) < 1e-5))
    const pooled = await extract('Berlin', { pooling: 'mean', normalize: true })
    assert.equal(pooled.dims, [1, extract.model.config.hiddenSize])
    const [vector] = pooled.tolist() as number[][]
    assert.ok(Math.abs(Math.hypot(...vector!) - 1) < 1e-5)
    // Both libraries cut a text that is longer than the model's window, whatever is pooled.
    const long = 'Angela Merkel met Tim Cook. '.repeat(200)
    const pieces = await extract(long)
    const mean = await extract(long, { pooling: 'mean' })
    const differences = pieces.mean(1).data.map((value, i) => Math.abs(value - mean.data[i]!))
    assert.ok(Math.max(...differences) < 1e-5, `the mean of the pieces that were read`)
    const first = await extract(long, { pooling: 'cls' })
    assert.equal(first.data, pieces.slice(null, 0).data)
  } finally {
    await extract.dispose()
  }
})

test('null, and what transformers.js does by default, count as not given', async () => {
  const unset = ['dtype', 'device', 'cache_dir', 'progress_callback', 'config', 'model_file_name']
  const defaults = { subfolder: 'onnx', session_options: {}, use_external_data_format: false }
  const options = { ...Object.fromEntries(unset.map((name) => [name, null])), ...defaults, inline: true }
  const ner = await pipeline('ner', null, options)
  try {
    const none = { ignore_labels: null, aggregation_strategy: null, stride: null }
    assert.equal(await ner(TEXT, none as object), await ner(TEXT))
    assert.equal(await ner(TEXT, null as never), await ner(TEXT))
  } finally {
    await ner.dispose()
  }
  const extract = await pipeline('feature-extraction', rootPath('weights'), { inline: true })
  try {
    const plain = await extract('Berlin')
    assert.equal(
      (await extract('Berlin', { quantize: false, precision: 'binary' } as object)).data,
      plain.data,
    )
    const error = await extract('Berlin', { quantize: true } as object).catch((reason: Error) => reason)
    assert.match(String(error), /given quantize/)
  } finally {
    await extract.dispose()
  }
})

test('progress_callback is told of each file from its beginning to its end, and at last that all is ready', async () => {
  const told: PipelineProgress[] = []
  const folder = rootPath('test/goldens/models/plain')
  const ner = await pipeline('ner', folder, { inline: true, progress_callback: (one) => told.push(one) })
  await ner.dispose()
  assert.equal(told.at(-1), { status: 'ready', task: 'token-classification', model: folder })
  const files = new Set(told.flatMap((one) => ('file' in one ? [one.file] : [])))
  assert.ok(files.size > 0)
  for (const file of files) {
    const statuses = told.filter((one) => 'file' in one && one.file === file).map(({ status }) => status)
    assert.equal(statuses.slice(0, 3), ['initiate', 'download', 'progress'])
    assert.is(statuses.at(-1), 'done')
    assert.is(statuses.filter((status) => status === 'done').length, 1)
  }
})

test('env says where models come from, and how many threads', async () => {
  const before = { ...env }
  try {
    env.backends.onnx.wasm.numThreads = 1
    env['useBrowserCache'] = false
    Object.assign(env, { allowRemoteModels: false, localModelPath: rootPath('test/goldens/models/') })
    const ner = await pipeline('ner', 'plain', { device: 'wasm' })
    assert.is(ner.model.info.threads, 1)
    await ner.dispose()
    const missing = await pipeline('ner', 'owner/none').catch((reason: Error) => reason)
    assert.match(String(missing), /test.goldens.models.owner.none/)
    env.allowRemoteModels = true
    const unsure = await pipeline('ner', 'plain').catch((reason: Error) => reason)
    assert.instance(unsure, RangeError)
    assert.match(String(unsure), /env\.localModelPath is .* and env\.allowRemoteModels is true/)
    Object.assign(env, { localModelPath: null, remoteHost: 'https://example.org' })
    const elsewhere = await pipeline('ner', 'owner/none').catch((reason: Error) => reason)
    assert.match(String(elsewhere), /env\.remoteHost is 'https:\/\/example\.org', .*HF_ENDPOINT/)
  } finally {
    delete env.backends.onnx.wasm.numThreads
    Object.assign(env, before)
  }
})

test('simple closes entities where the labels say so, as transformers.js does', async () => {
  const files = goldenFiles('plain')
  const config = JSON.parse(new TextDecoder().decode(files.get('config.json')!))
  const labels = Object.keys(config.id2label).map(
    (_, id) => ['O', 'B-X', 'I-X', 'E-X', 'S-X'][id] ?? `B-Y${id}`,
  )
  const changed = { ...config, id2label: Object.fromEntries(labels.entries()), label2id: undefined }
  files.set('config.json', new TextEncoder().encode(JSON.stringify(changed)))
  const ner = await pipeline('ner', files, { inline: true })
  try {
    const text = Array.from({ length: 60 }, (_, i) => `tok${(i * 7) % 40}`).join(' ')
    const pieces = (await ner(text)).flatMap((one) => ('entity' in one ? [one] : []))
    const groups = await ner(text, { aggregation_strategy: 'simple' })
    assert.ok(pieces.some(({ entity }) => entity === 'S-X' || entity === 'E-X'))
    for (const group of groups) assert.ok('entity_group' in group && !/^[BIES]-/.test(group.entity_group))
    for (const { entity, start, end } of pieces) {
      const group = groups.find((one) => one.start <= start && end <= one.end)!
      if (/^[BS]-/.test(entity)) assert.is(group.start, start, entity)
      if (/^[ES]-/.test(entity)) assert.is(group.end, end, entity)
    }
  } finally {
    await ner.dispose()
  }
})

test('what it cannot do is refused by name', async () => {
  const refused = async (call: () => Promise<unknown>, message: RegExp): Promise<void> => {
    const error = await call().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    assert.instance(error, RangeError)
    assert.match(String(error), message)
  }
  await refused(() => pipeline('translation' as 'ner'), /task is 'translation', expected one of/)
  await refused(() => pipeline('ner', undefined, { device: 'webgpu' as 'wasm' }), /device is 'webgpu'/)
  await refused(() => pipeline('ner', undefined, { dtype: 'q4' as 'q8' }), /dtype is 'q4'/)
  await refused(() => pipeline('ner', undefined, { subfolder: 'other' } as object), /given subfolder/)
  await refused(
    () => pipeline('ner', undefined, { session_options: { a: 1 } } as object),
    /given session_options/,
  )
  await refused(() => pipeline('ner', undefined, { revision: 'v2' }), /revision is 'v2'/)
  await refused(() => pipeline('fill-mask'), /no model that ships/)
  const extract = await pipeline('feature-extraction', rootPath('weights'), { threads: 1 })
  try {
    await extract(TEXT, { quantize: false, precision: 'binary', normalize: null, pooling: null } as object)
    await refused(() => extract(TEXT, { quantize: true } as object), /given quantize/)
    for (const pooling of ['last_token', 'eos', 'max'])
      await refused(
        () => extract(TEXT, { pooling } as object),
        /expected 'none', 'mean', 'cls' or 'first_token'/,
      )
  } finally {
    await extract.dispose()
  }
  const ner = await pipeline('ner', rootPath('weights'), { threads: 1 })
  try {
    await refused(() => ner(TEXT, { offset_mapping: [] } as object), /given offset_mapping/)
    await refused(() => ner(TEXT, { aggregation_strategy: 'best' as 'max' }), /strategy is 'best'/)
  } finally {
    await ner.dispose()
  }
})

test('tensorOf() fills what is shorter with zeros', () => {
  const { data } = tensorOf([2, 2], [Float32Array.of(1, 2), Float32Array.of(3)])
  assert.equal([...data], [1, 2, 3, 0])
})

test('a tensor is read by index, iterated and sliced', () => {
  const rows = [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(7, 8, 9, 10, 11, 12)]
  const tensor = tensorOf([2, 3, 2], rows)
  assert.equal(tensor[1]!.dims, [3, 2])
  assert.equal(tensor[1]!.tolist(), [
    [7, 8],
    [9, 10],
    [11, 12],
  ])
  assert.is(tensor[1]!.data.buffer, tensor.data.buffer)
  assert.equal(tensor[0]![2]!.tolist(), [5, 6])
  assert.equal([tensor[2], tensor[-1]], [undefined, undefined])
  assert.equal(
    [...tensor].map((one) => (one as typeof tensor).tolist()),
    tensor.tolist(),
  )
  assert.equal([...tensor[0]![0]!], [1, 2])
  assert.equal(tensor.slice().tolist(), tensor.tolist())
  assert.equal(tensor.slice(1, null, [0, 1]).tolist(), [[7], [9], [11]])
  assert.equal(tensor.slice(null, -1).tolist(), [
    [5, 6],
    [11, 12],
  ])
  assert.equal(tensor.slice(null, [1, null], 0).dims, [2, 2])
  assert.equal(tensor.slice([0, 0]).dims, [0, 3, 2])
  assert.equal(tensor.slice(0, 0, 1).data, Float32Array.of(2))
  for (const wrong of [[2], [null, [0, 4]], [0, 0, 0, 0], [0.5]]) {
    assert.throws(() => tensor.slice(...(wrong as number[])), /slice\(\) is given/)
  }
})

test('a tensor computes what transformers.js documents of its own', () => {
  const numbers = Float32Array.of(3, 4, 0, 5, 6, 8)
  const tensor = tensorOf([1, 3, 2], [numbers])
  const mean = tensor.mean()
  assert.equal([mean.dims, mean.item()], [[], Math.fround(26 / 6)])
  assert.equal(tensor.mean(1).tolist(), [[3, Math.fround(17 / 3)]])
  assert.equal(tensor.mean(-1).tolist(), [[3.5, 2.5, 7]])
  assert.equal(tensor.mean(2, true).dims, [1, 3, 1])
  assert.equal(tensor.mean(0).tolist(), tensor[0]!.tolist())
  const f = Math.fround
  assert.equal(tensor.normalize(2, -1).tolist(), [
    [
      [f(0.6), f(0.8)],
      [0, 1],
      [f(0.6), f(0.8)],
    ],
  ])
  const columns = tensor.normalize().slice(0, null, 0).data
  assert.equal([...columns], [f(3 / Math.sqrt(45)), 0, f(6 / Math.sqrt(45))])
  assert.equal([...tensor.data], [...numbers], 'in a copy')
  for (const [index, value] of tensor.sigmoid().data.entries())
    assert.ok(Math.abs(value - 1 / (1 + Math.exp(-numbers[index]!))) < 1e-7)
  assert.equal(tensor.squeeze().dims, [3, 2])
  assert.equal(
    [tensor.squeeze(0).dims, tensor.squeeze(1).dims, tensor.squeeze(-3).dims],
    [
      [3, 2],
      [1, 3, 2],
      [3, 2],
    ],
  )
  assert.equal(
    [tensor.unsqueeze(0).dims, tensor.unsqueeze(-1).dims],
    [
      [1, 1, 3, 2],
      [1, 3, 2, 1],
    ],
  )
  assert.equal(tensor.view(2, -1).tolist(), [
    [3, 4, 0],
    [5, 6, 8],
  ])
  assert.is(tensor.view(6).data.buffer, tensor.data.buffer)
  const copy = tensor.clone()
  copy.data[0] = 9
  assert.equal([tensor.data[0], copy.data[0], copy.dims], [3, 9, [1, 3, 2]])
  assert.is(tensor[0]![1]![1]!.item(), 5)
  tensor.dispose()
  assert.throws(() => tensor.item(), /item\(\) is asked of a tensor of 6 numbers, expected one/)
  assert.throws(() => tensor.mean(3), /mean\(\) is given dimension 3, expected -3 to 2/)
  assert.throws(() => tensor.normalize(1), /normalize\(\) is given the norm 1, expected 2/)
  assert.throws(() => tensor.view(4, -1), /view\(\) is given \[4, -1\], and the tensor has 6 numbers/)
  assert.throws(() => tensor.unsqueeze(5), /unsqueeze\(\) is given dimension 5/)
})

test.run()
