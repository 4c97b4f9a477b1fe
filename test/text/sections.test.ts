/** A text of any length is read in sections, which change no answer. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { LONGEST_SECTION, SHORT_TEXT, sectionsOf } from '#dist/text/sections.js'
import { splitSections, splitText } from '#dist/text/split.js'
import { assertLinear } from '../growth.ts'

/** Long texts of a few characters, with some of another kind here and there. */
const texts = fc
  .record({
    unit: fc.constantFrom('a', 'ab ', '[]', '\n', 'Ann left. ', '東京', '😀', ' 😀', '.\r\n\r\n', '\u0301e'),
    other: fc.constantFrom('', ' ', '\n\n', '😀', '.'),
    length: fc.integer({ min: 1, max: 3 * LONGEST_SECTION }),
    every: fc.integer({ min: 10, max: 100_000 }),
  })
  .map(({ unit, other, length, every }) => {
    const part = unit.repeat(Math.ceil(every / unit.length)) + other
    return part.repeat(Math.ceil(length / part.length)).slice(0, length)
  })

test('sectionsOf parts a text without a gap, in sections of bounded length, and no surrogate pair', () => {
  fc.assert(
    fc.property(texts, (text) => {
      let at = 0
      for (const [start, end] of sectionsOf(text)) {
        assert.is(start, at)
        assert.ok(end - start <= LONGEST_SECTION)
        const isLast = end === text.length
        assert.ok(isLast || end - start >= SHORT_TEXT / 2 - 1)
        const splits =
          /[\ud800-\udbff]$/.test(text.slice(start, end)) && /^[\udc00-\udfff]/.test(text.slice(end))
        assert.ok(!splits, `a pair at ${end}`)
        at = end
      }
      assert.is(at, text.length)
    }),
    { numRuns: 200 },
  )
})

test('sectionsOf ends sections where a text does: behind a blank line, a line, a sentence, a word', () => {
  const filled = (mark: string): string => `${'a'.repeat(40_000)}${mark}${'a'.repeat(400_000)}`
  for (const mark of ['\n\n', '\n', '. ', ' ', '。']) {
    assert.is([...sectionsOf(filled(mark))][0]![1], 40_000 + mark.length, JSON.stringify(mark))
  }
  const both = `${'a'.repeat(40_000)}\n\n${'b '.repeat(400_000)}`
  assert.is([...sectionsOf(both)][0]![1], 40_002)
  assert.equal([...sectionsOf('a b', 1, 3)], [[1, 3]])
})

test('splitSections gives the spans of splitText where blank lines part the text', () => {
  const paragraph = 'Ann Lee left for Rome.\nShe had been there before, with Bob Roy. '.repeat(5)
  const text = `${paragraph}\n\n- one\n- two\n\n`.repeat(700)
  assert.ok(text.length > 3 * LONGEST_SECTION)
  for (const split of ['passages', 'sentences', 'lines', 'paragraphs'] as const) {
    const spans = [...splitSections(text, split)].filter(([start, end]) => start < end)
    assert.equal(spans, splitText(text, split), split)
  }
})

test('sectionsOf is linear on 4 MB of anything', async () => {
  for (const unit of ['a', '[]', '\n', 'a b. ', '😀', 'é']) {
    await assertLinear(unit, 2 ** 22, (size) => {
      const text = unit.repeat(size / unit.length)
      return () => [...sectionsOf(text)].length
    })
  }
})

test.run()
