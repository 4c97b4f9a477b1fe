import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  card,
  compileRules,
  email,
  iban,
  ip,
  type PatternRule,
  phone,
  presets,
  url,
} from '#dist/rules/presets.js'
import { cpuTime } from '../cpu-time.ts'

function found(rule: PatternRule, text: string): string[] {
  return compileRules([rule])
    .find(text)
    .map((match) => match.text)
}

/** Everything between ⟨ and ⟩ is to be found, and nothing else. */
function check(rule: PatternRule, ...marked: readonly string[]): void {
  for (const one of marked) {
    const text = one.replace(/[⟨⟩]/gu, '')
    const wanted = Array.from(one.matchAll(/⟨([^⟩]*)⟩/gu), ([, inner]) => inner!)
    assert.equal(found(rule, text), wanted, one)
  }
}

test('e-mail addresses', () => {
  check(
    email,
    'Write to ⟨ana.lopez+x@mail.example.org⟩, or <⟨bo@example.co.uk⟩>.',
    "⟨o'neill_2@a-b.example⟩ and mailto:⟨ana@example.com⟩?subject=x".replace("⟨o'neill_2", "o'⟨neill_2"),
    '⟨françois@exämple.fr⟩; ⟨用户@例子.公司⟩',
    '@ana, ana@, @example.com, ana@localhost, 5@6, a@b.1',
  )
})

test('addresses of the web', () => {
  check(
    url,
    'See ⟨https://example.com/a_(b)?c=d&e=[1]#f⟩. And (⟨http://example.com⟩), ⟨www.example.org/x⟩!',
    '⟨HTTPS://EXAMPLE.COM⟩ "⟨ftp://example.com/f.txt⟩"',
    'http:// and https and example.com and wwww',
  )
})

test('telephone numbers, and no dates, times, amounts', () => {
  check(
    phone,
    'Call ⟨+49 30 1234567⟩ or ⟨+1 (555) 123-4567⟩, ⟨0049 30 1234567⟩.',
    '(⟨+44 20 7946 0958⟩) ⟨(030) 123456⟩, ⟨030/1234567⟩, ⟨0171-1234567⟩',
    '⟨555-123-4567⟩, ⟨555.123.4567⟩, ⟨555-1234⟩, ⟨06 12 34 56 78⟩',
    '⟨1-800-555-0199⟩, ⟨1 (800) 555-0199⟩, ⟨8 (495) 123-45-67⟩, ⟨07700900123⟩, ⟨612 345 678⟩, ⟨138 0013 8000⟩',
    '⟨555-1234⟩/⟨555-1235⟩, ⟨01.02.03.04.05⟩, ⟨03-2012-3456⟩, ⟨+55 (11) 91234-5678⟩, ⟨+44 (0)20 7946 0958⟩',
    'on 2024-01-31, 31.01.2024, 01.02.2024, 01/02/2024 at 10:31:02',
    '2020-02-02 2021-03-03, 01.02.2024 10 people, 03/04/2024-05/04/2024, 100 200 300, 100-200-300',
    '1 234 567 890 or 1 987 654 321 people, version 1.2.3, v10.15.7, ISBN 978-3-16-148410-0, 0001234567',
    '1.234.567 or 123.456.789 people, 12345678, 3.1415926, $1,000,000',
  )
})

test('IBANs by their check digits', () => {
  check(
    iban,
    'to ⟨DE89 3704 0044 0532 0130 00⟩ by Monday, ⟨DE89-3704-0044-0532-0130-00⟩-x',
    '⟨GB29NWBK60161331926819⟩, ⟨gb29 nwbk 6016 1331 9268 19⟩ and ⟨BE68 5390 0754 7034⟩ AND MORE',
    '⟨FR14 2004 1010 0505 0001 3M02 606⟩ ⟨NO93 8601 1117 947⟩',
    'DE89 3704 0044 0532 0130 01, GB28NWBK60161331926819, AB12CDEFGHIJKLMNOP',
  )
})

test('card numbers by their check digit', () => {
  check(
    card,
    '⟨4111 1111 1111 1111⟩, ⟨5500-0000-0000-0004⟩, ⟨378282246310005⟩, ⟨3782 822463 10005⟩',
    'number ⟨4111 1111 1111 1111⟩ 123 and 2024 ⟨4111 1111 1111 1111⟩',
    '4111 1111 1111 1112, 1234567890123456, 0000000000000000, 1700000000004',
  )
})

test('IP addresses', () => {
  check(
    ip,
    'from ⟨192.168.0.1⟩:8080 to ⟨2001:db8::1⟩, ⟨::1⟩ or ⟨fe80::1⟩: up',
    '⟨2001:0db8:85a3:0000:0000:8a2e:0370:7334⟩ [⟨::ffff:192.0.2.1⟩]',
    '256.1.1.1, 1.2.3, 1.2.3.4.5, 10:30:15, a::b, std::vector, 01.02.03.04',
    'version 1.0.0.0, Version: 1.2.3.4, 2.4.6.8-beta, v1.2.3.4, 10.0.19041.1',
  )
})

test('presets have all rules by name, and rules together do not quarrel', () => {
  assert.equal(Object.keys(presets), ['email', 'url', 'phone', 'iban', 'card', 'ip'])
  const rules = compileRules(Object.values(presets))
  const text =
    'https://ana@example.com/?ip=10.0.0.1 4111 1111 1111 1111 DE89370400440532013000 +49 30 1234567'
  assert.equal(
    rules.find(text).map(({ type }) => type),
    ['URL', 'CARD', 'IBAN', 'PHONE'],
  )
})

test('presets take linear time', () => {
  const rules = compileRules(Object.values(presets))
  for (const unit of ['a', '1', '1 ', 'a@', 'a.', 'a:', '0:', '(1)', 'http://', '1.1.', 'DE89 1234 ']) {
    const time = cpuTime(() => rules.find(unit.repeat(60_000 / unit.length)))
    assert.ok(time < 4000, `${JSON.stringify(unit)}: ${time} ms`)
  }
})

test.run()
