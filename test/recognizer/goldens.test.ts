/**
 * The Hugging Face pipeline's entities, strategy by strategy, from texts to scores. The pipeline recognizes
 * words by lengths, we by word ids; in none of these texts does that make a difference. `npm test` takes
 * every thirtieth text.
 */
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Entity, loadRecognizer, type Strategy } from '#dist/node.js'
import { sharedPath, withShared } from '../shared.ts'
import { share } from '../thorough.ts'

type GoldenEntity = [label: string, start: number, end: number, score: number, index?: number]
type Golden = { text: string } & Record<Strategy, GoldenEntity[]>

const STRATEGIES: readonly Strategy[] = ['none', 'simple', 'first', 'average', 'max']
const SCORE_TOLERANCE = 1e-4

function readGoldens(path: string): Golden[] {
  const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n')
  return share(lines, 30).map((line) => JSON.parse(line) as Golden)
}

function asGolden({ type, start, end, index }: Entity): unknown[] {
  return index === undefined ? [type, start, end] : [type, start, end, index]
}

async function compareAll(folder: string, goldens: readonly Golden[]): Promise<void> {
  const ner = await loadRecognizer(folder, { precision: 'float32' })
  try {
    for (const strategy of STRATEGIES) {
      const results = await ner.recognize(
        goldens.map(({ text }) => text),
        { strategy, style: 'transformers' },
      )
      for (const [i, { entities }] of results.entries()) {
        const { text, [strategy]: expected } = goldens[i]!
        const wanted = expected.map(([label, start, end, , index]) =>
          index === undefined ? [label, start, end] : [label, start, end, index],
        )
        assert.equal(entities.map(asGolden), wanted, `${strategy}: ${JSON.stringify(text)}`)
        for (const [j, entity] of entities.entries()) {
          assert.is(entity.text, text.slice(entity.start, entity.end))
          const difference = Math.abs(entity.score - expected[j]![3])
          assert.ok(
            difference < SCORE_TOLERANCE,
            `${strategy}: score of ${entity.text} is off by ${difference}`,
          )
        }
      }
    }
  } finally {
    ner.dispose()
  }
}

withShared('goldens/entities-small-3.jsonl', 'entities of the small model against Hugging Face', (path) => {
  test('recognize() equals Hugging Face on the small model, every strategy', async () => {
    await compareAll(sharedPath('models/iobert-small-3')!, readGoldens(path))
  })
})

withShared('goldens/entities-base.jsonl', 'entities of BERT-base against Hugging Face', (path) => {
  const folder = process.env['IOBERT_BERT_BASE'] ?? ''
  if (!existsSync(folder)) {
    console.log(
      'skipped: entities of BERT-base: IOBERT_BERT_BASE does not name the folder that make_bert_base.py wrote',
    )
    return
  }
  test('recognize() equals Hugging Face on BERT-base, every strategy', async () => {
    await compareAll(folder, readGoldens(path))
  })
})

test.run()
