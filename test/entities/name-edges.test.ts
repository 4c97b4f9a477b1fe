/**
 * Names end where they should: forty kinds of marks around two hundred names, alone and as the shipped model
 * finds them.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeEntities } from '#dist/entities/entity.js'
import { trimName } from '#dist/entities/name-edges.js'
import { loadRecognizer } from '#dist/node.js'
import { share } from '../thorough.ts'
import { conllLabels, makeInput } from './sample.ts'

/** What stands before a name and behind it. */
const MARKS: readonly [open: string, close: string][] = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['``', "''"],
  ['´', '´'],
  ['“', '”'],
  ['”', '”'],
  ['„', '“'],
  ['„', '”'],
  ['‘', '’'],
  ['‚', '‘'],
  ['’', '’'],
  ['‛', '’'],
  ['‟', '”'],
  ['«', '»'],
  ['»', '«'],
  ['« ', ' »'],
  ['«\u00a0', '\u00a0»'],
  ['‹', '›'],
  ['「', '」'],
  ['『', '』'],
  ['《', '》'],
  ['〈', '〉'],
  ['＂', '＂'],
  ['❝', '❞'],
  ['(', ''],
  ['', ')'],
  ['[', ''],
  ['', ']'],
  ['{', ''],
  ['<', ''],
  ['（', ''],
  ['', '】'],
  ['', ','],
  ['', '、'],
  ['', ';'],
  ['*', '*'],
  ['**', '**'],
  ['_', '_'],
  ['| ', ' |'],
  ['— ', ' —'],
  ['"(', '"'],
  ['“‘', '’”'],
  [' ', '\u3000'],
  ['\u200b', '\u2069'],
  ['', '™'],
  ['', ' ®'],
  ['', '℠'],
  ['', '…'],
  ['🎉 ', ''],
  ['', ' 😂'],
  ['👩🏽‍🚀', '🇩🇪'],
  ['❤️ ', ' ☎️'],
  ['👍🏾', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
  ['★ ', '…”'],
]

const WHOLE = [
  ...[
    "Tim's",
    "O'Neill",
    'U.S.',
    'Yahoo!',
    '(RED)',
    'AT&T',
    'Jean-Luc',
    'Dr. Dre',
    'C++',
    'C#',
    'will.i.am',
    'P!nk',
    'Ke$ha',
  ],
  ...[
    "D'Angelo",
    'Min-jun',
    'St. John’s',
    'Côte d’Ivoire',
    "'s-Hertogenbosch",
    '’t Hooft',
    'Warner Bros.',
    'Foo (Bar)',
    '[email] Ltd [UK]',
  ],
  ...[
    'Toys"R"Us',
    'Sky+',
    '7-Eleven',
    'A&M',
    'Guns N’ Roses',
    'M*A*S*H',
    'M★A★S★H',
    '98°',
    'Москва',
    '北京',
    'القاهرة',
    'תל אביב',
    'Αθήνα',
    'São Paulo',
    'Málaga',
  ],
  ...[
    'Ærø',
    'Łódź',
    'İzmir',
    '𝔉𝔯',
    'U2',
    '3M',
    '20th Century Fox',
    'Panic! at the Disco',
    'Who?',
    '(500) Days',
  ],
]
const GIVEN = [
  'Ann',
  'José',
  'Zoë',
  'Mary-Kate',
  "D'Arcy",
  'Nguyễn',
  'Øystein',
  'J. K.',
  'Фёдор',
  'Mohamed',
  'Aoife',
  'Li',
]
const FAMILY = [
  'Lee',
  "O'Brien",
  'Müller',
  'García Márquez',
  'van der Berg',
  'St. Clair',
  'Smith Jr.',
  'Wałęsa',
  'Йованович',
  'Al-Sayed',
  'Ó Sé',
  'Ng',
  'Bin',
]
const names = [...WHOLE, ...GIVEN.flatMap((given) => FAMILY.map((family) => `${given} ${family}`))]

test('forty kinds of marks around two hundred names leave the name', () => {
  assert.ok(MARKS.length >= 40 && names.length >= 200, `${MARKS.length} marks, ${names.length} names`)
  for (const [open, close] of MARKS) {
    for (const name of names) {
      const text = `I met ${open}${name}${close} yesterday.`
      const end = 6 + open.length + name.length + close.length
      const wanted = [6 + open.length, 6 + open.length + name.length]
      assert.equal(trimName(text, 6, end), wanted, text)
      assert.equal(trimName(text, 5, end + 1), wanted, text)
      assert.equal(trimName(text, ...(wanted as [number, number])), wanted, text)
    }
  }
})

test('the point that ends a sentence is no part of a name, that of an abbreviation is', () => {
  for (const [given, wanted] of [
    ['Ana.', 'Ana'],
    ['Siemens AG.', 'Siemens AG'],
    ['Tim Cook.”', 'Tim Cook'],
    ['Ana...', 'Ana'],
    ['U.S..', 'U.S.'],
    ['Washington D.C.', 'Washington D.C.'],
    ['J.', 'J.'],
    ['Acme Ltd.', 'Acme Ltd.'],
    ['Dr.', 'Dr.'],
    ['.', ''],
  ] as const) {
    const [start, end] = trimName(given, 0, given.length)
    assert.is(given.slice(start, Math.max(start, end)), wanted, given)
  }
})

