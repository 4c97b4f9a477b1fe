/** Consecutive sentences form a passage, separate lines do not. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { splitSentences } from '#dist/text/sentences.js'
import { splitPassages } from '#dist/text/split.js'
import { assertLinear } from '../growth.ts'
import { times } from '../thorough.ts'

const long = 'Nobody knows how long this sentence goes on before it ends. '

/** `|` stands where a passage ends. */
const cases: Readonly<Record<string, readonly string[]>> = {
  'sentences of a paragraph': [
    'Ann left. She ran. Nobody saw her.',
    `${long.repeat(6).trim()}|${long.repeat(6).trim()}|${long.trim()}`,
    `${long.repeat(6).trim()}|${'And so on, '.repeat(50)}to the end.|Bye.`,
  ],
  paragraphs: ['Ann left.\n\nBob came.'.replace('\n\n', '|'), 'A title|A text. It ends.|Another one'],
  'wrapped prose, as in mail': [
    `Thanks for your letter of the third of May. We are pleased to tell you that\nthe application to Oxford University was received by our colleague Dr. Alan\nWhitfield. He is happy.`,
    `The committee met on Monday evening in the town hall of Little Rock. Members\nwere asked to bring their own chairs, which some of them did not do. The\nchair was taken by Ms. Jones.`,
  ],
  'a sentence a line': ['Angela Merkel met Tim Cook.\nThey spoke of Apple.\nHe said "Good."\nShe left!'],
  logs: [
    '2024-03-01 10:22 INFO Ann logged in.|2024-03-01 10:23 WARN disk full.|2024-03-01 10:24 INFO bye',
    '[INFO] Starting.|[WARN] Ann changed the settings.|[INFO] Done.',
    'connect Ann|accept Bob|close Ann',
    'INFO: done.|WARN: Ann has no password.',
  ],
  chat: ['Ann: are you there?|Bob: not yet.|Ann: ok. See you.', '[10:31] Ann: hi.|[10:32] Bob: hello!'],
  lists: [
    'Ann Lopez|Bob Zhang|Cem Moreau',
    '- Ann Lopez, Acme.|- Bob Zhang, Globex.',
    '1. Flour.|2. Sugar.|3. Salt.',
    'name,city|Ann,Lima|Bob,Rome',
  ],
  tables: [
    `Name                City                Employer          Since      Room|Ann Lopez           Lima                Acme Inc.         2019       12-A|Bob Zhang           Rome                Globex Ltd.       2021       14-B`,
    'Ann Lopez\tLima\tAcme Inc.|Bob Zhang\tRome\tGlobex Ltd.|Cem Moreau\tOslo\tInitech',
    '1  Ann Lopez  3:31.526|2  Bob Zhang  3:31.674',
  ],
  'two spaces behind a sentence': [
    `Thanks for your letter of the third of May.  We are pleased to tell you that\nthe application to Oxford University was received by our colleague Dr. Alan\nWhitfield.  He is happy.`,
  ],
  'quoted mail': ['> Hi Ann.|> Best, Bob.'],
  'signatures and addresses': ['See you soon!\nBob Zhang|Acme Inc|Lima'],
}
for (const [what, texts] of Object.entries(cases)) {
  test(`passages: ${what}`, () => {
    for (const marked of texts) {
      const parts = marked.split('|')
      const text = parts.join(
        what === 'sentences of a paragraph' ? ' ' : what === 'paragraphs' ? '\n\n' : '\n',
      )
      assert.equal(
        splitPassages(text).map(([start, end]) => text.slice(start, end)),
        parts,
      )
    }
  })
}

test('a text of one passage is read as it stands, one of white space not at all', () => {
  assert.equal(splitPassages(' Ann left.\n'), [[0, 11]])
  assert.equal(splitPassages(`\n${long.repeat(6)}`), [[0, 361]])
  assert.equal(splitPassages(' \n\n '), [])
  assert.equal(splitPassages(''), [])
})

const words = fc.constantFrom(
  'Ann',
  'left.',
  'Mr.',
  'x',
  '\n',
  '\n\n',
  '"So?"',
  '東京。',
  '- ',
  '10:20',
  'INFO:',
  ' ',
  long,
)
test('passages are whole sentences, each of which is in one, and of 400 units where they are several', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), (list) => {
      const text = list.join(' ')
      const sentences = splitSentences(text)
      const passages = splitPassages(text)
      const inside = passages.map(([start, end]) =>
        sentences.filter(([from, to]) => start <= from && to <= end),
      )
      assert.equal(inside.flat(), sentences)
      for (const [index, [start, end]] of passages.entries()) {
        const own = inside[index]!
        if (passages.length === 1) return
        assert.equal([start, end], [own[0]![0], own.at(-1)![1]])
        assert.ok(own.length === 1 || end - start <= 400)
        assert.not.match(text.slice(start, end), /\n\s*\n/u)
      }
    }),
    { numRuns: 500 },
  )
})

test('passages take time linear in the text', async () => {
  for (const part of [long, 'Ann\n', '. ', '\n', '"', 'Ann: hi. ']) {
    await assertLinear(part, times(200_000, 800_000), (size) => {
      const text = part.repeat(size / part.length)
      return () => splitPassages(text)
    })
  }
})

test.run()
