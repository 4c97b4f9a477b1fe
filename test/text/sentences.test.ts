/** A text is split into sentences, in linear time. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseConll, type TaggedSentence } from '#dist/evaluate/conll.js'
import { splitSentences } from '#dist/text/sentences.js'
import { assertLinear } from '../growth.ts'
import { sharedPath } from '../shared.ts'
import { times } from '../thorough.ts'

/**
 * `|` stands where a sentence ends. The kinds of case are those that the literature names: the Golden Rules of
 * pragmatic_segmenter (Dias 2015; Sadvilkar and Neumann 2020, "PySBD"), Kiss and Strunk 2006 (abbreviations, initials,
 * ordinal numbers, ellipses), Mikheev 2002 (titles, words that begin sentences), Grefenstette and Tapanainen 1994. The
 * wording is ours.
 */
const cases: Readonly<Record<string, readonly string[]>> = {
  'plain sentences': [
    'The train left.|Nobody was on it.',
    'Where is Ana?|She is in Lima!|Good.',
    'Stop!!|Why?!|Because.',
    'One sentence without an end',
    'He paid.|20 people saw it.',
  ],
  'titles and abbreviations': [
    'We saw Dr. Ito and Mrs. Perez at St. Mary Hospital.|They left.',
    'Gen. Grant met Sen. Sumner.',
    'Acme Inc. bought Globex Corp. for little.|It was a bargain.',
    'She works for Acme Inc.|She likes it.',
    'He lives on Elm Ave.|The house is red.',
    'Bring pens, paper, etc. to the room.|Thanks.',
    'Bring pens, paper, etc.|Ana brings the rest.',
    'It rains (approx. 80 mm) in Sept. 1998 and Oct. 1999.',
    'Smith vs. Jones is a case.',
    'See p. 55, fig. 3, and No. 7.|Then stop.',
    'I said no.|Ana said yes.',
    'Kind regards, Mr. Ng',
    'We came on Monday.Mrs. Ng did not.|Why?',
    'Habló el Lic. Ruiz.|Nadie más.',
  ],
  'initials and points between letters': [
    'J. R. Ewing owned it.|So did J.F. Kemp.',
    'Ana J. Lopez met George H. W. Bush.',
    'You and I.|Did you see it?',
    'He moved to the U.S. Navy base in the U.S. last year.',
    'They live in the U.S.|They like it.',
    'It opens at 9 a.m. and closes at 5 p.m. on Mondays.',
    'It closes at 5 p.m.|Then we go.',
    'A Ph.D. in law, e.g. from the U.K., i.e. not here, helps.',
  ],
  'numbers, addresses, names with points': [
    'It costs $3.50 or 1.200,75 in all.|No more.',
    'Version 2.1.3 is out.|Get it at www.example.com/a.b?c=d.|Bye.',
    'Mail ana.lopez@example.org.|She answers.',
    'Node.js and ASP.NET are tools.',
    'In 1997.|In 12.|And so on.',
    'It lies at N°. 12.331.|Go there.|It has 20°.|Cold.',
    'Yahoo! News told it.|Nobody read Yahoo!|The end.',
  ],
  'quotes and brackets': [
    '"Come in."|She sat down.',
    '"Come in!" said the man.|He waited.',
    'He asked “why?” and left.|She stayed.',
    '(It was late.)|We slept.',
    'It fell (it was old.) on the floor.',
    'Ana (from the U.S.) 6-3 6-2',
    '‘Yes.’|Then he went.',
    'Er sagte: »Komm.«|Dann ging er.',
    'It was proved.[2]|Nobody knew.[13]',
    '**Bold.**|And not.',
  ],
  ellipses: [
    'Well...|I see.',
    'She was ... tired, and he too...|They slept.',
    'It is … over.|Really.',
    'He began . . . but stopped.',
    'He gave up. . . .',
    'The thing is . . . I never knew.|She did . . .|Then it was over.',
    'It was over . . . .|I knew.',
    '“It was [...] the end [...]” (Ruiz 12).|Was it?',
    'It was the end (…) for Ana [...] and Bob.|Yes.',
  ],
  'text in small letters, as in chat': [
    'hi!|are you there?|i am.|ok',
    'met dr. smith today.|he was fine, e.g. not ill.',
    'see you at 5 p.m. or so',
  ],
  'tokenised text': [
    'He left .|She stayed .',
    '" I left . "|He nodded .',
    'He said : " No .|We stay . "',
    "She said `` no . ''|He left .",
    'It ended ( at last . )|We slept .',
    'The U.S. Open began .|J. Smith won .',
  ],
  lists: [
    '1. Salt|\n2. Milk',
    '1.) Salt.|\n2.) Milk.',
    'a. Salt|\nb. Milk',
    '- Dr. Ito|\n- Ana',
    '• Salt|\n• milk',
    'We need 1. Salt|2. Milk|3. Bread',
    '1.) The salt|2.) The milk|3.) bread',
    '1) The salt.|2) The milk.',
    '1. The salt|2. The milk',
    '1. The salt.|2. The milk.|3. The bread.',
    '(1) The salt|(2) the milk of Dr. Ito',
    '• 9. The salt|• 10. The milk',
    '⁃9. The salt|⁃10. The milk',
    'a. The salt|b. The milk|c. The bread',
    '1. FC Lima stieg in die 2. Liga ab',
    '1) Ana came 3) times',
  ],
  'line breaks': [
    'First paragraph|\n\nsecond one',
    'Report of the day|\r\nAna Lopez, Lima',
    'The paragraph of this mail was wrapped at a width by Dr.\nIto, and a long name like Ana Maria da Silva Pereira\nLopez is not cut there.',
    'Hello Ana,\nhow are you?|I am fine.',
    '10:31 WARN disk of host a|\n10:32 INFO user ana came in',
    'Ana: are we still meeting tomorrow at the station in Lima?|\nBob: yes',
    'Subject: hello|\nTo: Ana',
    '> Are you there?|\n> Yes',
    'hey|\nare you there|\nyes',
  ],
  'other scripts': [
    '今天下雨。|我在北京！|你呢？',
    '終わりました。|2つ目です。|３つ目。',
    '彼は「行く。」と言った。|そして出た。',
    'यह एक वाक्य है।|यह दूसरा है।',
    'هل أنت هنا؟|نعم.',
    'Он живёт в Москве.|Она нет.',
    'Am 3. Oktober kam z.B. Hr. Braun.|Er blieb.',
    'Le prix est de 3.5 euros.|C’est tout.',
    '¿Dónde está Ana?|¡Aquí!|Bien.',
  ],
}

