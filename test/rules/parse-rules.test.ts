/** Rules from JSON, and the errors for invalid ones. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileRules, parseRules } from '#dist/rules/presets.js'

test('parseRules makes rules of what JSON holds', () => {
  const json = String.raw`[
    { "type": "TICKET", "pattern": "^[A-Z]{2,5}-\\d+$" },
    { "type": "WORD", "pattern": "ŒUVRE|\\p{Script=Greek}+", "ignoreCase": true },
    { "type": "FIRM", "phrases": ["acme corp", "initech"], "ignoreCase": true },
    { "type": "FIRM", "phrases": ["Hooli"] }
  ]`
  const rules = compileRules(parseRules(JSON.parse(json)))
  assert.equal(rules.types, ['TICKET', 'WORD', 'FIRM'])
  const text = 'see\nABC-12\nœuvre of ΑΒΓ at Acme Corp, INITECH, Hooli and hooli, not ABC-13'
  assert.equal(
    rules.find(text).map((match) => `${match.type} ${match.text}`),
    ['TICKET ABC-12', 'WORD œuvre', 'WORD ΑΒΓ', 'FIRM Acme Corp', 'FIRM INITECH', 'FIRM Hooli'],
  )
  assert.equal(parseRules([]), [])
})

test('parseRules names the rule that is wrong', () => {
  for (const [written, message] of [
    [{}, /^rules is an object, expected an array of rules$/],
    [null, /^rules is null, expected an array/],
    [['email'], /^rules\[0\] is a string, expected an object$/],
    [[{ type: 'A', phrases: [] }, {}], /^rules\[1\] has no type, expected/],
    [[{ type: 'A' }], /^rules\[0\] has neither pattern nor phrases/],
    [[{ type: 'A', pattern: 'a', phrases: ['b'] }], /^rules\[0\] has both pattern and phrases/],
    [[{ type: 1, pattern: 'a' }], /^rules\[0\]\.type is a number, expected a string$/],
    [[{ type: 'A', pattern: '(' }], /^rules\[0\]\.pattern is no regular expression: /],
    [[{ type: 'A', phrases: ['b', 3] }], /^rules\[0\]\.phrases\[1\] is a number, expected a string$/],
    [
      [{ type: 'A', patern: 'a' }],
      /^rules\[0\]\.patern is not known, expected one of type, pattern, phrases/,
    ],
  ] as const) {
    assert.throws(() => parseRules(written), message)
  }
})

test.run()
