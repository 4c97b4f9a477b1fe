/** The everyday texts are what their README says, and what is found in them is counted as it says. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { judge, PARTS, readEveryday, unmark } from '../../bench/everyday.ts'

const TYPES = ['PER', 'ORG', 'LOC', 'MISC']

for (const part of PARTS) {
  test(`${part}.txt has ten texts of each of ten kinds, and every mark is read`, () => {
    const texts = readEveryday(part)
    const kinds = new Map<string, number>()
    for (const { kind, marked } of texts) {
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      const { text, names } = unmark(marked)
      assert.is(names.length, marked.split('⟦').length - 1, marked)
      assert.is(
        text,
        marked.replace(/⟦[A-Z]+ |⟧/gu, ''),
        'the text is what is left where the marks are taken out',
      )
      let end = 0
      for (const name of names) {
        assert.ok(TYPES.includes(name.type), `${name.type} in ${marked}`)
        assert.ok(name.start >= end, marked)
        end = name.end
        const written = text.slice(name.start, name.end)
        assert.is(written, written.trim(), marked)
        assert.ok(marked.includes(`⟦${name.type} ${written}⟧`), `${written} in ${marked}`)
        assert.not.match(
          text.slice(name.start - 1, name.start + 1),
          /^[\p{L}\p{N}]{2}$/u,
          `inside a word: ${marked}`,
        )
        assert.not.match(
          text.slice(name.end - 1, name.end + 1),
          /^[\p{L}\p{N}]{2}$/u,
          `inside a word: ${marked}`,
        )
        assert.not.match(written, /^(?:Mr|Mrs|Ms|Prof|Sir)\b|['’]s$/iu, `a title or a possessive: ${marked}`)
      }
    }
    assert.equal(
      [...kinds.values()],
      Array.from({ length: 10 }, () => 10),
    )
    assert.is(new Set(texts.map(({ marked }) => marked)).size, 100)
  })
}

test('the two halves have the same kinds, and no name in common', () => {
  const [development, apart] = [readEveryday('development'), readEveryday('kept-apart')]
  const kindsOf = (texts: typeof apart): string[] => [...new Set(texts.map(({ kind }) => kind))]
  assert.equal(kindsOf(development), kindsOf(apart))
  const namesOf = (texts: typeof apart): string[] =>
    texts.flatMap(({ marked }) => {
      const { text, names } = unmark(marked, (part) => part.toLowerCase())
      return names.map(({ start, end }) => text.slice(start, end))
    })
  const known = new Set(namesOf(development))
  assert.equal(
    namesOf(apart).filter((name) => known.has(name)),
    [],
  )
})

test('marks stay around their names where capitals change the length of a text', () => {
  const { text, names } = unmark('Maße von ⟦PER Strauß⟧, ⟦LOC Gießen⟧', (part) => part.toUpperCase())
  assert.is(text, 'MASSE VON STRAUSS, GIESSEN')
  assert.equal(
    names.map(({ type, start, end }) => [type, text.slice(start, end)]),
    [
      ['PER', 'STRAUSS'],
      ['LOC', 'GIESSEN'],
    ],
  )
})

test('a mark that does not close, or is in another, is refused', () => {
  for (const wrong of ['⟦PER Ana', 'Ana⟧', '⟦per Ana⟧', '⟦PER ⟦LOC Ana⟧⟧', '⟦PER⟧'])
    assert.throws(() => unmark(wrong), /a mark is left/u)
})

test('each name has one outcome, and what touches none is invented', () => {
  const name = (type: string, start: number, end: number): { type: string; start: number; end: number } => ({
    type,
    start,
    end,
  })
  const names = [name('PER', 0, 3), name('LOC', 5, 9), name('ORG', 11, 15), name('MISC', 20, 22)]
  const found = [name('PER', 0, 3), name('ORG', 5, 9), name('ORG', 12, 17), name('LOC', 30, 31)]
  assert.equal(judge(names, found), [
    { type: 'PER', outcome: 'exact' },
    { type: 'LOC', outcome: 'wrong type' },
    { type: 'ORG', outcome: 'boundary' },
    { type: 'MISC', outcome: 'missed' },
    { type: 'LOC', outcome: 'invented' },
  ])
})

test.run()
