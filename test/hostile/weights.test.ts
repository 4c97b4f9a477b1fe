/** Finite weights so large that a pass over them overflows: an error, never scores that are NaN. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel, loadRecognizer, ModelFormatError, type Precision, parseSafetensors } from '#dist/node.js'
import { formatError, goldenFiles } from '../format/safetensors-file.ts'

/** A golden model whose tensors of matching names are multiplied. */
function scaled(pattern: RegExp, factor: number): Map<string, Uint8Array> {
  const files = goldenFiles('plain')
  const weights = files.get('model.safetensors')!
  for (const [name, { data }] of parseSafetensors(weights).tensors) {
    if (!pattern.test(name)) continue
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    for (let at = 0; at < data.byteLength; at += 4) {
      const value = Math.max(-3e38, Math.min(3e38, view.getFloat32(at, true) * factor))
      view.setFloat32(at, value, true)
    }
  }
  return files
}

const cases: [what: string, pattern: RegExp, factor: number, precision: Precision, embeds: boolean][] = [
  ['all weights', /./u, 1e19, 'int8', true],
  ['all weights', /./u, 1e19, 'float32', true],
  ['LayerNorm', /LayerNorm\.weight/u, 3e38, 'int8', true],
  ['the classifier', /classifier/u, 3e38, 'int8', false],
  // What kernels could make finite again: a variance, scores.
  ["attention's output", /attention\.output\.dense/u, 1e22, 'int8', true],
  ["attention's output", /attention\.output\.dense/u, 1e22, 'float32', true],
  ["a layer's output", /layer\.\d+\.output\.dense/u, 1e22, 'int8', true],
  ['queries and keys', /query|key/u, 1e21, 'int8', true],
  ['queries and keys', /query|key/u, 1e21, 'float32', true],
]
for (const [what, pattern, factor, precision, embeds] of cases) {
  test(`${what} times ${factor} in ${precision} is an error that says so`, async () => {
    const ner = await loadRecognizer(scaled(pattern, factor), { precision, inline: true })
    const calls: (() => Promise<unknown>)[] = [
      () => ner.recognize('tok1 tok2'),
      () => ner.recognize('tok1 tok2', { strategy: 'average', words: true }),
      () => ner.model.forward([ner.tokenizer.encode('tok1').ids]),
    ]
    if (embeds) calls.push(() => ner.model.embed(['tok1']))
    for (const call of calls) {
      const error = await formatError(call)
      assert.instance(error, ModelFormatError)
      assert.is(error.code, 'NonFiniteWeights')
      assert.match(error.message, /hold (NaN|-?Infinity), expected finite numbers: the weights are so large/u)
    }
    ner.dispose()
  })
}

test('hidden states and attentions that are not finite are an error too, also of a bare encoder', async () => {
  const files = scaled(/query|key/u, 1e21)
  const weights = files.get('model.safetensors')!
  const latin1 = Buffer.from(weights).toString('latin1').replaceAll('"classifier.', '"other_head.')
  files.set('model.safetensors', new Uint8Array(Buffer.from(latin1, 'latin1')))
  const model = await loadModel(files, { inline: true })
  assert.is(model.head, undefined)
  for (const wanted of [{ hiddenStates: true }, { attentions: true }]) {
    const error = await formatError(() => model.forward([[1, 2, 3]], wanted))
    assert.is(error?.code, 'NonFiniteWeights')
  }
  model.dispose()
})

test('what is large and finite is computed', async () => {
  const ner = await loadRecognizer(scaled(/classifier/u, 1e19), { inline: true })
  const { words } = await ner.recognize('tok1 tok2', { words: true })
  for (const { score } of words!) assert.ok(score >= 0 && score <= 1)
  ner.dispose()
})

test.run()