test('brackets stay where their partner is in the name', () => {
  for (const [given, wanted] of [
    ['(RED)', '(RED)'],
    ['((RED)', '(RED)'],
    ['(RED))', '(RED)'],
    ['Foo (Bar', 'Foo (Bar'],
    ['Foo (', 'Foo'],
    [') Foo', 'Foo'],
    ['(Foo]', 'Foo'],
    ['[(“Foo”)]', '[(“Foo”)]'],
  ] as const) {
    const [start, end] = trimName(given, 0, given.length)
    assert.is(given.slice(start, end), wanted)
  }
})

test('half a surrogate pair is a character of its own', () => {
  for (const half of ['\ud83d', '\ude00']) assert.equal(trimName(`${half}™`, 0, 2), [0, 1])
  assert.equal(trimName('😀Tim😀', 1, 6), [1, 6])
})

test('what is only marks is no name', () => {
  for (const marks of [
    '"',
    '“”',
    '()',
    '( “',
    ' , ',
    '—',
    '**',
    '()[]',
    '\u200b',
    '😀',
    '™ …',
    '🇩🇪🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '\ufffc, \ufffc',
    '',
  ]) {
    const [start, end] = trimName(marks, 0, marks.length)
    assert.ok(end <= start, marks)
  }
})

test('a long run of brackets is read in linear time', () => {
  const text = `${'('.repeat(200_000)}Ann`
  assert.equal(trimName(text, 0, text.length), [200_000, 200_003])
})

test('the words of marks that are left out count for no score', () => {
  const input = makeInput(conllLabels, [
    ['“', 0, { 'B-PER': 0.5 }],
    ['Ann', 1, { 'I-PER': 0.9 }],
    ['‘', 2, { 'B-LOC': 0.9 }],
  ])
  const { entities } = decodeEntities({ ...input, trimName })
  assert.equal(
    entities.map(({ type, text }) => [type, text]),
    [['PER', 'Ann']],
  )
  assert.ok(Math.abs(entities[0]!.score - 0.9) < 1e-6)
  assert.is(decodeEntities(input).entities.length, 2)
})

test('an entity is as sure as its type, whatever its labels', () => {
  const input = makeInput(conllLabels, [
    ['Rey', 0, { 'B-LOC': 0.9, 'I-LOC': 0.05 }],
    ['ja', 0, { 'I-LOC': 0.95 }],
    ['vik', 0, { 'I-LOC': 0.9, 'B-LOC': 0.05 }],
  ])
  const scoreOf = (scoresTypes: boolean): number =>
    decodeEntities({ ...input, scoresTypes }).entities[0]!.score
  assert.ok(Math.abs(scoreOf(false) - 1.9 / 3) < 1e-6)
  assert.ok(Math.abs(scoreOf(true) - 0.95) < 0.01)
})

test('no answer of ours begins or ends with an emoji or a sign of a trade mark, with any strategy', async () => {
  const ner = await loadRecognizer({ threads: 1, inline: true })
  try {
    for (const strategy of ['average', 'first', 'max', 'simple', 'word'] as const) {
      const text =
        'Tom wrote. Tom 😂 laughed. I saw Ana 😂 yesterday. 🎉 Porto is great. I like Nokia™ and Siemens® phones.'
      const { entities } = await ner.recognize(text, { strategy })
      const edges = entities.map((one) => `${one.text.slice(0, 2)}${one.text.slice(-2)}`)
      assert.not.match(edges.join(' '), /[😂🎉™®]/u, strategy)
      assert.ok(entities.filter((one) => one.text === 'Tom').length === 2, strategy)
    }
  } finally {
    ner.dispose()
  }
})

test('the shipped model gives no name with a mark at its edge, but in the styles of other systems', async () => {
  const ner = await loadRecognizer({ threads: 1, inline: true })
  try {
    const some = ['José', 'Málaga', 'Tim Cook', 'Apple', 'New York']
    const texts = share(MARKS, 8).flatMap(([open, close]) =>
      some.map((name) => `Yesterday ${open}${name}${close} was in the news.`),
    )
    const results = await ner.recognizeAll(texts)
    let found = 0
    for (const [i, { entities }] of results.entries()) {
      for (const { text, start, end } of entities) {
        assert.equal(trimName(texts[i]!, start, end), [start, end], texts[i])
        found += Number(some.includes(text))
      }
    }
    assert.ok(found > texts.length * 0.8, `${found} of ${texts.length} names found as they are`)
    const others = await ner.recognizeAll(texts, { style: 'transformers' })
    const dirty = others.filter(({ entities }, i) =>
      entities.some(({ start, end }) => trimName(texts[i]!, start, end)[0] !== start),
    )
    assert.ok(dirty.length > 0)
  } finally {
    ner.dispose()
  }
})

test.run()
