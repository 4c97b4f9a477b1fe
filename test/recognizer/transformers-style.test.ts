/** `style: 'transformers'` against the answers of the pipeline itself (tools/goldens/make-pipeline-goldens.py). */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, type Strategy, type TextOptions } from '#dist/node.js'
import { rootPath } from '../shared.ts'

interface Case {
  model: string
  input: number
  strategy: Strategy
  stride: number | null
  entities: [type: string, start: number, end: number, score: number][]
}

const goldens: { inputs: (string | string[])[]; cases: Case[] } = JSON.parse(
  readFileSync(rootPath('test/goldens/pipeline.json'), 'utf8'),
)

for (const name of new Set(goldens.cases.map(({ model }) => model))) {
  test(`recognize() of ${name} in the style of transformers has the pipeline's entities`, async () => {
    const ner = await loadRecognizer(rootPath(`test/goldens/families/${name}`), {
      precision: 'float32',
      inline: true,
    })
    try {
      for (const { model, input, strategy, stride, entities: wanted } of goldens.cases) {
        if (model !== name) continue
        const given = goldens.inputs[input]!
        const options: TextOptions = {
          style: 'transformers',
          strategy,
          ...(stride === null ? {} : { stride }),
        }
        const { entities, truncated } = Array.isArray(given)
          ? await ner.recognize(given, { ...options, pretokenized: true })
          : await ner.recognize(given, options)
        const what = `${strategy}, stride ${stride}: ${JSON.stringify(given).slice(0, 60)}`
        assert.equal(
          entities.map(({ type, start, end }) => [type, start, end]),
          wanted.map(([type, start, end]) => [type, start, end]),
          what,
        )
        for (const [i, { score }] of entities.entries())
          assert.ok(Math.abs(score - wanted[i]![3]) < 1e-4, what)
        assert.is(truncated, stride === null && given.length > 300, what)
      }
    } finally {
      ner.dispose()
    }
  })
}

test('the defaults of the style are the pipeline with aggregation_strategy simple', async () => {
  const ner = await loadRecognizer(rootPath('test/goldens/families/electra'), { inline: true })
  try {
    const text = 'Angela Merkel met Tim Cook. '.repeat(60)
    const { entities } = await ner.recognize(text, { style: 'transformers' })
    const { entities: told } = await ner.recognize(text, {
      ...{ strategy: 'simple', decode: 'argmax', split: false, windows: false, merge: 'huggingface' },
    })
    assert.equal(entities, told)
  } finally {
    ner.dispose()
  }
})

test.run()
