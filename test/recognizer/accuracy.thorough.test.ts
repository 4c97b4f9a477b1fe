/** F1 by conlleval on the development set of CoNLL-2003, as stated in the model card. */
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DecodeOptions } from '#dist/entities/types.js'
import { parseConll } from '#dist/evaluate/conll.js'
import { evaluate, summarize } from '#dist/evaluate/evaluation.js'
import { loadRecognizer, type Precision } from '#dist/node.js'
import { sharedPath, withShared } from '../shared.ts'

async function developmentF1(
  data: string,
  folder: string | undefined,
  precision: Precision,
  options: DecodeOptions,
): Promise<number> {
  const sentences = parseConll(readFileSync(data, 'utf8'))
  const ner = await loadRecognizer(folder, { precision })
  try {
    const predicted = []
    const results = ner.stream(
      sentences.map(({ words }) => words),
      { ...options, pretokenized: true, words: true },
    )
    for await (const { words } of results) {
      predicted.push({ ...sentences[predicted.length]!, guess: words!.map(({ label }) => label) })
    }
    return summarize(evaluate(predicted)).f1
  } finally {
    ner.dispose()
  }
}

interface Case {
  readonly name: string
  readonly folder: string | undefined
  readonly precision: Precision
  readonly options: DecodeOptions
  readonly stated: number
  readonly within: number
}

/** What cards of models state. */
const first: DecodeOptions = { strategy: 'first', decode: 'argmax' }
const small = sharedPath('models/iobert-small-3')
const base = process.env['IOBERT_BERT_BASE']
const cases: Case[] = [
  {
    name: 'the shipped model',
    folder: undefined,
    precision: 'int8',
    options: {},
    stated: 94.06,
    within: 0.1,
  },
  ...(small
    ? [
        {
          name: 'the small model',
          folder: small,
          precision: 'float32' as const,
          options: first,
          stated: 93.63,
          within: 0.05,
        },
      ]
    : []),
]
if (base && existsSync(base)) {
  cases.push({
    name: 'BERT-base',
    folder: base,
    precision: 'float32',
    options: first,
    stated: 94.52,
    within: 0.05,
  })
  cases.push({
    name: 'BERT-base',
    folder: base,
    precision: 'int8',
    options: first,
    stated: 94.52,
    within: 0.1,
  })
} else {
  console.log(
    'skipped: F1 of BERT-base: IOBERT_BERT_BASE does not name the folder that make_bert_base.py wrote',
  )
}

withShared('data/conll2003-dev.txt', 'F1 on the development set', (data) => {
  for (const { name, folder, precision, options, stated, within } of cases) {
    const how = 'decode' in options ? ', first piece and likeliest label' : ''
    test(`${name} reaches F1 ${stated} within ${within} in ${precision}${how}`, async () => {
      const f1 = await developmentF1(data, folder, precision, options)
      assert.ok(Math.abs(f1 - stated) <= within, `F1 ${f1}`)
    })
  }
})

test.run()
