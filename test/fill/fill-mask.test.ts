/**
 * Words for masks: fillMask() of every family against Hugging Face's pipeline, its errors, its bits, and the
 * command. `npm test` computes every model once, and every third one in all ways.
 */
import { readdirSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { convertModel, type FileSink, type ModelSink } from '#dist/convert/convert.js'
import { quantizedConfig, quantizeModel } from '#dist/convert/quantize-model.js'
import { keptFiles } from '#dist/convert/small-files.js'
import { mapFiles } from '#dist/format/source.js'
import { hasRelaxedSimd } from '#dist/kernels/features.js'
import {
  type BertModel,
  loadClassifier,
  loadModel,
  loadRecognizer,
  type MaskedWord,
  ModelFormatError,
  type Precision,
} from '#dist/node.js'
import { failure } from '../failure.ts'
import { rootPath } from '../shared.ts'
import { share } from '../thorough.ts'
import { type FillGolden, fillModel, readFillGolden } from './models.ts'

const folder = rootPath('test/goldens/fill')
const names = readdirSync(folder).map((file) => file.replace('.json', ''))

/** A list for each mask. */
function lists(answer: MaskedWord[] | MaskedWord[][]): MaskedWord[][] {
  return Array.isArray(answer[0]) ? (answer as MaskedWord[][]) : [answer as MaskedWord[]]
}

function compare({ answers }: FillGolden, found: readonly (MaskedWord[] | MaskedWord[][])[]): void {
  for (const [index, { text, answer }] of answers.entries()) {
    assert.is(Array.isArray(found[index]![0]), Array.isArray(answer[0]), `${text}: the shape`)
    const wanted = lists(answer)
    for (const [mask, words] of lists(found[index]!).entries()) {
      for (const [place, { score, ...word }] of words.entries()) {
        const { score: wantedScore, ...wantedWord } = wanted[mask]![place]!
        assert.equal(word, wantedWord, `${text}: mask ${mask}`)
        assert.ok(Math.abs(score - wantedScore) < 2e-4 * wantedScore, `${text}: ${score}, not ${wantedScore}`)
      }
      assert.is(words.length, 3)
    }
  }
}

async function fillAll(
  model: BertModel,
  { answers }: FillGolden,
): Promise<(MaskedWord[] | MaskedWord[][])[]> {
  const found: (MaskedWord[] | MaskedWord[][])[] = []
  for (const { text } of answers)
    found.push(await model.fillMask<MaskedWord[] | MaskedWord[][]>(text, { top: 3 }))
  return found
}

const inAllWays = new Set(share(names, 3))

for (const name of names) {
  const golden = readFillGolden(name)

  test(`fillMask() of ${name} equals the pipeline`, async () => {
    for (const kernels of inAllWays.has(name) ? (['simd', 'reference'] as const) : (['simd'] as const)) {
      const model = await loadModel(fillModel(golden), { precision: 'float32', kernels, inline: true })
      assert.is(model.head, 'words')
      assert.not.ok(model.hasClassifier)
      compare(golden, await fillAll(model, golden))
      model.dispose()
    }
  })

  if (!inAllWays.has(name)) continue
  test(`fillMask() of ${name} at int8 has the same bits on every variant`, async () => {
    const oracle = await loadModel(fillModel(golden), { kernels: 'reference', inline: true })
    const expected = await fillAll(oracle, golden)
    oracle.dispose()
    for (const options of [
      { kernels: 'simd', inline: true },
      { kernels: 'simd', threads: 3 },
      { kernels: 'relaxed', threads: 2 },
    ] as const) {
      if (options.kernels === 'relaxed' && !hasRelaxedSimd()) {
        console.log(`skipped: fillMask() of ${name} on the relaxed kernels: this engine has no relaxed SIMD`)
        continue
      }
      const model = await loadModel(fillModel(golden), options)
      assert.equal(await fillAll(model, golden), expected, JSON.stringify(options))
      model.dispose()
    }
  })
}

test('forward() gives the logits of words for every token, and none where they are not wanted', async () => {
  const model = await loadModel(fillModel(readFillGolden('electra')), { precision: 'float32', inline: true })
  const ids = [model.tokenizer.encode('a [MASK] b').ids, model.tokenizer.encode('c').ids]
  const { logits } = await model.forward(ids)
  assert.equal(
    logits.map(({ length }) => length / model.config.vocabSize),
    ids.map(({ length }) => length),
  )
  const best = await model.fillMask('a [MASK] b', { top: 1 })
  const row = logits[0]!.subarray(2 * model.config.vocabSize, 3 * model.config.vocabSize)
  assert.is(row.indexOf(Math.max(...row)), best[0]!.token)
  assert.equal((await model.forward(ids, { logits: false, hiddenStates: true })).logits, [])
  model.dispose()
})

test('fillMask() gives as many words as are asked for, all of them at most', async () => {
  const model = await loadModel(fillModel(readFillGolden('bert')), { inline: true })
  const all = await model.fillMask('[MASK]', { top: 100_000 })
  assert.is(all.length, model.config.vocabSize)
  assert.is(new Set(all.map(({ token }) => token)).size, all.length)
  assert.ok(all.every(({ score }, index) => index === 0 || score <= all[index - 1]!.score))
  assert.ok(Math.abs(all.reduce((sum, { score }) => sum + score, 0) - 1) < 1e-4)
  assert.equal(await model.fillMask('[MASK]'), all.slice(0, 5))
  model.dispose()
})

test('fillMask() says what is wrong', async () => {
  const model = await loadModel(fillModel(readFillGolden('bert')), { inline: true })
  const none = await failure(() => model.fillMask('no mask'))
  assert.instance(none, RangeError)
  assert.match(none.message, /no \[MASK\]/u)
  const long = await failure(() => model.fillMask(`[MASK] ${'a '.repeat(100)}`))
  assert.instance(long, RangeError)
  assert.match(long.message, /102 pieces|103 pieces/u)
  assert.instance(await failure(() => model.fillMask(7 as never)), TypeError)
  for (const top of [0, 1.5, Number.NaN]) {
    assert.instance(await failure(() => model.fillMask('[MASK]', { top })), RangeError)
  }
  assert.instance(await failure(() => model.fillMask('[MASK]', { top: '3' as never })), TypeError)
  const aborted = AbortSignal.abort(new Error('stop'))
  assert.is((await failure(() => model.fillMask('[MASK]', { signal: aborted }))).message, 'stop')
  model.dispose()
  const tokens = await loadModel(rootPath('test/goldens/families/electra'), { inline: true })
  const other = await failure(() => tokens.fillMask('[MASK]'))
  assert.instance(other, ModelFormatError)
  assert.match(other.message, /ForMaskedLM/u)
  tokens.dispose()
})

test('a model whose head was not saved still loads, and says so where words are asked for', async () => {
  const golden = readFillGolden('roberta')
  const bare = Object.fromEntries(
    Object.entries(golden.tensors).filter(([name]) => !name.startsWith('lm_head')),
  )
  const model = await loadModel(fillModel({ ...golden, tensors: bare }), { inline: true })
  assert.is(model.head, undefined)
  const error = (await failure(() => model.fillMask('<mask>'))) as ModelFormatError
  assert.equal([error.code, error.message.includes('lm_head.dense.weight')], ['MissingTensor', true])
  model.dispose()
  const { 'lm_head.bias': bias, ...half } = golden.tensors
  assert.ok(bias)
  const missing = (await failure(() =>
    loadModel(fillModel({ ...golden, tensors: half }), { inline: true }),
  )) as ModelFormatError
  assert.equal([missing.code, missing.message.includes('lm_head.bias')], ['MissingTensor', true])
})

/** What a folder of files becomes through a writer of folders. */
class Written implements ModelSink {
  readonly files = new Map<string, Uint8Array>()

  async create(name: string): Promise<FileSink> {
    const chunks: Uint8Array[] = []
    return {
      write: async (chunk) => void chunks.push(chunk.slice()),
      close: async () => void this.files.set(name, new Uint8Array(Buffer.concat(chunks))),
    }
  }
}

test('quantize and convert keep the head', async () => {
  for (const name of ['bert-untied', 'electra', 'roberta']) {
    const files = fillModel(readFillGolden(name))
    const text = name === 'roberta' ? 'a <mask>' : 'a [MASK]'
    const answer = async (from: Map<string, Uint8Array>, precision: Precision): Promise<unknown> => {
      const model = await loadModel(from, { precision, inline: true })
      try {
        return await model.fillMask(text)
      } finally {
        model.dispose()
      }
    }
    const converted = new Written()
    await convertModel(mapFiles(files), { dtype: 'float32' }, converted)
    assert.equal(await answer(converted.files, 'float32'), await answer(files, 'float32'), name)
    const quantized = new Written()
    const weights = await quantized.create('model.safetensors')
    await quantizeModel(mapFiles(files), weights)
    await weights.close()
    const config = await quantizedConfig(new TextDecoder().decode(files.get('config.json')))
    const int8 = new Map([...files, ...quantized.files, ['config.json', new TextEncoder().encode(config)]])
    const smaller = int8.get('model.safetensors')!.length / files.get('model.safetensors')!.length
    assert.ok(smaller < 0.5, `${name}: ${smaller}`)
    assert.equal(await answer(int8, 'int8'), await answer(files, 'int8'), name)
  }
})

test('what belongs to a tokenizer and to sentence-transformers is kept, whatever it is called', async () => {
  const files = fillModel(readFillGolden('bert'))
  const given = [
    'vocab.json',
    'merges.txt',
    'sentencepiece.bpe.model',
    'a/Pooling/config.json',
    'config_sentence_transformers.json',
  ]
  for (const name of given) files.set(name, new TextEncoder().encode('{}'))
  const modules = [{ type: 'sentence_transformers.models.Pooling', path: 'a/Pooling' }]
  files.set('modules.json', new TextEncoder().encode(JSON.stringify(modules)))
  const kept = await keptFiles(mapFiles(files))
  for (const name of [...given, 'modules.json', 'tokenizer.json']) assert.ok(kept.has(name), name)
})

test('other heads say that this one guesses words', async () => {
  for (const load of [loadRecognizer, loadClassifier]) {
    const error = await failure(() => load(fillModel(readFillGolden('bert')), { inline: true }))
    assert.instance(error, ModelFormatError)
    assert.match(error.message, /fillMask/u)
  }
})

test.run()
