/**
 * Recognizing IOB1 or IOB2 by a model's answers: the rule on made-up answers, and its use by a recognizer.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseLabels } from '#dist/entities/labels.js'
import { tellScheme } from '#dist/entities/tell-scheme.js'
import { loadRecognizer, type Recognizer } from '#dist/node.js'
import { rootPath } from '../shared.ts'

const NAMES = ['O', 'B-PER', 'I-PER']
const shipped = await loadRecognizer({ inline: true, threads: 1 })

/** Answers that give the first `count` capitalised pieces label `id`, all others O. */
function answering(id: number, count: number, logit: number, other = id) {
  let left = count
  return async (ids: number[][]): Promise<Float32Array[]> =>
    ids.map((sequence) => {
      const logits = new Float32Array(sequence.length * 3)
      sequence.forEach((_, t) => {
        const named = t % 4 === 2 && left > 0
        if (named) left--
        logits[t * 3 + (named ? (left === 0 ? other : id) : 0)] = named ? logit : 20
      })
      return logits
    })
}

const tell = (forward: (ids: number[][]) => Promise<Float32Array[]>): Promise<string | undefined> =>
  tellScheme(parseLabels(NAMES), shipped.tokenizer, forward)

test('three sure entities that begin alike tell the scheme, and one that begins otherwise leaves it in doubt', async () => {
  assert.is(await tell(answering(1, 3, 20)), 'IOB2')
  assert.is(await tell(answering(2, 3, 20)), 'IOB1')
  assert.is(await tell(answering(1, 2, 20)), undefined)
  assert.is(await tell(answering(2, 9, 1)), undefined, 'not sure')
  assert.is(await tell(answering(1, 9, 20, 2)), undefined, 'of two minds')
  assert.is(await tell(answering(2, 9, 20, 1)), undefined, 'of two minds')
  assert.is(await tell(answering(1, 0, 20)), undefined)
})

/** The shipped weights, whose config.json states the scheme, under another list of labels. */
async function unstated(): Promise<Recognizer> {
  const { openAsBlob, readFileSync } = await import('node:fs')
  const files = new Map<string, Uint8Array | Blob>()
  for (const name of ['config.json', 'vocab.txt', 'tokenizer_config.json'])
    files.set(name, readFileSync(rootPath(`weights/${name}`)))
  files.set('model.safetensors', await openAsBlob(rootPath('weights/model.safetensors')))
  const { label_scheme: _, ...config } = JSON.parse(readFileSync(rootPath('weights/config.json'), 'utf8'))
  files.set('config.json', new TextEncoder().encode(JSON.stringify(config)))
  return loadRecognizer(files, { inline: true, threads: 1 })
}

test('a model that does not state its scheme answers as one that does, and is asked once', async () => {
  const ner = await unstated()
  let asked = 0
  const forward = ner.model.forward.bind(ner.model)
  ner.model.forward = (ids, options) => {
    asked += ids.length
    return forward(ids, options)
  }
  try {
    const text = 'Ann Lee met Bob Fox of Acme Works in the city of São Paulo.'
    const wanted = await shipped.recognize(text, { words: true })
    assert.equal(await ner.recognize(text, { words: true }), wanted)
    const first = asked
    assert.equal(await ner.recognize(text, { words: true, decode: 'viterbi' }), wanted)
    assert.is(asked, first + 1)
    await ner.recognize(text, { style: 'transformers' })
    await ner.recognize(text, { decode: 'argmax' })
    assert.is(asked, first + 3)
  } finally {
    ner.dispose()
  }
})

test('a model in doubt is decoded by argmax, and viterbi asked for is an error', async () => {
  const ner = await loadRecognizer(rootPath('test/goldens/families/electra'), { inline: true })
  try {
    const text = 'Angela Merkel met Tim Cook in Berlin.'
    const { words } = await ner.recognize(text, { words: true })
    assert.equal(words, (await ner.recognize(text, { words: true, decode: 'argmax' })).words)
    const error = await ner.recognize(text, { decode: 'viterbi' }).catch((reason: unknown) => reason)
    assert.instance(error, RangeError)
    assert.match((error as Error).message, /needs the label scheme/)
  } finally {
    ner.dispose()
  }
})

test.after(() => shipped.dispose())
test.run()
