/** Rules together with the model: phrases, overlaps, policies, linear time. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trimName } from '#dist/entities/name-edges.js'
import { compileRules, mergeRules } from '#dist/rules/compile-rules.js'
import * as module from '#dist/rules/presets.js'
import { atOnce } from '#dist/rules/turns.js'
import type { Rule, RuleMatch, RulePolicy } from '#dist/rules/types.js'
import { assertLinear } from '../growth.ts'

function found(rules: readonly Rule[], text: string): string[] {
  return compileRules(rules)
    .find(text)
    .map((match) => {
      assert.is(match.text, text.slice(match.start, match.end))
      return `${match.type} ${match.text}`
    })
}

test('phrases are found between words, the longest first, across white space', () => {
  const rules = [{ type: 'P', phrases: ['Ann', 'Ann Lee', 'U.S.', 'New  York', "O'Neill", 'C++'] }]
  assert.equal(found(rules, 'Ann Lee, Annual, ann, Ann.'), ['P Ann Lee', 'P Ann'])
  assert.equal(found(rules, "New\nYork and New York, not NewYork; O'Neill's C++ in the U.S."), [
    'P New\nYork',
    'P New York',
    "P O'Neill",
    'P C++',
    'P U.S.',
  ])
  assert.equal(found([{ type: 'P', phrases: ['straße', 'ÅSA'], ignoreCase: true }], 'Straße STRASSE åsa'), [
    'P Straße',
    'P åsa',
  ])
  assert.equal(found([{ type: 'P', phrases: ['東京', '서울', 'กรุงเทพ'] }], '東京都へ。 서울에서 กรุงเทพฯ'), [
    'P 東京',
    'P 서울',
    'P กรุงเทพ',
  ])
  assert.equal(found([{ type: 'P', phrases: new Set(['a b']) }], 'x a b a  b b'), ['P a b', 'P a  b'])
})

test('of rules that overlap the longer match stays, on a tie that of the earlier rule', () => {
  const rules: Rule[] = [
    { type: 'A', pattern: /b c/ },
    { type: 'B', phrases: ['a b'] },
    { type: 'C', pattern: /c d e/ },
    { type: 'D', phrases: ['x'] },
    { type: 'E', pattern: /x/ },
  ]
  assert.equal(found(rules, 'a b c d e x'), ['B a b', 'C c d e', 'D x'])
  const parts: Rule[] = [
    { type: 'A', pattern: /1 2 3 4/ },
    { type: 'B', pattern: /3 4 5/ },
    { type: 'C', pattern: /4 5 6/ },
  ]
  assert.equal(found(parts, '1 2 3 4 5 6 7'), ['A 1 2 3 4', 'B 5', 'C 6'])
})

const span = (type: string, start: number, end: number): RuleMatch => ({
  type,
  text: '',
  start,
  end,
  score: 1,
})

test('the policy says which entity stays where a rule and the model overlap', () => {
  const model = [span('PER', 0, 10), span('ORG', 12, 15), span('LOC', 20, 25)]
  const rules = [span('R', 3, 8), span('R', 11, 16), span('R', 20, 25), span('R', 30, 31)]
  const types = (policy: RulePolicy): string =>
    atOnce(mergeRules(model, rules, policy))
      .map(({ type, start }) => `${type}${start}`)
      .join(' ')
  assert.is(types('longest'), 'PER0 R11 R20 R30')
  assert.equal(atOnce(mergeRules(model, [], 'rule')), model)
  assert.is(types('rule'), 'R3 R11 R20 R30')
  assert.is(types('model'), 'PER0 ORG12 LOC20 R30')
})

test('what of an entity that gives way lies outside stays', () => {
  const text = 'Zhang Wei - zhang@a.org, Elm St. 5, “Ann Lee” 1 q 2'
  const at = (type: string, part: string): RuleMatch => {
    const start = text.indexOf(part)
    return { type, text: part, start, end: start + part.length, score: 0.5 }
  }
  const merge = (model: RuleMatch[], rules: RuleMatch[], policy: RulePolicy): string[] =>
    atOnce(mergeRules(model, rules, policy, trimName)).map((one) => {
      assert.is(one.text, text.slice(one.start, one.end))
      return `${one.type} ${one.text}`
    })
  const mail = at('EMAIL', 'zhang@a.org')
  assert.equal(merge([at('PER', 'Zhang Wei - zhang')], [mail], 'rule'), [
    'PER Zhang Wei',
    'EMAIL zhang@a.org',
  ])
  assert.equal(merge([at('PER', 'Zhang Wei - zhang')], [mail], 'longest'), [
    'PER Zhang Wei - zhang',
    'EMAIL @a.org',
  ])
  assert.equal(merge([at('LOC', 'org, Elm')], [mail, at('ADDRESS', 'Elm St. 5')], 'rule'), [
    'EMAIL zhang@a.org',
    'ADDRESS Elm St. 5',
  ])
  assert.equal(merge([at('PER', '“Ann Lee”')], [at('X', 'Lee')], 'rule'), ['PER Ann', 'X Lee'])
  assert.equal(merge([at('PER', '1 q 2')], [at('X', 'q')], 'rule'), ['PER 1', 'X q', 'PER 2'])
})

test('nothing that was found is left out of what is merged', () => {
  const spans = fc
    .array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 6 })), { maxLength: 8 })
    .map((gaps) => {
      let end = 0
      return gaps.map(([gap, length]) => {
        const start = end + gap
        end = start + length
        return { ...span('X', start, end), text: 'x'.repeat(length) }
      })
    })
  const covered = (list: readonly RuleMatch[]): string =>
    [...new Set(list.flatMap(({ start, text }) => Array.from(text, (_, at) => start + at)))]
      .sort((a, b) => a - b)
      .join()
  fc.assert(
    fc.property(
      spans,
      spans,
      fc.constantFrom<RulePolicy>('longest', 'rule', 'model'),
      (model, rules, policy) => {
        const merged = atOnce(mergeRules(model, rules, policy, trimName))
        assert.is(covered(merged), covered([...model, ...rules]))
        assert.ok(merged.every((one, index) => index === 0 || merged[index - 1]!.end <= one.start))
      },
    ),
  )
})

test('merged entities never overlap, are in order, and only overlapping ones are left out', () => {
  const spans = fc
    .array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 6 })), { maxLength: 12 })
    .map((gaps) => {
      let at = 0
      return gaps.map(([gap, length]) => {
        const start = at + gap
        at = start + length
        return span('X', start, at)
      })
    })
  fc.assert(
    fc.property(
      spans,
      spans,
      fc.constantFrom<RulePolicy>('longest', 'rule', 'model'),
      (model, rules, policy) => {
        const merged = atOnce(mergeRules(model, rules, policy))
        assert.ok(merged.every((one, index) => index === 0 || merged[index - 1]!.end <= one.start))
        for (const one of [...model, ...rules]) {
          assert.ok(
            merged.includes(one) || merged.some(({ start, end }) => start < one.end && one.start < end),
          )
        }
        if (policy === 'model') for (const one of model) assert.ok(merged.includes(one))
        if (policy === 'rule') for (const one of rules) assert.ok(merged.includes(one))
      },
    ),
  )
})

test('rules that are wrong are refused by their number', () => {
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [{ type: 'X' }, /rules is an object, expected an array/],
    [[3], /rules\[0\] is a number, expected \{ type, pattern \} or \{ type, phrases \}$/],
    [
      Object.values(module),
      /rules\[\d+\] is the function \w+, expected .*; .*write rules: 'all' or Object\.values\(presets\)$/,
    ],
    [['email'], /rules\[0\] is a string, expected \{ type, pattern \}/],
    [[{ pattern: /a/ }], /rules\[0\] has no type/],
    [[{ type: 'X' }], /rules\[0\] has neither pattern nor phrases/],
    [[{ type: 'X', pattern: 'a' }], /rules\[0\]\.pattern is a string, expected a RegExp/],
    [[{ type: 'X', pattern: /a/, phrases: [] }], /rules\[0\]\.phrases is not known/],
    [[{ type: 'X', phrases: 'abc' }], /phrases is a string, expected an array of strings/],
    [[{ type: 'X', phrases: ['a', ' '] }], /rules\[0\].phrases has " ", which has 0 words/],
    [[{ type: 'X', phrases: ['a '.repeat(101)] }], /which has 101 words, expected 1 to 100/],
    [[{ type: 'X', phrases: [1] }], /rules\[0\].phrases has a number, expected strings/],
  ]
  for (const [rules, message] of refused) assert.throws(() => compileRules(rules as Rule[]), message)
})

test('the time of phrases is linear in the text', () => {
  const rules = compileRules([{ type: 'X', phrases: [`${'a '.repeat(99)}b`, 'a c'] }])
  return assertLinear('phrases', 100_000, (words) => {
    const text = 'a '.repeat(words)
    return () => rules.find(text)
  })
})

test.run()
