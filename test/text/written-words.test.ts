/** Words as annotators see them, built from a tokenizer's pieces. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, loadTokenizer } from '#dist/node.js'
import { withSpaceWords, withWrittenWords } from '#dist/text/written-words.js'
import { assertLinear } from '../growth.ts'
import { rootPath } from '../shared.ts'
import { times } from '../thorough.ts'

const tokenizer = await loadTokenizer()
const roberta = await loadTokenizer(rootPath('test/goldens/families/roberta'))

function wordsOf(text: string, family = tokenizer): string[] {
  const pieces = family.encode(text)
  const read = family.marksContinuations ? pieces : withSpaceWords(text, pieces, family.unkId)
  const { offsets, wordIds } = withWrittenWords(text, read)
  const words: [number, number][] = []
  wordIds.forEach((id, index) => {
    if (id === null) return
    if (words[id] === undefined) words[id] = [...offsets[index]!]
    else words[id][1] = offsets[index]![1]
  })
  return words.map(([start, end]) => text.slice(start, end))
}

/** Words as they are to come, parted by spaces, `|` where no white space stands between. */
const cases: Readonly<Record<string, readonly string[]>> = {
  hyphens: [
    'Kim Min-jun and Xavier Ndiaye-Dubois fly to Port-au-Prince|.',
    'Al-Jazeera drank Coca-Cola |– Stratford‑upon‑Avon |-|- and |-|A',
    'Jean-Luc|’s U.S.-led J.-P. Morel',
  ],
  possessives: [
    "O'Neill|'s Jean-Luc|'s T-Mobile|'s boss|'",
    'Siobhán O’Connor|’s',
    "St. John|'s is cold|.",
    "John|'S",
  ],
  apostrophes: [
    "O'Neill o'hare Sana'a N'Djamena D'Angelo",
    "l|'|Italia d|'|Orsay L|'|Aquila",
    "|'|Ann|' said",
  ],
  'signs and points': [
    'AT&T Marks & Spencer ana_lopez',
    'Amazon.com 3.5 U.S. J.K. Rowling J. R. Ewing',
    'Acme Inc. bought Globex Inc|.',
    'Dr. Ito met Ms. Jones and Martin King Jr. in Lima|.',
    'Plan B|. He left|.|Then she|.',
    'Paris|/|London |(|New York|)|, |"|Ann|"|!',
  ],
  'other scripts': ['東|京|都|へ', 'Пётр Иванов-Сидоров|,', 'ab|。'],
}
for (const [what, texts] of Object.entries(cases)) {
  test(`written words: ${what}`, () => {
    for (const marked of texts) {
      const wanted = marked.split(/[ |]/u).filter((word) => word !== '')
      assert.equal(wordsOf(marked.replaceAll('|', '')), wanted)
    }
  })
}

test('written words of a tokenizer that takes punctuation into words are without it', () => {
  assert.equal(wordsOf("Ann, Bob's (Rome).", roberta), ['Ann', ',', 'Bob', "'s", '(', 'Rome', ')', '.'])
})

test('written words are whole words of the tokenizer, without white space, and their count is in order', () => {
  const parts = fc.constantFrom(
    'Ann',
    "'",
    '’',
    's',
    '-',
    '.',
    'U',
    ' ',
    'o',
    '&',
    '京',
    'Inc',
    '\u0301',
    '😀',
    '_',
    ',',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (list) => {
      const text = list.join('')
      const before = tokenizer.encode(text)
      const { wordIds, offsets } = withWrittenWords(text, before)
      for (let index = 2; index < wordIds.length - 1; index++) {
        const step = wordIds[index]! - wordIds[index - 1]!
        assert.ok(step === 0 || step === 1)
        if (before.wordIds[index] === before.wordIds[index - 1]) assert.is(step, 0)
        if (step === 0) assert.not.match(text.slice(offsets[index - 1]![0], offsets[index]![1]), /\s/u)
      }
    }),
    { numRuns: 500 },
  )
})

test('written words take time linear in the text', async () => {
  for (const part of ['Ann-', 'U.', "o'", 'a&', '.-']) {
    await assertLinear(part, times(40_000, 160_000), (size) => {
      const text = part.repeat(size / part.length)
      const encoding = tokenizer.encode(text)
      return () => withWrittenWords(text, encoding)
    })
  }
})

const ner = await loadRecognizer()
const names: Readonly<Record<string, readonly string[]>> = {
  "Jean-Luc Picard's brother Kim Min-jun met Xavier Ndiaye-Dubois.": [
    'Jean-Luc Picard',
    'Kim Min-jun',
    'Xavier Ndiaye-Dubois',
  ],
  "O'Neill's friend Mary-Kate Olsen flew to Stratford-upon-Avon.": [
    "O'Neill",
    'Mary-Kate Olsen',
    'Stratford-upon-Avon',
  ],
  "T-Mobile's boss and AT&T's spoke to Al-Jazeera.": ['T-Mobile', 'AT&T', 'Al-Jazeera'],
  'Martin Luther King Jr. spoke in Washington.': ['Martin Luther King Jr.', 'Washington'],
}
for (const [text, wanted] of Object.entries(names)) {
  test(`strategy word reads names whole: ${text}`, async () => {
    for (const merge of ['context', 'huggingface'] as const) {
      const { entities, words } = await ner.recognize(text, { strategy: 'word', words: true, merge })
      assert.equal(
        entities.map(({ text: name }) => name),
        wanted,
      )
      assert.equal(
        words!.map(({ text: word }) => word),
        wordsOf(text),
      )
    }
  })
}

test('strategy word of given words is strategy first', async () => {
  const given = ['Mary-Kate', 'Olsen', "'s", 'St.', "John's"]
  const found = await ner.recognize(given, { pretokenized: true, words: true, strategy: 'word' })
  assert.equal(found, await ner.recognize(given, { pretokenized: true, words: true, strategy: 'first' }))
})

test.after(() => ner.dispose())
test.run()