for (const [name, texts] of Object.entries(cases)) {
  test(name, () => {
    for (const marked of texts) {
      const text = marked.replaceAll(/\|(?=\r?\n)/g, '').replaceAll('|', ' ')
      const wanted = marked.split('|').map((part) => part.trim())
      assert.equal(
        splitSentences(text).map(([start, end]) => text.slice(start, end)),
        wanted,
      )
    }
  })
}

test('full stops need no white space behind them, points do', () => {
  assert.equal(splitSentences('我在北京。他在上海。'), [
    [0, 5],
    [5, 10],
  ])
  assert.equal(splitSentences('See a.b and c.D'), [[0, 15]])
  assert.equal(splitSentences(' \n\t '), [])
  assert.equal(splitSentences(''), [])
})

const pieces = fc.constantFrom(
  ...[
    'a',
    'B',
    'Dr',
    'no',
    'The',
    'U.S',
    '1',
    '12',
    '.',
    '..',
    '!',
    '?',
    '…',
    '。',
    '"',
    '”',
    '(',
    ')',
    "''",
    '[3]',
  ],
  ...[
    ' ',
    '  ',
    '\n',
    '\n\n',
    '\r\n',
    '\t',
    '- ',
    '# ',
    'と',
    '」',
    '\ud83d\ude00',
    '\ud800',
    '\u2029',
    'Smith',
    'word,',
  ],
)

