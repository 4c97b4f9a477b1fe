/** The presets: what each finds and what it leaves out. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  birthdate,
  card,
  compileRules,
  email,
  iban,
  ip,
  mac,
  passport,
  phone,
  presets,
  secret,
  ssn,
  url,
} from '#dist/rules/presets.js'
import { assertLinear } from '../growth.ts'
import { share, times } from '../thorough.ts'
import { check } from './marked.ts'

test('e-mail addresses', () => {
  check(
    email,
    'Write to ⟨ana.lopez+x@mail.example.org⟩, or <⟨bo@example.co.uk⟩>.',
    "⟨o'neill_2@a-b.example⟩ and mailto:⟨ana@example.com⟩?subject=x, 'to ⟨bo@example.com⟩'",
    '⟨a@xn--d1acufc.xn--p1ai⟩, ⟨a@b.XN--FIQS8S⟩. ⟨почта@пример.рф⟩ ⟨a@☕.example⟩ ⟨"ana lopez"@example.org⟩',
    '⟨ana@[192.0.2.1]⟩ ⟨ana@[IPv6:2001:db8::1]⟩ «⟨ana@example.com⟩» ⟨ana@example.com⟩→⟨bo@example.com⟩😀',
    '⟨用户@例子.公司⟩。⟨user@مثال.موقع⟩، و',
    `a@b.${'😀'.repeat(40)}`,
    '⟨françois@exämple.fr⟩; ⟨用户@例子.公司⟩',
    '@ana, ana@, @example.com, ana@localhost, 5@6, a@b.1',
  )
})

test('addresses of the web', () => {
  check(
    url,
    'See ⟨https://example.com/a_(b)?c=d&e=[1]#f⟩. And (⟨http://example.com⟩), ⟨www.example.org/x⟩!',
    '⟨HTTPS://EXAMPLE.COM⟩ "⟨ftp://example.com/f.txt⟩"',
    '⟨http://[2001:db8::1]⟩, ⟨http://[2001:db8::1]:8080/a⟩ [⟨http://example.com/[a]b⟩]',
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
    'invoice 555-1234, Invoice no. 555-1234, order #555-1234-567, ticket: 555-123-4567, # 555-1234, Rechnung 0123-456789',
    'SSN 123-45-6789, 123-4567-89, phone number ⟨555-1234⟩, call order desk ⟨555-1234⟩, ⟨+49\u00a030\u00a0123456⟩',
  )
})

test('IBANs by their check digits', () => {
  check(
    iban,
    'to ⟨DE89 3704 0044 0532 0130 00⟩ by Monday, ⟨DE89-3704-0044-0532-0130-00⟩-x',
    '⟨GB29NWBK60161331926819⟩, ⟨gb29 nwbk 6016 1331 9268 19⟩ and ⟨BE68 5390 0754 7034⟩ AND MORE',
    '⟨FR14 2004 1010 0505 0001 3M02 606⟩ ⟨NO93 8601 1117 947⟩ ⟨JO94 CBJO 0010 0000 0000 0131 0003 02⟩',
    '⟨DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000⟩ ⟨DE893704 0044 0532 013000⟩, ⟨BE68 5390 0754 7034⟩ 12 EUR',
    // Of as many units as their countries have, or nothing: a part that happens to check is none.
    'JO94 CBJO 0010 0000 0000 0131 0003 03, DE89370400440532013000A, XX89370400440532013000',
    'DE89 3704 0044 0532 0130 01, GB28NWBK60161331926819, AB12CDEFGHIJKLMNOP',
  )
})

test('card numbers by their check digit', () => {
  check(
    card,
    '⟨4111 1111 1111 1111⟩, ⟨5500-0000-0000-0004⟩, ⟨378282246310005⟩, ⟨3782 822463 10005⟩',
    'number ⟨4111 1111 1111 1111⟩ 123 and 2024 ⟨4111 1111 1111 1111⟩',
    // Of JCB, old ones of 15 digits too.
    '⟨3566002020360505⟩, ⟨180012345678905⟩, ⟨213112345678904⟩, 180012345678906, 1800123456789015',
    '4111 1111 1111 1112, 1234567890123456, 0000000000000000, 1700000000004',
  )
})

test('IP addresses', () => {
  check(
    ip,
    'inet6 addr:⟨fe80::1⟩, ip:⟨::1⟩ "b":⟨2001:db8::1⟩ src:⟨1:2:3:4:5:6:7:8⟩',
    'from ⟨192.168.0.1⟩:8080 to ⟨2001:db8::1⟩, ⟨::1⟩ or ⟨fe80::1⟩: up',
    '⟨2001:0db8:85a3:0000:0000:8a2e:0370:7334⟩ [⟨::ffff:192.0.2.1⟩]',
    '256.1.1.1, 1.2.3, 1.2.3.4.5, 10:30:15, a::b, std::vector, 01.02.03.04',
    '⟨2001:db8::192.168.1.1⟩ ⟨64:ff9b:0:0:0:0:192.0.2.33⟩, ⟨fe80::1%eth0⟩. ⟨fe80::a%25en-1.2⟩/64 ⟨2001:db8::⟩ ⟨1:2:3:4:5:6:7::⟩',
    'std::1 1:2:3:4:5:6:7:8:9 1::2::3 ::1.2.3.400 00:1b:44:11:3a:b7 a:b:c:d:e:f:g:h ::',
    'version 1.0.0.0, Version: 1.2.3.4, 2.4.6.8-beta, v1.2.3.4, 10.0.19041.1',
    'no address: ::ffff:192.168.1, text2001:db8::1, 12345:db8::1',
    'IP6 ⟨fe80::1⟩.546 > ⟨ff02::1⟩.547: ip6:⟨2001:db8::1⟩',
  )
})

test('addresses of network cards', () => {
  check(
    mac,
    '⟨00:1b:44:11:3a:b7⟩ ⟨00-1B-44-11-3A-B7⟩, ⟨001b.4411.3ab7⟩. ⟨00:25:96:FF:FE:12:34:56⟩ mac:⟨00:1b:44:11:3a:b7⟩',
    '00:1b:44:11:3a, 00:1b:44:11:3a:b7:c8, 00:1b-44:11-3a:b7, 10:31:02, 1234.5678.9012, 2001:db8:0:0:0:0:0:1',
  )
})

test('social security numbers of the United States', () => {
  check(
    ssn,
    '⟨123-45-6789⟩, SSN: ⟨123456789⟩, social security number ⟨123 45 6789⟩, Social Security no. is ⟨123.45.6789⟩',
    '000-45-6789, 666-45-6789, 123-00-6789, 123-45-0000, 1123-45-6789, 123-45-6789-0, 123 45 6789, 123456789',
  )
  const rules = compileRules(Object.values(presets))
  assert.equal(
    rules.find('SSN 123-45-6789, call 555-123-4567').map(({ type }) => type),
    ['SSN', 'PHONE'],
  )
})

test('dates of birth, and no other dates', () => {
  check(
    birthdate,
    'Date of birth: ⟨1980-05-03⟩, DOB ⟨05/03/1980⟩, D.O.B.: ⟨3.5.80⟩; born in St. Louis on ⟨3 May 1980⟩.',
    'Ann (b. ⟨May 3, 1980⟩), geb. ⟨3. Mai 1980⟩, geboren am ⟨03.05.1980⟩, Geburtsdatum (TT.MM.JJJJ): ⟨03.05.1980⟩',
    'née le ⟨3 mai 1980⟩, nacido el ⟨3 de mayo de 1980⟩, nato il ⟨3 maggio 1980⟩, nascida em ⟨3 de março de 1980⟩',
    'Birthday is the ⟨3rd of May 1980⟩, ⟨1980-05-03⟩ (DOB)',
    'on 3 May 1980, 1980-05-03, born in 1980, born 40/50/1980, Born to run. On 3 May 1980 it came out.',
    'Newborn 3 May 1980, NATO was founded on 4 April 1949, date of birth unknown; hired 4 June 2001',
  )
})

test('lines of passports, visas and identity cards by their check digits', () => {
  // The examples of ICAO, Doc 9303, parts 4 to 7.
  check(
    passport,
    '⟨P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<⟩\n⟨L898902C36UTO7408122F1204159ZE184226B<<<<<10⟩',
    '⟨I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<⟩\n⟨D231458907UTO7408122F1204159<<<<<<<6⟩',
    '⟨I<UTOD231458907<<<<<<<<<<<<<<<⟩\n⟨7408122F1204159UTO<<<<<<<<<<<6⟩\n⟨ERIKSSON<<ANNA<MARIA<<<<<<<<<<⟩',
    '⟨V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<⟩',
    'L898902C46UTO7408122F1204159ZE184226B<<<<<10 ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQR',
    '<<<<<<<<<<<<<<<<<<<<<<<<<<<<<< 123456789012345678901234567890',
  )
})

test('keys and tokens of well-known forms', () => {
  // Put together here, so that programs that look for secrets find none in this file.
  const base62 = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6lM9oR2tU5xA8'
  const hexadecimal = '0123456789abcdef0123456789abcdef'
  const keys: readonly string[] = [
    `ghp_${base62.slice(0, 36)}`,
    `github_${'pat'}_${base62.slice(0, 22)}_${base62}${base62.slice(0, 11)}`,
    `glpat-${base62.slice(0, 20)}`,
    `AKIA${'IOSFODNN7'}EXAMPLE`,
    `xoxb-${'123456789012'}-${base62.slice(0, 24)}`,
    `xapp-1-A012345-${hexadecimal}`,
    `sk_${'live'}_${base62.slice(0, 24)}`,
    `rk_${'test'}_${base62.slice(0, 24)}`,
    `whsec_${base62.slice(0, 32)}`,
    `AIza${base62.slice(0, 33)}-_`,
    `GOCSPX-${base62.slice(0, 28)}`,
    `sk-${base62}`,
    `sk-proj-${base62}_${base62}-${base62}`,
    `sk-ant-${'api03'}-${base62}${base62}AA`,
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${base62.slice(0, 43)}`,
    `eyJhbGciOiJSU0EifQ.${base62}.${base62.slice(0, 16)}.${base62}.${base62.slice(0, 22)}`,
    `hf_${base62.replace(/\d/g, 'x').slice(0, 34)}`,
    `npm_${base62.slice(0, 36)}`,
    `SG.${base62.slice(0, 22)}.${base62.slice(0, 43)}`,
    `dop_v1_${hexadecimal}${hexadecimal}`,
    `shpat_${hexadecimal}`,
    `1234567890:AA${base62.slice(0, 33)}`,
  ]
  for (const key of keys) check(secret, `key ⟨${key}⟩.`, `"⟨${key}⟩",`, `KEY=⟨${key}⟩`)
  const amazon = `wJalrXUtnFEMI/${'K7MDENG'}/bPxRfiCYEXAMPLEKEY`
  check(secret, `aws_secret_access_key = ⟨${amazon}⟩`, `"SecretAccessKey": "⟨${amazon}⟩"`, `sha1 ${amazon}`)
  check(
    secret,
    `task-${base62}, sk-learn-is-a-library-for-you, feature/sk-1234-do-something-else-now, ghp_short, ${base62}`,
    'AKIAIOSFODNN7EXAMPL, eyJhbGciOiJIUzI1NiJ9, da39a3ee5e6b4b0d3255bfef95601890afd80709',
  )
})

test('presets have all rules by name, with the name in capitals as type, and rules together do not quarrel', () => {
  const names =
    'aadhaar aba address birthdate bitcoin card codicefiscale cpf email ethereum hetu iban ip mac nhs nif nino pan passport personnummer pesel phone secret ssn steuerid url'
  assert.is(Object.keys(presets).sort().join(' '), names)
  for (const [name, { type }] of Object.entries(presets)) assert.is(type, name.toUpperCase())
  const rules = compileRules(Object.values(presets))
  const text =
    'https://ana@example.com/?ip=10.0.0.1 4111 1111 1111 1111 DE89370400440532013000 +49 30 1234567'
  assert.equal(
    rules.find(text).map(({ type }) => type),
    ['URL', 'CARD', 'IBAN', 'PHONE'],
  )
})

test('what presets find they find at every place of a long line', () => {
  const samples: Record<keyof typeof presets, string> = {
    email: 'ana.lopez@mail.example.org',
    url: 'https://example.com/a_(b)?c=d',
    phone: '+49 (0)30 1234567',
    iban: 'JO94 CBJO 0010 0000 0000 0131 0003 02',
    card: '4111 1111 1111 1111',
    ip: '2001:db8::192.168.1.1',
    mac: '00:1b:44:11:3a:b7',
    ssn: '123-45-6789',
    passport: 'L898902C36UTO7408122F1204159ZE184226B<<<<<10',
    birthdate: '3 May 1980',
    address: '12 High Street, London W1A 1AA',
    secret: `glpat-${'aB3dE6gH9j'.repeat(2)}`,
    ...{ nhs: '943 476 5919', nino: 'AB 12 34 56 C', nif: '12.345.678-Z', codicefiscale: 'RSSMRA85T10A562S' },
    ...{ steuerid: '86 095 742 719', pesel: '44051401359', personnummer: '811218-9876', hetu: '131052-308T' },
    ...{ aadhaar: '2341 2341 2346', pan: 'ACUPA7085R', cpf: '390.533.447-05', aba: '021000021' },
    bitcoin: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
    ethereum: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  }
  const words: { [name in keyof typeof presets]?: string } = {
    ...{ birthdate: 'DOB', nhs: 'NHS', pesel: 'PESEL', aba: 'ABA' },
  }
  for (const [name, sample] of Object.entries(samples)) {
    const rules = compileRules([presets[name as keyof typeof presets]])
    const context = ` ${words[name as keyof typeof presets] ?? ''} `
    // The search's own blocks end at each multiple of 1024; once a line was cut at 65,536.
    const insides = Array.from({ length: sample.length + 3 }, (_, place) => place - 1)
    for (const cut of [1024, 65_536]) {
      for (const inside of share(insides, cut > 1024 ? 5 : 1)) {
        const before = `${'x'.repeat(cut - inside - context.length)}${context}`
        const found = rules.find(`${before}${sample} ${'y '.repeat(600)}`)
        assert.equal(
          found.map(({ start, text }) => [start, text]),
          [[cut - inside, sample]],
          `${name}, ${inside} units before ${cut}`,
        )
      }
    }
  }
})

test('presets take linear time', async () => {
  const rules = compileRules(Object.values(presets))
  for (const unit of [
    ...[
      'a',
      '1',
      '1 ',
      'a@',
      'a.',
      'a:',
      '0:',
      '(1)',
      'http://',
      '1.1.',
      'DE89 1234 ',
      'A<',
      '1 A ',
      'Aa ',
      'sk-',
      'eyJ.',
      'tel 1/',
      '1-1 ',
      '0x1',
      'bc1q',
      '12.345.678-',
    ],
    ...['born 1.1.80 ', '1 May ', 'AA', '😀', '/+', 'Am A 1 ', '12 rue A '],
  ]) {
    await assertLinear(JSON.stringify(unit), times(15_000, 60_000), (length) => {
      const text = unit.repeat(length / unit.length)
      return () => rules.find(text)
    })
  }
})

test.run()
