/** Bi-encoders: the vectors of types are computed once and kept, and there may be thousands of them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type EntityType, loadGliner, loadTokenizer } from '#dist/node.js'
import type { EngineClient } from '#dist/runtime/client.js'
import { TypeVectors } from '#dist/tasks/gliner/type-vectors.js'
import { rootPath } from '../shared.ts'
import { times } from '../thorough.ts'

const folderOf = (name: string): string => rootPath(`test/goldens/gliner/${name}`)
const text = 'Angela Merkel met Tim Cook in Berlin; the U.S.-led e-mail_me of 2,000 a_b-c.'
const { signal } = new AbortController()

/** An engine that makes vectors of the pieces' sums, and keeps what it was asked. */
function countingEngine(): { engine: EngineClient; asked: number[][] } {
  const asked: number[][] = []
  const forward: EngineClient['forward'] = async (sequences) => {
    asked.push(...sequences.map((ids) => [...ids]))
    return {
      logits: sequences.map((ids) =>
        Float32Array.of(
          ids.length,
          ids.reduce((a, b) => a + b, 0),
        ),
      ),
    }
  }
  return { engine: { forward } as EngineClient, asked }
}

test('each type is embedded once, whatever the calls name with it', async () => {
  const { engine, asked } = countingEngine()
  const tokenizer = await loadTokenizer(folderOf('bert'))
  const vectors = new TypeVectors(engine, tokenizer, 8)
  const one = await vectors.of(['person', 'drug'], signal)
  assert.is(asked.length, 2)
  const two = await vectors.of(['drug', 'firm', 'person'], signal)
  assert.is(asked.length, 3)
  assert.equal([...two.subarray(0, 2)], [...one.subarray(2)])
  assert.equal([...two.subarray(4)], [...one.subarray(0, 2)])
  await vectors.of(['a type of very many pieces, more than are read at once'], signal)
  assert.is(asked.at(-1)!.length, 8)
})

test('what fails is not kept', async () => {
  const { engine, asked } = countingEngine()
  const tokenizer = await loadTokenizer(folderOf('bert'))
  const { forward } = engine
  let fails = true
  const failing: EngineClient['forward'] = async (...given) => {
    const output = await forward(...given)
    if (fails) output.logits[0]![0] = Number.NaN
    return output
  }
  const vectors = new TypeVectors({ ...engine, forward: failing }, tokenizer, 8)
  await vectors.of(['person'], signal).then(
    () => assert.unreachable(),
    (error: Error & { code: string }) => assert.is(error.code, 'NonFiniteWeights'),
  )
  fails = false
  assert.equal([...(await vectors.of(['person'], signal))].length, 2)
  assert.is(asked.length, 2)
})

for (const name of ['bi-modernbert', 'bi-words-bert']) {
  test(`${name}: a word has the same scores among thousands of types, and the best of them if it may have one`, async () => {
    const gliner = await loadGliner(folderOf(name), { inline: true })
    try {
      const few = ['person', 'Ort', 'x']
      const many = [...few, ...Array.from({ length: times(300, 3000) }, (_, i) => `type ${i}`)]
      const scores = async (types: string[], multiLabel: boolean): Promise<Map<string, number>> => {
        const { entities } = await gliner.find('Berlin', types, { threshold: 0.001, multiLabel })
        return new Map(entities.map(({ type, score }) => [type, score]))
      }
      const found = await scores(few, true)
      const among = await scores(many, true)
      assert.ok(among.size > 200, `${among.size} types`)
      for (const type of few) assert.is(among.get(type), found.get(type), type)
      assert.equal([...(await scores(many, false)).values()], [Math.max(...among.values())])
    } finally {
      gliner.dispose()
    }
  })
}

for (const name of ['bi-modernbert', 'bi-words-bert', 'bi-represented-modernbert', 'represented-bert']) {
  test(`${name}: a type has a threshold of its own, and no description`, async () => {
    const gliner = await loadGliner(folderOf(name), { inline: true })
    try {
      const options = { multiLabel: true, nested: true, threshold: 0.01 }
      const scoresOf = async (asked: (string | EntityType)[]): Promise<Map<string, number>> => {
        const { entities } = await gliner.find(text, asked, options)
        return new Map(entities.map(({ type, start, end, score }) => [`${type} ${start} ${end}`, score]))
      }
      const all = await scoresOf(['person', 'Ort'])
      const persons = [...all].filter(([key]) => key.startsWith('person'))
      const scores = persons.map(([, score]) => score).sort((a, b) => a - b)
      const threshold = scores[scores.length >> 1]!
      const some = await scoresOf([{ type: 'person', threshold }, 'Ort'])
      // Where words are scored the threshold is theirs too, so fewer spans are made.
      for (const [key, score] of some) {
        assert.is(score, all.get(key), key)
        if (key.startsWith('person')) assert.ok(score > threshold, `${key} ${score}`)
      }
      const others = (found: Map<string, number>): number =>
        [...found.keys()].filter((key) => key.startsWith('Ort')).length
      assert.ok(some.size < all.size && others(some) > 0, `${some.size} of ${all.size}`)
      if (name === 'bi-modernbert')
        assert.equal(
          [...some].filter(([key]) => key.startsWith('person')),
          persons.filter(([, score]) => score > threshold),
        )
      const described = gliner.find(text, [{ type: 'person', description: 'names of people' }])
      await described.then(
        () => assert.unreachable(),
        (error: Error) => assert.match(error.message, /types\[0\] \("person"\) has a description/),
      )
    } finally {
      gliner.dispose()
    }
  })
}

test('a long text is read in windows, each with the same types', async () => {
  const gliner = await loadGliner(folderOf('bi-deberta-v3-max'), { inline: true })
  try {
    const long = Array.from({ length: 40 }, () => text).join('\n')
    const whole = await gliner.find(long, ['person', 'Ort'], { threshold: 0.05 })
    const cut = await gliner.find(long, ['person', 'Ort'], { threshold: 0.05, windows: false })
    assert.is(whole.truncated, false)
    assert.is(cut.truncated, true)
    assert.ok(whole.entities.some(({ start }) => start > long.length / 2))
    for (const { text: name, start, end } of whole.entities) assert.is(name, long.slice(start, end))
  } finally {
    gliner.dispose()
  }
})

test.run()
