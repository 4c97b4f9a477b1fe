/**
 * Entities of models of every family against the Hugging Face pipeline, for all five strategies, from texts
 * to offsets. For tokenizers whose pieces do not mark continuations, the pipeline takes what is between
 * spaces as words, and so do we. `npm test` takes two of the strategies, different ones for each model.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { highlight, loadRecognizer, redact, type Strategy } from '#dist/node.js'
import { rootPath, withShared } from '../shared.ts'
import { share } from '../thorough.ts'

type GoldenEntity = [label: string, start: number, end: number, score: number]
type Golden = { text: string } & Record<Strategy, GoldenEntity[] | null>

const STRATEGIES: readonly Strategy[] = ['none', 'simple', 'first', 'average', 'max']

let asked = 0

async function compareAll(folder: string): Promise<void> {
  const lines = readFileSync(`${folder}/entities.jsonl`, 'utf8').trim().split('\n')
  const goldens = lines.map((line) => JSON.parse(line) as Golden)
  const ner = await loadRecognizer(folder, { precision: 'float32', threads: 1 })
  try {
    const at = asked++ % STRATEGIES.length
    for (const strategy of share([...STRATEGIES.slice(at), ...STRATEGIES.slice(0, at)], 3)) {
      const results = await ner.recognizeAll(
        goldens.map(({ text }) => text),
        { strategy, style: 'transformers' },
      )
      let compared = 0
      for (const [index, { entities }] of results.entries()) {
        const { text, [strategy]: wanted } = goldens[index]!
        // Where the pipeline itself failed there is nothing to compare
        if (wanted === null) continue
        assert.equal(
          entities.map(({ type, start, end }) => [type, start, end]),
          wanted.map((entity) => entity.slice(0, 3)),
          `${strategy}: ${JSON.stringify(text)}`,
        )
        for (const [place, { score }] of entities.entries())
          assert.ok(Math.abs(score - wanted[place]![3]) < 1e-4, `${strategy}: ${JSON.stringify(text)}`)
        compared++
      }
      assert.ok(compared > 100, `${compared} texts compared`)
    }
  } finally {
    ner.dispose()
  }
}

const own = ['roberta', 'electra']
for (const name of own) {
  test(`recognize() of ${name} equals the pipeline, every strategy`, () =>
    compareAll(rootPath(`test/goldens/families/${name}`)))
}

withShared('goldens/family', 'entities of the other families', (path) => {
  for (const name of readdirSync(path)) {
    if (own.includes(name) || !existsSync(`${path}/${name}/entities.jsonl`)) continue
    test(`recognize() of ${name} equals the pipeline, every strategy`, () => compareAll(`${path}/${name}`))
  }
})

test('entities share no character and none is empty, but in the styles of other systems, whose answers are taken too', async () => {
  const ner = await loadRecognizer(rootPath('test/goldens/families/roberta'), { inline: true })
  const texts = ['😀', 'Ann left. ', 'a😀b 👩🏽‍🚀 🇩🇪 Ann', 'ﷺ 한국 ', '\ud83d Ann \ude00', '北京😀😀 Bo']
  const strategies = ['average', 'first', 'max', 'simple', 'none', 'word'] as const
  const others = [{ style: 'transformers' }, { merge: 'huggingface' }] as const
  let overlapping = 0
  try {
    for (const strategy of strategies) {
      const found = await ner.recognizeAll(texts, { strategy, ignoreLabels: [], words: true })
      for (const [index, { entities, words = [] }] of found.entries()) {
        for (const list of [entities, words]) {
          for (const [at, { text, start, end }] of list.entries()) {
            assert.is(text, texts[index]!.slice(start, end))
            assert.ok((list[at - 1]?.end ?? 0) <= start, `${strategy}: ${JSON.stringify(list)}`)
          }
        }
        assert.ok(entities.every(({ start, end }) => start < end))
      }
      for (const other of others) {
        if (strategy === 'word' || (strategy === 'none' && 'merge' in other)) continue
        for (const [index, { entities }] of (
          await ner.recognizeAll(texts, { strategy, ...other })
        ).entries()) {
          redact(texts[index]!, entities)
          highlight(texts[index]!, entities)
          overlapping += Number(entities.some(({ start }, at) => (entities[at - 1]?.end ?? 0) > start))
        }
      }
    }
  } finally {
    ner.dispose()
  }
  assert.ok(overlapping > 0, 'as the pipeline answers')
})

test('recognize() reads a long text in windows with the special tokens of the tokenizer', async () => {
  const ner = await loadRecognizer(rootPath('test/goldens/families/roberta'), { inline: true })
  try {
    const text = 'Angela Merkel met Tim Cook in Berlin. '.repeat(40)
    const windows: number[][] = []
    const forward = ner.model.forward.bind(ner.model)
    ner.model.forward = (ids, options) => {
      windows.push(...ids.map((one) => [...one]))
      return forward(ids, options)
    }
    const { truncated } = await ner.recognize(text, { split: false })
    assert.not.ok(truncated)
    assert.ok(windows.length > 2)
    for (const ids of windows) {
      // 128 of 130 rows: <s> is 0, </s> 2, padding 1
      assert.ok(ids.length <= 128)
      assert.equal([ids[0], ids.at(-1)], [0, 2])
    }
  } finally {
    ner.dispose()
  }
})

test.run()
