/** Whole texts and pairs to labels, and texts in the order in which they answer a query. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Classifier, loadClassifier, loadRecognizer, ModelFormatError } from '#dist/node.js'
import { failure } from '../failure.ts'
import { Expected } from '../model/golden.ts'
import { rootPath, withShared } from '../shared.ts'

const folder = rootPath('test/goldens/families/bert-rerank')
const float = { precision: 'float32', inline: true } as const

test('rerank() puts texts in order by the logits of pairs', async () => {
  const classifier = await loadClassifier(folder, float)
  try {
    const texts = ['one', 'a longer text about two things', '', 'three']
    const ranked = await classifier.rerank('two', texts)
    assert.equal(ranked.map(({ index }) => index).sort(), [0, 1, 2, 3])
    for (const [place, { index, text, logit, score }] of ranked.entries()) {
      assert.is(text, texts[index])
      assert.ok(place === 0 || logit <= ranked[place - 1]!.logit)
      assert.ok(Math.abs(score - 1 / (1 + Math.exp(-logit))) < 1e-6)
      const { ids, tokenTypeIds } = classifier.tokenizer.encode('two', text)
      const { logits } = await classifier.model.forward([ids], { tokenTypeIds: [tokenTypeIds] })
      assert.is(logit, logits[0]![0])
    }
  } finally {
    classifier.dispose()
  }
})

test('rerank() scores as sentence-transformers wrote into the model', async () => {
  const config = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'))
  const load = async (more: object, files: Record<string, object> = {}): Promise<Classifier> => {
    const names = ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json']
    const given = new Map(names.map((name) => [name, new Uint8Array(readFileSync(`${folder}/${name}`))]))
    for (const [name, value] of Object.entries({ 'config.json': { ...config, ...more }, ...files })) {
      given.set(name, new TextEncoder().encode(JSON.stringify(value)))
    }
    return loadClassifier(given, float)
  }
  const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit))
  const plain = (logit: number): number => logit
  const identity = 'torch.nn.modules.linear.Identity'
  const written = (activation_fn: string): object => ({
    sentence_transformers: { activation_fn, version: '4.1.0' },
  })
  const beside = {
    'modules.json': [{ type: 'sentence_transformers.base.modules.transformer.Transformer', path: '' }],
    'config_sentence_transformers.json': { activation_fn: identity, prompts: {}, default_prompt_name: null },
  }
  for (const [more, files, score] of [
    [{}, {}, sigmoid],
    [written('torch.nn.modules.activation.Sigmoid'), {}, sigmoid],
    [written(identity), {}, plain],
    [{ sbert_ce_default_activation_function: identity }, {}, plain],
    [{}, beside, plain],
  ] as const) {
    const classifier = await load(more, files)
    for (const ranked of await classifier.rerank('a', ['b', 'c d'])) {
      assert.ok(Math.abs(ranked.score - score(ranked.logit)) < 1e-6, JSON.stringify(more))
    }
    classifier.dispose()
  }
  const other = await load(written('torch.nn.modules.activation.Tanh'))
  const error = await failure(() => other.rerank('a', ['b']))
  assert.instance(error, ModelFormatError)
  assert.match(error.message, /"Tanh"/u)
  other.dispose()
})

test('classify() gives scores by problem type, cuts what is too long, and checks what it is given', async () => {
  const classifier = await loadClassifier(folder, float)
  try {
    const one = await classifier.classify('some text')
    const [same, pair] = await classifier.classify(['some text', ['some', 'text']])
    assert.equal(same, one)
    assert.not.equal(pair!.logits, one.logits)
    assert.equal([one.label, one.labels.length, one.truncated], ['LABEL_0', 1, false])
    const softmax = await classifier.classify('some text', { problemType: 'single_label_classification' })
    assert.is(softmax.score, 1)
    const plain = await classifier.classify('some text', { problemType: 'regression' })
    assert.is(plain.score, one.logits[0])
    const long = 'word '.repeat(300)
    const [cut, both] = await classifier.classify([long, [long, 'short']])
    assert.equal([cut!.truncated, both!.truncated], [true, true])
    assert.equal(await classifier.classify([]), [])
    for (const wrong of [7, [7], [['a']], [['a', 'b', 'c']], null]) {
      assert.instance(await failure(() => classifier.classify(wrong as never)), TypeError)
    }
    assert.instance(await failure(() => classifier.classify('a', { problemType: 'x' as never })), RangeError)
  } finally {
    classifier.dispose()
  }
})

test('a model of the other kind is told apart by its name', async () => {
  const tokens = await failure(() => loadClassifier(rootPath('test/goldens/models/plain'), float))
  assert.instance(tokens, ModelFormatError)
  assert.match(tokens.message, /loadRecognizer/u)
  const texts = await failure(() => loadRecognizer(folder, float))
  assert.instance(texts, ModelFormatError)
  assert.match(texts.message, /loadClassifier/u)
})

/** Each golden sequence whose text is known. */
async function compareTexts(classifier: Classifier, path: string): Promise<number> {
  const lines = readFileSync(`${path}/tokenizer.jsonl`, 'utf8').trim().split('\n').slice(1)
  const texts = new Map<string, string>()
  for (const line of lines) {
    const { text, pair, words, ids } = JSON.parse(line)
    if (pair === undefined && words === undefined) texts.set(String(ids), text)
  }
  const expected = new Expected(`${path}/expected.safetensors`)
  let compared = 0
  for (const [index, ids] of expected.sequences().entries()) {
    const text = texts.get(String(ids))
    if (text === undefined) continue
    const { logits } = await classifier.classify(text)
    const wanted = expected.floats(`${index}.logits`)!
    assert.ok(
      wanted.every((value, c) => Math.abs(value - logits[c]!) < 1e-5),
      text,
    )
    compared++
  }
  return compared
}

withShared('goldens/family', 'classifiers of every family', (path) => {
  for (const name of ['bert', 'distilbert', 'roberta', 'electra']) {
    test(`classify() with ${name} equals PyTorch`, async () => {
      const place = `${path}/${name}-classify`
      const classifier = await loadClassifier(place, float)
      try {
        assert.ok((await compareTexts(classifier, place)) > 10)
      } finally {
        classifier.dispose()
      }
    })
  }
})

test.run()