test('spans are in order, trimmed, and leave out nothing but white space', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const text = parts.join('')
      let last = 0
      for (const [start, end] of splitSentences(text)) {
        assert.ok(start >= last && end > start)
        assert.is(text.slice(last, start).trim(), '')
        assert.is(text.slice(start, end).trim(), text.slice(start, end))
        last = end
      }
      assert.is(text.slice(last).trim(), '')
    }),
    { numRuns: times(300, 3000) },
  )
})

test('the time is linear, whatever repeats', async () => {
  const units = [
    '.',
    '. ',
    'a. ',
    '"',
    '" ',
    ' . "',
    '1. ',
    '\n',
    'a\n',
    '(',
    '- ',
    ' ',
    'a',
    'A.b.',
    '[1',
    "''",
    '。',
    '- a\n',
    'Name: x\n',
  ]
  for (const unit of units) {
    await assertLinear(JSON.stringify(unit), times(80_000, 400_000), (size) => {
      const text = `x${unit.repeat(size / unit.length)}y`
      return () => splitSentences(text)
    })
  }
})

interface Score {
  readonly precision: number
  readonly recall: number
  /** Entities that a boundary cuts. */
  readonly cut: number
}

/** Documents put together from their sentences again, words joined by spaces, sentences by `between`. */
function score(sentences: readonly TaggedSentence[], between: string): Score {
  let [right, found, wanted, cut] = [0, 0, 0, 0]
  let at = 0
  while (at < sentences.length) {
    const ends = new Set<number>()
    const entities: [number, number][] = []
    let text = ''
    const first = at
    for (
      ;
      at < sentences.length && (at === first || sentences[at]!.document === sentences[first]!.document);
      at++
    ) {
      if (text !== '') text += between
      const { words, gold } = sentences[at]!
      words.forEach((word, index) => {
        if (index > 0) text += ' '
        const inside = gold[index]!.startsWith('I-') && gold[index - 1]?.slice(2) === gold[index]!.slice(2)
        if (inside) entities.at(-1)![1] = text.length + word.length
        else if (gold[index] !== 'O') entities.push([text.length, text.length + word.length])
        text += word
      })
      ends.add(text.length)
    }
    const guesses = splitSentences(text).map(([, end]) => end)
    ends.delete(text.length)
    wanted += ends.size
    found += guesses.length - 1
    for (const guess of guesses) {
      if (ends.has(guess)) right++
      if (entities.some(([start, end]) => start < guess && guess < end)) cut++
    }
  }
  return { precision: (100 * right) / found, recall: (100 * right) / wanted, cut }
}

// Measured 95.85 and 60.98, 96.54 and 98.42, 98.69 and 97.23, 98.10 and 99.61. Headlines, tables and lists of results end without a mark, which is what
// recall lacks where sentences are joined by spaces.
const floors = [
  { file: 'data/conll2003-dev.txt', between: ' ', precision: 95.8, recall: 60.9, cut: 1 },
  { file: 'data/conll2003-dev.txt', between: '\n', precision: 96.5, recall: 98.4, cut: 1 },
  { file: 'data/wikigold.conll', between: ' ', precision: 98.6, recall: 97.2, cut: 1 },
  { file: 'data/wikigold.conll', between: '\n', precision: 98.0, recall: 99.6, cut: 1 },
]

test('documents put together from their sentences fall into them again', () => {
  for (const { file, between, ...floor } of floors) {
    const path = sharedPath(file)
    if (path === undefined) {
      console.log(`skipped: boundaries of sentences in ${file}: ../shared/${file} is not there`)
      continue
    }
    const result = score(parseConll(readFileSync(path, 'utf8')), between)
    const told = `${file} joined by ${JSON.stringify(between)}: ${JSON.stringify(result)}`
    if (process.env.IOBERT_VERBOSE) console.log(told)
    assert.ok(result.precision >= floor.precision && result.recall >= floor.recall, told)
    assert.ok(result.cut <= floor.cut, told)
  }
})

test.run()
