/** The regular expressions that are supported in a tokenizer.json. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parsePiecePattern } from '#dist/text/families/patterns.js'
import { type SplitBehavior, SplitStep } from '#dist/text/families/pre-tokenizer-steps.js'
import { NormalizedText } from '#dist/text/text-with-offsets.js'

/** The words that a splitter makes of a text. */
function wordsOf(splitter: SplitStep, text: string): string[] {
  const words: string[] = []
  const source = NormalizedText.of(text)
  splitter.split(source, 0, source.length, (part, from, to) => words.push(part.slice(from, to)))
  return words
}

async function matches(regex: string, text: string): Promise<string[] | undefined> {
  const pattern = await parsePiecePattern(regex)
  return pattern && wordsOf(new SplitStep(pattern, 'Removed', true), text)
}

test('parsePiecePattern understands characters and classes a number of times, the first alternative that fits', async () => {
  const cases: [string, string, string[]][] = [
    ['ab', 'abaab', ['ab', 'ab']],
    ['a|ab', 'ab', ['a']],
    [' {2,}', 'a b  c   d', ['  ', '   ']],
    ['a{2}', 'aaaaa', ['aa', 'aa']],
    ['\\d{1,3}', 'a1234b٣', ['123', '4', '٣']],
    ['\\s+', 'a \u00a0\u0085b\ufeffc', [' \u00a0\u0085']],
    ['\\S+', ' a b ', ['a', 'b']],
    ['[^\\s]+', ' a b ', ['a', 'b']],
    ['[\\r\\n]|x', 'a\r\nx', ['\r', '\n', 'x']],
    ['[a-cé]+', 'xabéz', ['abé']],
    ['\\p{L}+', 'née 2', ['née']],
    ['\\P{N}', 'a½', ['a']],
    ['\\w+|[^\\w\\s]+', "don't, ½", ['don', "'", 't', ',', '½']],
    ['[\\w]', '½a', ['a']],
    ['\\.\\-', 'a.-', ['.-']],
    ['x\\d+', 'x1 x x22', ['x1', 'x22']],
  ]
  for (const [regex, text, wanted] of cases) {
    assert.equal({ regex, found: await matches(regex, text) }, { regex, found: wanted })
  }
})

test('parsePiecePattern understands nothing that goes back, looks around or matches nothing', async () => {
  const unknown = [
    ...['', 'a*', 'a?', 'a+b', '(a)', 'a++', 'a+?', 'a{0,2}', 'a{3,2}', 'a{,2}', 'a{1000}', '^a', 'a$', '.'],
    ...[
      'a|',
      '[',
      '[]',
      '[z-a]',
      '[[:alpha:]]',
      '[a&&b]',
      '\\b',
      '\\h',
      '\\1',
      '\\p{Lu}',
      '\\p{',
      '\\',
      '\\q',
    ],
    ...['(?i)a', '(?=a)', '[\\s-a]', '{', '+'],
  ]
  for (const regex of unknown) assert.is(await parsePiecePattern(regex), undefined, regex)
})

test('Split does with matches what its behaviour says, each behaviour and its reverse', async () => {
  const pattern = (await parsePiecePattern('-'))!
  const cases: [SplitBehavior, string[], string[]][] = [
    ['Removed', ['a', 'b', 'c'], ['-', '-', '-', '-']],
    ['Isolated', ['a', '-', 'b', '-', '-', 'c', '-'], ['a', '-', 'b', '-', '-', 'c', '-']],
    ['MergedWithPrevious', ['a-', 'b-', '-', 'c-'], ['a', '-b', '-', '-c', '-']],
    ['MergedWithNext', ['a', '-b', '-', '-c', '-'], ['a-', 'b-', '-', 'c-']],
    ['Contiguous', ['a', '-', 'b', '--', 'c', '-'], ['a', '-', 'b', '--', 'c', '-']],
  ]
  for (const [behavior, wanted, inverted] of cases) {
    assert.equal(wordsOf(new SplitStep(pattern, behavior), 'a-b--c-'), wanted, behavior)
    assert.equal(wordsOf(new SplitStep(pattern, behavior, true), 'a-b--c-'), inverted, behavior)
  }
})

test.run()
