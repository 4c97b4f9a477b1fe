import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parsePattern } from '#dist/rules/parse-pattern.js'
import { compileRules } from '#dist/rules/rules.js'
import { cpuTime } from '../cpu-time.ts'

function find(pattern: RegExp, text: string): string[] {
  return compileRules([{ type: 'X', pattern }])
    .find(text)
    .map((match) => match.text)
}

/** What JavaScript finds: at each place in turn, the preferred match that is not empty. */
function native(pattern: RegExp, text: string): string[] {
  const found: string[] = []
  const flags = `${pattern.flags.replace(/[gy]/g, '')}ys`
  for (let start = 0; start < text.length; ) {
    const rest = text.slice(start)
    const match = new RegExp(`(?:${pattern.source})(?<=^[^]+)`, flags).exec(rest)
    if (match !== null) found.push(match[0])
    start += match === null ? (pattern.unicode && rest.codePointAt(0)! > 0xffff ? 2 : 1) : match[0].length
  }
  return found
}

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\W',
  '1',
  '\\.',
  '[\\]a-]',
  '\\u0061',
  '\\x62',
)
const quantifier = fc.constantFrom(
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{1,2}',
  '{0,3}?',
  '{2,}',
)

/** A group, repeated only if it cannot match nothing: there this engine differs. */
function repeated([inner, times]: [string, string]): string {
  return `(${inner})${new RegExp(`^(?:${inner})$`).test('') ? '' : times}`
}

/** Patterns out of atoms, groups, alternatives and quantifiers. */
const { pattern: source } = fc.letrec<{ pattern: string; term: string; sequence: string }>((tie) => ({
  term: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(atom, quantifier).map(([one, times]) => one + times) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('pattern'), quantifier).map(repeated),
    },
    { weight: 1, arbitrary: tie('pattern').map((inner) => `(?:${inner})`) },
  ),
  sequence: fc.array(tie('term'), { minLength: 0, maxLength: 3 }).map((terms) => terms.join('')),
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|')),
}))

test('patterns find what they find in JavaScript', () => {
  let compared = 0
  fc.assert(
    fc.property(
      source,
      fc.stringMatching(/^[abc1. ]{0,14}$/),
      fc.constantFrom('', 'i', 'u', 'iu'),
      (one, text, flags) => {
        let pattern: RegExp
        try {
          pattern = new RegExp(one, flags)
          parsePattern(pattern)
        } catch {
          return
        }
        compared++
        const trimmed = text.trim()
        assert.equal(
          find(pattern, trimmed),
          native(pattern, trimmed),
          `${pattern} in ${JSON.stringify(trimmed)}`,
        )
      },
    ),
    { numRuns: 5000 },
  )
  assert.ok(compared > 4000, `${compared} were compared`)
})

test('case, code points, properties, assertions and groups mean what they mean in JavaScript', () => {
  const cases: readonly (readonly [RegExp, string])[] = [
    [/\bann\b/i, 'Ann annual ANN'],
    [/\p{Lu}\p{Ll}+/u, 'Ärger und Öl, Élan'],
    [/\u{1F600}+|[\u{1F601}]/u, 'a😀😀b😁'],
    [/./u, '😀a'],
    [/(?<year>\d{4})-(?:\d\d)/, '2024-01 and 1999-12'],
    [/[^\s,]+/, 'a, b,c'],
    [/x{|{y/, 'x{ {y'],
    [/\cJ|\0|\t|\x41|\u0042/, 'A\tB\0'],
    [/a|ab/, 'ab'],
    [/(?:ab|a)(?:c|bcd)/, 'abcd'],
    [/\Bb/, 'ab b'],
  ]
  for (const [pattern, text] of cases) {
    assert.equal(
      find(pattern, text),
      text.match(new RegExp(pattern.source, `${pattern.flags}g`)) ?? [],
      String(pattern),
    )
  }
  assert.equal(find(/^a/, 'ab\nab'), ['a'])
  assert.equal(find(/^a/m, 'ab\nab'), ['a', 'a'])
  assert.equal(find(/b$/, 'ab\nab'), ['b'])
  assert.equal(find(/b$/m, 'ab\r\nab'), ['b', 'b'])
  assert.equal(find(/a.*b/s, 'a\nb ab'), ['ab'], 'a match lies within a line')
})

test('what would need more than linear time is refused, with what to do', () => {
  // In a variable, since the compiler's target does not know it.
  const newFlag = 'v'
  const refused: readonly (readonly [RegExp, RegExp])[] = [
    [/(a)\1/, /has a back-reference.*write what it repeats/],
    [/(?<x>a)\k<x>/, /back-reference/],
    [/a(?=b)/, /has look-around, \(\?=.*accept/],
    [/(?<!a)b/, /look-around, \(\?<!/],
    [/(?:a{100}){100}/, /more than 1000 steps/],
    [new RegExp('[a-z]', newFlag), /the flag v/],
  ]
  for (const [pattern, message] of refused) assert.throws(() => find(pattern, ''), message)
  for (const [pattern] of refused)
    assert.throws(
      () => find(pattern, ''),
      (error: unknown) => error instanceof RangeError,
    )
})

test('no pattern hangs: the time is linear in the text', () => {
  const patterns = [
    /(a+)+b/,
    /(a|a)*b/,
    /(a*)*b/,
    /(?:a?){30}a{30}b/,
    /a*b|a/,
    /(.*)(.*)(.*)c/,
    /(?:a|b|ab)*c|a/,
    /\w+@\w+/,
    /(x+x+)+y|a{1,50}z|a/,
  ]
  for (const pattern of patterns) {
    const rules = compileRules([{ type: 'X', pattern }])
    const time = cpuTime(() => rules.find('a'.repeat(60_000)))
    // A square of 60,000 takes ten seconds and more, a power of two never ends.
    assert.ok(time < 4000, `${pattern}: ${time} ms`)
  }
})

test('lines longer than 65,536 units are read in parts that end at white space', () => {
  const text = `${'word 12345 '.repeat(20_000)}`
  assert.is(find(/\d+/, text).length, 20_000)
  assert.ok(find(/\d+/, text).every((match) => match === '12345'))
  assert.is(find(/a+/, 'a'.repeat(65_536 * 2)).length, 2)
})

test('accept sorts matches out, takes a part of one, and one behind it is still found', () => {
  const even = compileRules([{ type: 'X', pattern: /\d{2}/, accept: (match) => Number(match) % 2 === 0 }])
  assert.equal(
    even.find('13412').map(({ text, start }) => [text, start]),
    [
      ['34', 1],
      ['12', 3],
    ],
  )
  const first = compileRules([{ type: 'X', pattern: /[a-z]+/, accept: (match) => match.indexOf('x') + 1 }])
  assert.equal(
    first.find('abxcdx ef').map(({ text }) => text),
    ['abx', 'cdx'],
  )
  const none = compileRules([{ type: 'X', pattern: /a+/, accept: () => false }])
  const time = cpuTime(() => assert.equal(none.find('a'.repeat(60_000)), []))
  assert.ok(time < 2000, `${time} ms`)
})

test.run()
