// Makes src/text/unicode/*-tables.ts from test/goldens/unicode.json, which records what the Rust tokenizers
// library does to each code point. tools/goldens/ask-tokenizers.py made that file from the library (it needs
// Python and `pip install tokenizers`); this script needs only the file. `--check` writes nothing and fails
// if a table would change.
import { readFileSync, writeFileSync } from 'node:fs'

const answers = JSON.parse(readFileSync(new URL('../../test/goldens/unicode.json', import.meta.url), 'utf8'))
const CLASSES = ['letter', 'punctuation', 'space', 'delete', 'cjk']

const entries = (object) =>
  Object.entries(object)
    .map(([hex, result]) => [Number.parseInt(hex, 16), result])
    .sort((a, b) => a[0] - b[0])
const codes = (text) => Array.from(text, (character) => character.codePointAt(0))

/** Numbers >= 0 as base64 digits of 5 bits, lowest first, the sixth bit set where more follow. */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
function pack(numbers) {
  let packed = ''
  for (let number of numbers) {
    if (!Number.isSafeInteger(number) || number < 0) throw new Error(`cannot pack ${number}`)
    while (number >= 32) {
      packed += DIGITS[32 + (number & 31)]
      number = Math.floor(number / 32)
    }
    packed += DIGITS[number]
  }
  return packed
}
const zigzag = (number) => (number < 0 ? -2 * number - 1 : 2 * number)

/** [code points since the last run, class] of each run; surrogates, of which the library has none, are deleted. */
function packClasses() {
  const surrogate = answers.classes.findLastIndex(([first]) => first < 0xd800) + 1
  const around = answers.classes[surrogate - 1][1]
  const listed = answers.classes.toSpliced(surrogate, 0, [0xd800, 'delete'], [0xe000, around])
  const merged = listed.filter(
    ([first, name], run) => listed[run + 1]?.[0] !== first && name !== listed[run - 1]?.[1],
  )
  let previous = 0
  return pack(
    merged.map(([first, name]) => {
      const number = (first - previous) * 8 + CLASSES.indexOf(name)
      previous = first
      return number
    }),
  )
}

/** What accent stripping leaves of a code point, where that is something. */
const stripped = entries(answers.stripAccents).map(([code, result]) => [code, codes(result)])

function packStripped() {
  const numbers = []
  let previousCode = 0
  let previousResult = 0
  for (const [code, left] of stripped) {
    if (left.length === 0) continue
    if (left.length > 3) throw new Error(`${code.toString(16)} leaves ${left.length} code points`)
    numbers.push((code - previousCode) * 4 + left.length)
    for (const result of left) {
      numbers.push(zigzag(result - previousResult))
      previousResult = result
    }
    previousCode = code
  }
  return pack(numbers)
}

/** Runs of [gap, length, value] over sorted code points, for values that stay the same along a run. */
function packValues(pairs) {
  const numbers = []
  let end = 0
  for (let index = 0; index < pairs.length; ) {
    const [first, value] = pairs[index]
    let length = 1
    while (
      index + length < pairs.length &&
      pairs[index + length][0] === first + length &&
      pairs[index + length][1] === value
    ) {
      length++
    }
    numbers.push(first - end, length, value)
    end = first + length
    index += length
  }
  return pack(numbers)
}

/** Runs of [gap, length] from runs of [first, last]. */
function packRuns(runs) {
  let end = 0
  return pack(
    runs.flatMap(([first, last]) => {
      const gap = first - end
      end = last + 1
      return [gap, end - first]
    }),
  )
}

/** Runs of [gap, length * 2 + (0: every code point, 1: every other), zigzag of the difference]. */
function packLowercase() {
  const lower = new Map()
  for (const [code, result] of entries(answers.lowercase)) {
    // U+0130 is the one letter with two code points in lower case: i and U+0307; the second is added where it is read.
    const [first, ...more] = codes(result)
    if (more.length > 0 && code !== 0x130) throw new Error(`${code.toString(16)} has a long lower case`)
    lower.set(code, first - code)
  }
  const numbers = []
  let end = 0
  for (const [first, difference] of [...lower]) {
    if (!lower.has(first)) continue
    const run = (step) => {
      let length = 1
      while (
        lower.get(first + length * step) === difference &&
        (step === 1 || !lower.has(first + length * step - 1))
      )
        length++
      return length
    }
    const [every, other] = [run(1), run(2)]
    const step = other > every ? 2 : 1
    const length = Math.max(every, other)
    for (let index = 0; index < length; index++) lower.delete(first + index * step)
    numbers.push(first - end, length * 2 + (step - 1), zigzag(difference))
    end = first + (length - 1) * step + 1
  }
  return pack(numbers)
}

