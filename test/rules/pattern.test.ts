/** Patterns of rules find what JavaScript finds, in linear time, or are refused by name. */
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileRules } from '#dist/rules/compile-rules.js'
import { assertLinear } from '../growth.ts'
import { times } from '../thorough.ts'
import { native, source } from './native.ts'

function find(pattern: RegExp, text: string): string[] {
  return compileRules([{ type: 'X', pattern }])
    .find(text)
    .map((match) => match.text)
}

function places(pattern: RegExp, text: string): [start: number, end: number][] {
  return compileRules([{ type: 'X', pattern }])
    .find(text)
    .map(({ start, end }) => [start, end])
}

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'S', '1', '.', ' ', '\n', '\u2028', 'ſ', '😀', '\ud83d', '\ude00'), {
    maxLength: 10,
  })
  .map((characters) => characters.join(''))

const flags = fc.constantFrom('', 'i', 'u', 'iu', 'm', 'mu', 'imu', 's')

// fast-check prints the seed of what fails; more runs: IOBERT_FUZZ=100000 in the environment.
const runs = Number(process.env['IOBERT_FUZZ'] ?? times(300, 1500))

test('patterns find what they find in JavaScript, within a line', () => {
  let compared = 0
  fc.assert(
    fc.property(source, text, flags, (one, sample, flag) => {
      let pattern: RegExp
      try {
        pattern = new RegExp(one.ours, flag)
        compileRules([{ type: 'X', pattern }])
      } catch {
        return
      }
      compared++
      const wanted = native(new RegExp(one.withinLines, flag), sample)
      assert.equal(places(pattern, sample), wanted, `${pattern} in ${JSON.stringify(sample)}`)
    }),
    { numRuns: runs },
  )
  assert.ok(compared > 0.8 * runs, `${compared} were compared`)
})

/** Of some patterns JavaScript's own search of a long text never ends: those have no answer here. */
function nativePlaces(pattern: RegExp, long: string): [start: number, end: number][] | undefined {
  const code =
    'JSON.stringify(Array.from(long.matchAll(pattern), ({ 0: { length }, index }) => [index, index + length]))'
  try {
    return JSON.parse(runInNewContext(code, { pattern, long }, { timeout: 200 }))
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  }
}

test('a long text is searched as a short one is, wherever its blocks end', () => {
  let compared = 0
  fc.assert(
    fc.property(source, fc.array(text, { minLength: 1, maxLength: 60 }), flags, (one, samples, flag) => {
      const pattern = new RegExp(one.ours, flag)
      const once = `${samples.join('a')}a`
      const long = once.repeat(Math.ceil(4000 / once.length))
      const wanted = nativePlaces(new RegExp(one.withinLines, `${pattern.flags}g`), long)
      // Where one is empty, JavaScript's search is another.
      if (wanted === undefined || wanted.some(([start, end]) => start === end)) return
      compared++
      assert.equal(places(pattern, long), wanted, `${pattern} in ${JSON.stringify(once)}`)
    }),
    { numRuns: runs / 5 },
  )
  assert.ok(compared > 0, `${compared} were compared`)
})

