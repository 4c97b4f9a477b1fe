/**
 * An unknown option is an error wherever options are accepted, and so are options that exclude each other.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel, loadRecognizer, loadTokenizer } from '#dist/node.js'
import { rootPath } from '../shared.ts'

const folder = rootPath('test/goldens/models/plain')
const ner = await loadRecognizer(folder, { inline: true })
const { model } = ner

/** The types refuse these calls, so that only callers without types come here. */
const given = (options: object): never => options as never
const ids = [[...ner.tokenizer.encode('tok1').ids]]

const calls: Record<string, (options: object) => Promise<unknown>> = {
  'forward()': (options) => model.forward(ids, given(options)),
  'embed()': (options) => model.embed(['tok1'], given(options)),
  'recognize()': (options) => ner.recognize('tok1', given(options)),
  'recognizeAll()': (options) => ner.recognizeAll(['tok1'], given(options)),
  'stream()': (options) => ner.stream(['tok1'], given(options)).next(),
  'loadRecognizer()': (options) => loadRecognizer(folder, given(options)),
  'loadModel()': (options) => loadModel(folder, given(options)),
  'loadTokenizer()': (options) => loadTokenizer(folder, given(options)),
}
for (const [name, call] of Object.entries(calls)) {
  test(`${name} refuses what it does not know, and what is no object`, async () => {
    for (const [options, kind, message] of [
      [{ hiddenState: true }, RangeError, /options\.hiddenState is not known, expected one of \w+, /u],
      [{ toString: 1 }, RangeError, /options\.toString is not known/u],
      [{ signal: 3 }, TypeError, /signal is a number, expected an AbortSignal/u],
      [null, TypeError, /options is null, expected an object/u],
      [true, TypeError, /options is a boolean, expected an object/u],
      [[], TypeError, /options is an array, expected an object/u],
    ] as const) {
      const error = await call(options as never).catch((reason: unknown) => reason)
      assert.instance(error, kind, String(error))
      assert.match((error as Error).message, message)
    }
    await call({ signal: undefined, nothing: undefined })
  })
}

test('forward() refuses options of another kind', async () => {
  for (const name of ['hiddenStates', 'attentions', 'trace']) {
    const error = await model.forward(ids, given({ [name]: 1 })).catch((reason: unknown) => reason)
    assert.instance(error, TypeError)
    assert.match((error as Error).message, new RegExp(`${name} is a number, expected true or false`))
  }
})

test('wasm beside kernels that it does not hold is an error, not silence', async () => {
  const wasm = new WebAssembly.Module(readFileSync(rootPath('dist/kernels.wasm')))
  for (const kernels of ['reference', 'relaxed'] as const) {
    const error = await loadModel(folder, { wasm, kernels }).catch((reason: unknown) => reason)
    assert.instance(error, RangeError)
    assert.match((error as Error).message, new RegExp(`kernels is '${kernels}' and wasm is given`))
  }
  for (const kernels of ['simd', 'auto'] as const) {
    const loaded = await loadModel(folder, { wasm, kernels, inline: true })
    assert.is(loaded.info.kernels, 'simd')
    loaded.dispose()
  }
})

test('options alone mean the model that ships', async () => {
  const tokenizer = await loadTokenizer({ lowercase: true })
  assert.is(tokenizer.vocabularySize, 28_996)
  const shipped = await loadRecognizer({ inline: true, threads: 1 })
  assert.equal(shipped.labels.slice(0, 2), ['O', 'B-PER'])
  shipped.dispose()
  for (const [load, message] of [
    [() => loadRecognizer(given({ thread: 1 })), /options\.thread is not known/],
    [() => loadModel(given({}), { threads: 1 }), /model is an object/],
    [() => loadModel(given([])), /model is an array/],
    [() => loadModel(given(new Set())), /model is/],
  ] as const) {
    const error = await load().catch((reason: unknown) => reason)
    assert.match((error as Error).message, message)
  }
})

test.after(() => ner.dispose())
test.run()