/** Each file holds what is needed together: a model loads no table that it does not use. */
const FILES = {
  'unicode-tables': {
    classRuns: [
      '[first code point, class] of each run: letter 0, punctuation 1, space 2, delete 3, cjk 4.',
      packClasses(),
    ],
  },
  'letter-tables': {
    strippedEntries: [
      'What NFD without nonspacing marks leaves of a code point that decomposes; no Hangul.',
      packStripped(),
    ],
    droppedRuns: [
      'Code points accent stripping drops: nonspacing marks.',
      packValues(stripped.filter(([, left]) => left.length === 0).map(([code]) => [code, 0])),
    ],
    lowercaseRuns: [
      '[first, length, step, difference] to lower case; U+0130 also gets U+0307.',
      packLowercase(),
    ],
    markRuns: [
      'Ranks of canonical combining classes; a code point that is in no run is a starter.',
      packValues(entries(answers.markRanks)),
    ],
  },
  'word-tables': {
    wordRuns: ['[gap, length] of runs of word characters: `\\w` of the library.', packRuns(answers.word)],
  },
  'byte-level-tables': {
    letterRuns: [
      '[gap, length] of runs of letters: `\\p{L}` of the byte-level pattern.',
      packRuns(answers.byteLevel.letter),
    ],
    numberRuns: ['[gap, length] of runs of numbers: `\\p{N}` there.', packRuns(answers.byteLevel.number)],
  },
  'numeric-tables': {
    numericRuns: ['[gap, length] of runs of what the library takes for digits.', packRuns(answers.numeric)],
    decimalRuns: ['[gap, length] of runs of `\\d` in its patterns.', packRuns(answers.decimal)],
  },
  'decomposed-tables': {
    decomposedRuns: [
      '[gap, length] of runs of what has a decomposition (NFKD).',
      packRuns(answers.decomposed),
    ],
  },
  'combining-tables': {
    combiningRuns: [
      '[gap, length] of runs of combining marks, of whatever class.',
      packRuns(answers.combining),
    ],
  },
  'grapheme-tables': Object.fromEntries(
    [
      ['continue', 'continues', 'what extends a grapheme cluster'],
      ['prepend', 'prepends', 'what stays with what follows it'],
      ['break', 'breaks', 'controls'],
      ['pictographic', 'pictographic', 'pictographs'],
      ['conjunctConsonant', 'conjunctConsonants', 'consonants of Indic conjuncts'],
      ['conjunctLinker', 'conjunctLinkers', 'what joins two of them'],
      ['conjunctExtend', 'conjunctExtends', 'what may stand between'],
    ].map(([name, key, what]) => [
      `${name}Runs`,
      [`[gap, length] of runs of ${what}.`, packRuns(answers.graphemes[key])],
    ]),
  ),
}

const wrong = []
for (const [file, tables] of Object.entries(FILES)) {
  const source = Object.entries(tables).map(([name, [comment, packed]]) => {
    const line = `export const ${name}: string = '${packed}'`
    // As the formatter has it.
    const declared = line.length <= 110 ? line : line.replace(" = '", " =\n  '")
    return `/** ${comment} */\n${declared}\n`
  })
  const text = `// Made by tools/goldens/make-unicode-tables.mjs; read by unicode.ts, which says how the numbers are packed.\n${source.join('\n')}`
  // What every tokenizer reads stands in text/, what some read in its subfolder.
  const path = `src/text/${file === 'unicode-tables' ? '' : 'unicode/'}${file}.ts`
  const url = new URL(`../../${path}`, import.meta.url)
  if (!process.argv.includes('--check')) writeFileSync(url, text)
  else if (readFileSync(url, 'utf8') !== text) wrong.push(path)
  console.log(`${file}: ${text.length} bytes`)
}
if (wrong.length > 0) {
  console.error(
    `${wrong.join(', ')}: not what the answers give; run node tools/goldens/make-unicode-tables.mjs`,
  )
  process.exit(1)
}