test('case, code points, properties, assertions and groups mean what they mean in JavaScript', () => {
  const cases: [pattern: RegExp, text: string][] = [
    [/\bann\b/i, 'Ann annual ANN'],
    [/\p{Lu}\p{Ll}+/u, 'Ärger und Öl, Élan'],
    [/\u{1F600}+|[\u{1F601}]/u, 'a😀😀b😁'],
    [/./u, '😀a'],
    [/[^😀]+/u, 'a😀b'],
    [/(?<year>\d{4})-(?:\d\d)/, '2024-01 and 1999-12'],
    [/[^\s,]+/, 'a, b,c'],
    [/x{|{y/, 'x{ {y'],
    [/\cJ|\0|\t|\x41|\u0042/, 'A\tB\0'],
    [/a|ab/, 'ab'],
    [/(?:ab|a)(?:c|bcd)/, 'abcd'],
    [/\Bb/, 'ab b'],
    [/\bſ|\b\u212a/iu, 'ſ \u212a aſ'],
    [/\bſ/i, 'ſ aſ'],
    [/(a*?)*|b/, 'aab'],
    [/(?:a*?)?b*/, 'aabb'],
    [/(?:|a)+b?/, 'aab'],
    [/ +a$| +$/m, '  a\n  '],
  ]
  // What the compiler would take for mistakes.
  for (const [written, text] of [
    [String.raw`\012|\07|\0a`, '\n\x07\0a'],
    [String.raw`\018`, '\x018'],
    [String.raw`[\12]\c`, '\n\\c'],
    [String.raw`\c1|\c`, 'c1 \\c1 \\c'],
    [String.raw`\u{3}\p{2}`, 'uuupp'],
    [`a{${'0'.repeat(50)}2}`, 'aaaa'],
    ['(?:){1000000000}a|(?:^){3,999999999}b', 'ba'],
  ] as const) {
    cases.push([new RegExp(written), text])
  }
  for (const [pattern, text] of cases) {
    const wanted = native(pattern, text).map(([start, end]) => text.slice(start, end))
    assert.equal(
      find(pattern, text),
      wanted.filter((match) => !match.includes('\n')),
      String(pattern),
    )
  }
  assert.equal(find(/^a/, 'ab\nab'), ['a'])
  assert.equal(find(/^a/m, 'ab\nab'), ['a', 'a'])
  assert.equal(find(/b$/, 'ab\nab'), ['b'])
  assert.equal(find(/b$/m, 'ab\r\nab'), ['b', 'b'])
  assert.equal(find(/a.*b/s, 'a\nb ab'), ['ab'], 'a match lies within a line')
})

/** A pattern of different classes of characters, each a match. */
function severalClasses(count: number): string {
  return Array.from({ length: count }, (_, one) => `[\\u${(0x4000 + one).toString(16)}-\\u9fff]`).join('|')
}

test('what a character matches is asked of pages of 256, however many characters a text has', () => {
  const rules = compileRules([{ type: 'X', pattern: new RegExp(severalClasses(256)) }])
  const text = Array.from({ length: 16_384 }, (_, one) => String.fromCharCode(0x4000 + one)).join('')
  const { exec } = RegExp.prototype
  let asked = 0
  RegExp.prototype.exec = function (string) {
    asked++
    return exec.call(this, string)
  }
  try {
    assert.is(rules.find(text).length, text.length)
  } finally {
    RegExp.prototype.exec = exec
  }
  // A run for each class and page, and where it ends. Each of the characters by itself would be 4,194,304.
  assert.ok(asked < 3 * 256 * (text.length / 256), `${asked} times`)
})

test('single characters are known without RegExp, as many as a pattern may have', () => {
  const names = Array.from({ length: 1900 }, (_, one) => String.fromCharCode(0x4e00 + one))
  assert.equal(find(new RegExp(names.join('|')), '\u4e00 a \u556b\u556c'), ['\u4e00', '\u556b'])
  assert.equal(find(/\.\[\u{1f600}|😁\n/u, '.[😀 😁. '), ['.[😀'])
  assert.equal(find(/-_|😀/, '-_ \\-_ 😀'), ['-_', '-_', '😀'])
})

test('what would need more than linear time is refused, with what to do', () => {
  // In a variable, since the compiler's target does not know it.
  const newFlag = 'v'
  const deep = 5000
  const refused: readonly (readonly [RegExp, RegExp])[] = [
    [/(a)\1/, /has a back-reference.*write what it stands for/],
    [/(?<x>a)\k<x>/, /back-reference/],
    [/a(?=b)/, /has look-around, \(\?=.*accept/],
    [/(?<!a)b/, /look-around, \(\?<!/],
    [/(?:a{100}){100}/, /more than 4000 steps/],
    [/a{0,999999999}/, /more than 4000 steps/],
    [new RegExp('ab'.repeat(50_000)), /more than 4000 parts/],
    [new RegExp('(?:'.repeat(deep) + ')'.repeat(deep)), /more than 200 groups/],
    [new RegExp('[a-z]', newFlag), /the flag v/],
    [new RegExp(severalClasses(257)), /more than 256 different classes of characters.*several rules/],
  ]
  for (const [pattern, message] of refused) {
    assert.throws(
      () => find(pattern, ''),
      (error: unknown) =>
        error instanceof RangeError && message.test(error.message) && error.message.length < 500,
      String(message),
    )
  }
})

test('no pattern hangs: the time is linear in the text', async () => {
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
    // 35 seconds and 2.7 GB once.
    /(?:[^ ]*)*YYYYYYYYYYYYYYYYYYYYYYYYYY/mu,
  ]
  for (const pattern of patterns) {
    const rules = compileRules([{ type: 'X', pattern }])
    await assertLinear(String(pattern), times(50_000, 200_000), (length) => {
      const text = `${'a'.repeat(length)}😀aaa`
      return () => rules.find(text)
    })
  }
})

test('the automaton holds few states, whatever the pattern', async () => {
  // Backward each place has a state of its own here: which of the last 16 characters were an a.
  const pattern = /[ab]{16}c|a[ab]{15}d|(?:[ab]{0,16}a){3}e/
  let text = ''
  for (let seed = 1, place = 0; place < 300_000; place++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    text += 'abab abcde'[(seed >>> 16) % 10]
  }
  const rules = compileRules([{ type: 'X', pattern }])
  rules.find(text)
  const before = process.memoryUsage().heapUsed
  rules.find(text)
  global.gc?.()
  const held = process.memoryUsage().heapUsed - before
  assert.ok(held < 20_000_000, `${held} bytes`)
  await assertLinear(String(pattern), text.length, (length) => {
    const beginning = text.slice(0, length)
    return () => rules.find(beginning)
  })
})

test('a line of any length is searched in one piece', () => {
  const words = 'word 12345 '.repeat(20_000)
  assert.equal(new Set(find(/\d+/, words)), new Set(['12345']))
  assert.is(find(/\d+/, words).length, 20_000)
  const long = 'a'.repeat(300_000)
  assert.equal(places(/a+/, long), [[0, 300_000]])
  assert.equal(places(/a+?$/, long), [[0, 300_000]])
  assert.equal(places(/^.*a$/, `b${long}`), [[0, 300_001]])
  for (const cut of [1024, 2048, 65_536, 131_072]) {
    for (let before = cut - 12; before <= cut + 2; before++) {
      for (const sample of ['123 456 78', '😀😀x😀a12']) {
        const text = `${'😀'.repeat(before / 2)}${' '.repeat(before % 2)}${sample}${' b'.repeat(2000)}`
        assert.equal(
          places(/\d+ \d+|[^ 😀]+1|x\u{1f600}/u, text),
          places(/\d+ \d+|[^ 😀]+1|x\u{1f600}/u, sample).map(([start, end]) => [
            start + before,
            end + before,
          ]),
          `${sample} at ${before}`,
        )
      }
    }
  }
})

test('accept sorts matches out, takes a part of one, and one behind it is still found', async () => {
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
  for (const pattern of [/a+/, /a{1,256}/, /a{1,128}/]) {
    const none = compileRules([{ type: 'X', pattern, accept: () => false }])
    // 26 seconds once, for 100,000 and 256.
    await assertLinear(String(pattern), 100_000, (length) => {
      const text = 'a'.repeat(length)
      return () => assert.equal(none.find(text), [])
    })
  }
  const ends = compileRules([{ type: 'X', pattern: /a+b?/, accept: (match) => match.length < 100 }])
  assert.equal(
    ends.find(`${'a'.repeat(1000)}b`).map(({ text }) => text.length),
    [99],
    'a long match is looked into again at its end',
  )
})

test('accept may search with its own rule', () => {
  const rules = compileRules([
    {
      type: 'X',
      pattern: /\d+/,
      accept: (match) => match.length < 3 || rules.find(match.slice(0, 2)).length === 1,
    },
  ])
  assert.is(rules.find('1 23 456 7890'.repeat(500)).length, 2000 - 499)
})

test.run()
