// Makes src/text/unicode-tables.ts and letter-tables.ts from ../shared/goldens/unicode.json, which says what the Rust tokenizers library does
// to each code point. Two things are not in that file and come from this Node's own data: lower case of letters that
// also decompose, and the order of combining marks. Both are checked against what is known of the library.
import { readFileSync, writeFileSync } from 'node:fs'

const golden = JSON.parse(readFileSync(new URL('../../shared/goldens/unicode.json', import.meta.url), 'utf8'))
const CLASSES = ['letter', 'punctuation', 'space', 'delete', 'cjk']
const LAST = 0x10ffff

// Combining marks younger than Unicode 9, which the library's canonical ordering takes for letters.
const YOUNG_MARKS =
  '7fd 897 898-89f 8ca-8d3 9fe c3c d3b-d3c eba 1715 1abf-1add 1ae0-1aeb 1df6-1dfa a82c 10d24-10d27 10d69-10d6d ' +
  '10eab-10eac 10efa-10eff 10f46-10f50 10f82-10f85 11070 1133b 113ce-113d0 113e1-113e2 1145e 11839-1183a 1193d-1193e ' +
  '11943 119e0 11a34 11a47 11a99 11d42 11d44-11d45 11d97 11f41-11f42 1612f 16ff0-16ff1 1e08f 1e130-1e136 1e2ae ' +
  '1e2ec-1e2ef 1e4ec-1e4ef 1e5ee-1e5ef 1e6e3 1e6e6 1e6ee-1e6ef 1e6f5'
const MARKS = 817

const isSurrogate = (code) => code >= 0xd800 && code <= 0xdfff
const isHangul = (code) => code >= 0xac00 && code <= 0xd7a3
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

function packClasses() {
  const numbers = []
  let previous = 0
  for (const [first, name] of golden.runs) {
    const value = CLASSES.indexOf(name === 'surrogate' ? 'delete' : name)
    if (value < 0) throw new Error(`unknown class ${name}`)
    numbers.push((first - previous) * 8 + value)
    previous = first
  }
  return pack(numbers)
}

/** What accent stripping leaves, without the spaces the library puts round an ideograph; no Hangul, no empty results. */
const left = new Map()
const dropped = []
for (const [code, result] of entries(golden.stripAccents)) {
  if (isHangul(code)) continue
  const kept = codes(result.replace(/^ (.*) $/su, '$1'))
  if (kept.length === 0) dropped.push(code)
  else left.set(code, kept)
}

function packStripped() {
  const numbers = []
  let previousCode = 0
  let previousResult = 0
  for (const [code, kept] of left) {
    if (kept.length > 3) throw new Error(`${code.toString(16)} leaves ${kept.length} code points`)
    numbers.push((code - previousCode) * 4 + kept.length)
    for (const result of kept) {
      numbers.push(zigzag(result - previousResult))
      previousResult = result
    }
    previousCode = code
  }
  return pack(numbers)
}

/** Runs of [gap, length, ...value] over sorted code points, for values that stay the same along a run. */
function packRuns(pairs) {
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

/** Runs of [gap, length * 2 + (0: every code point, 1: every other), zigzag of the difference]. */
function packLowercase() {
  const uncased = new Map(entries(golden.uncased))
  const lower = new Map()
  for (let code = 0; code <= LAST; code++) {
    if (isSurrogate(code) || isHangul(code)) continue
    const text = String.fromCodePoint(code)
    const decomposes = left.has(code)
    const result = decomposes ? text.toLowerCase() : (uncased.get(code) ?? text).replace(/^ (.*) $/su, '$1')
    if (result === text || result === '') continue
    // U+0130 is the one letter with two code points in lower case: i and U+0307; the second is added where it is read.
    const [first, ...more] = codes(result)
    if (more.length > 0 && code !== 0x130) continue
    if (first !== code) lower.set(code, first - code)
  }
  const numbers = []
  let end = 0
  const rest = new Map([...lower].sort((a, b) => a[0] - b[0]))
  for (const [first, difference] of rest) {
    if (!rest.has(first)) continue
    const run = (step) => {
      let length = 1
      while (
        rest.get(first + length * step) === difference &&
        (step === 1 || !rest.has(first + length * step - 1))
      )
        length++
      return length
    }
    const [every, other] = [run(1), run(2)]
    const step = other > every ? 2 : 1
    const length = Math.max(every, other)
    for (let index = 0; index < length; index++) rest.delete(first + index * step)
    numbers.push(first - end, length * 2 + (step - 1), zigzag(difference))
    end = first + (length - 1) * step + 1
  }
  return pack(numbers)
}

/** Ranks of combining classes, 1 the lowest: by asking which of two marks normalisation puts first. */
function packMarks() {
  const young = new Set()
  for (const range of YOUNG_MARKS.split(' ')) {
    const [first, last = first] = range.split('-').map((hex) => Number.parseInt(hex, 16))
    for (let code = first; code <= last; code++) young.add(code)
  }
  const swaps = (first, second) => `x${first}${second}`.normalize('NFD') !== `x${first}${second}`
  const marks = []
  for (let code = 0; code <= LAST; code++) {
    if (isSurrogate(code) || isHangul(code) || young.has(code)) continue
    // A mark is ordered by the first code point of its decomposition.
    const lead = String.fromCodePoint(String.fromCodePoint(code).normalize('NFD').codePointAt(0))
    if (swaps('\u0345', lead) || swaps(lead, '\u0334')) marks.push([code, lead])
  }
  if (marks.length !== MARKS)
    throw new Error(`${marks.length} combining marks, not ${MARKS}: list the young ones`)
  const sorted = marks.toSorted((a, b) => (swaps(b[1], a[1]) ? -1 : swaps(a[1], b[1]) ? 1 : 0))
  const ranks = new Map()
  let rank = 0
  sorted.forEach(([code, lead], index) => {
    if (index === 0 || swaps(lead, sorted[index - 1][1])) rank++
    ranks.set(code, rank)
  })
  return packRuns(marks.map(([code]) => [code, ranks.get(code)]))
}

const tables = {
  classRuns: [
    '[first code point, class] of each run: letter 0, punctuation 1, space 2, delete 3, cjk 4.',
    packClasses(),
  ],
  strippedEntries: [
    'What NFD without nonspacing marks leaves of a code point that decomposes; no Hangul.',
    packStripped(),
  ],
  droppedRuns: [
    'Code points accent stripping drops: nonspacing marks.',
    packRuns(dropped.map((code) => [code, 0])),
  ],
  lowercaseRuns: [
    '[first, length, step, difference] to lower case; U+0130 also gets U+0307.',
    packLowercase(),
  ],
  markRuns: [
    'Ranks of canonical combining classes; a code point that is in no run is a starter.',
    packMarks(),
  ],
}

/** Case and accents apart: cased models need the classes alone. */
const FILES = {
  'unicode-tables': ['classRuns'],
  'letter-tables': ['strippedEntries', 'droppedRuns', 'lowercaseRuns', 'markRuns'],
}
for (const [file, names] of Object.entries(FILES)) {
  const source = names.map((name) => {
    const [comment, packed] = tables[name]
    return `/** ${comment} */\nexport const ${name}: string =\n  '${packed}'\n`
  })
  writeFileSync(
    new URL(`../src/text/${file}.ts`, import.meta.url),
    `// Made by tools/make-unicode-tables.mjs; read by unicode.ts, which says how the numbers are packed.\n\n${source.join('\n')}`,
  )
}
console.log(
  Object.entries(tables)
    .map(([name, [, packed]]) => `${name} ${packed.length}`)
    .join(', '),
)
