/** `iobert/transformers` against the results of transformers, and what it refuses. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadClassifier, loadModel } from '#dist/node.js'
import { tensorOf } from '#dist/tasks/transformers/tensor.js'
import { pipeline } from '#dist/transformers.node.js'
import { fillModel, readFillGolden } from '../fill/models.ts'
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
  } finally {
    await extract.dispose()
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
  await refused(() => pipeline('ner', undefined, { subfolder: 'onnx' } as object), /given subfolder/)
  await refused(() => pipeline('ner', undefined, { revision: 'v2' }), /revision is 'v2'/)
  await refused(() => pipeline('fill-mask'), /no model that ships/)
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

test.run()
