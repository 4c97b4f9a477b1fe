/** The presets for telephone numbers with more than their digits, and for numbers that check digits or words distinguish. */
import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createRedactor } from '#dist/index.js'
import { sha256 } from '#dist/rules/presets/sha-256.js'
import * as rules from '#dist/rules/presets.js'
import type { PresetName } from '#dist/rules/types.js'
import { check } from './marked.ts'

const { presets, compileRules, phone } = rules

test('telephone numbers keep their extensions', () => {
  check(
    phone,
    'Call ⟨+1-731-637-5858x471⟩, ⟨(240)756-2241x5499⟩ or ⟨001-381-896-7120x6996⟩, ⟨555.123.4567x8⟩.',
    '⟨030/1234567, ext. 12⟩, ⟨(030) 123456 Ext 12⟩, ⟨555-123-4567 extension 12⟩, ⟨+49 30 123456 Durchwahl 78⟩',
    'Call ⟨555-123-4567⟩, extra 12; ⟨555-123-4567⟩ xylophones; 800x600, 1024-768x12',
  )
})

test('telephone numbers as in Poland, and no addresses of computers or beginnings of other numbers', () => {
  check(
    phone,
    'Do Jana ⟨44-975-11-08⟩, host 101.209.34.73 and 255.150.18.180, ⟨061.234.56.78⟩, IMEI 07-589033-681240-3',
    'host 101.209.34.73, but tel. ⟨101.209.34.73⟩',
  )
})

test('telephone numbers with a country in brackets, and as in Brazil, Japan, Russia and Hungary', () => {
  check(
    phone,
    '⟨(+358) 569070293⟩, ⟨(+57)3003307740⟩, ⟨+(370) 92235592⟩, ⟨(351) 221247201⟩, ⟨(06)32/823-2541⟩',
    '⟨67 95690-7029⟩, ⟨90-7029-3137⟩, ⟨0-532-123-45-67⟩, ⟨8 912 345 67 89⟩, ⟨06-1/234-5678⟩',
    'pages 12 1990-1995, 12 1234-1250, 1 912 345 67, (+1) 23',
  )
})

test('after words that announce them, telephone numbers in other groups, or in none', () => {
  check(
    phone,
    'Phone: ⟨4155550132⟩, Tel: ⟨13812345678⟩, call me at ⟨7616358952⟩. My mobile number is ⟨4155550132⟩, thanks',
    'tlf. ⟨20 40 56 08⟩, Mobil ⟨911 86 621⟩, Telefon: ⟨7238 9469⟩, τηλ. ⟨6971 134327⟩, тел.: ⟨515-03-72⟩, 电话：⟨13812345678⟩',
    'celular: ⟨67 5690-7029⟩, "phoneNumber": "⟨4155550132⟩", phone_number=⟨4155550132⟩, | Fax | ⟨4155550132⟩ |',
    'portable : ⟨06.12.34.56.78⟩, puh ⟨0401234567⟩, 手机号码：⟨13812345678⟩, 휴대폰 ⟨01012345678⟩, mob tel no ⟨98765 43210⟩',
    '4155550132, 13812345678, 20 40 56 08, 67 5690-7029, 7238 9469, 515-03-72, 911 86 621',
    'Call on 2024-01-31, call at 31.01.2024, phone 01/02/2024, call 911, call order no. 4155550132, iPhone 12345678',
    'called 4155550132 times, recall 4155550132, phone model 4155550132, 4155550132 phone calls, call 123456',
  )
})

/** A number as it was published, in the words it needs, and the place of its check digit, if it has one. */
const SAMPLES: readonly (readonly [name: PresetName, before: string, number: string, digit?: number])[] = [
  // NHS Data Dictionary
  ['nhs', 'NHS number: ', '943 476 5919', -1],
  ['nhs', 'NHS no. ', '9434765919', -1],
  ['nhs', '"nhs_number": "', '943-476-5919', -1],
  // HMRC, NIM39110, has only QQ123456C, which is none.
  ['nino', 'NI number ', 'AB123456C'],
  ['nino', '', 'AB 12 34 56 C'],
  // Ministerio del Interior; Agencia Tributaria
  ['nif', 'DNI ', '12345678Z', -1],
  ['nif', '', '12.345.678-Z', -1],
  ['nif', '', '54362315-K', -1],
  ['nif', 'NIE: ', 'X1234567L', -1],
  ['nif', '', 'X-2482300-W', -1],
  ['nif', '', 'z1234567r', -1],
  // Agenzia delle Entrate; the second with letters for digits
  ['codicefiscale', 'CF ', 'RSSMRA85T10A562S', -1],
  ['codicefiscale', '', 'RCCMNL83S18D969H', -1],
  ['codicefiscale', '', 'RSS MRA 85T10 A562S', -1],
  ['codicefiscale', '', 'RSSMRA85T10A56NH', -1],
  // Bundeszentralamt für Steuern
  ['steuerid', 'Steuer-ID: ', '86095742719', -1],
  ['steuerid', '', '86 095 742 719', -1],
  ['steuerid', 'Identifikationsnummer ', '47036892816', -1],
  ['steuerid', 'IdNr. ', '65929970489', -1],
  ['pesel', 'PESEL: ', '44051401359', -1],
  ['pesel', 'nr PESEL ', '02070803628', -1],
  // Skatteverket, SKV 704
  ['personnummer', '', '811218-9876', -1],
  ['personnummer', '', '19811218-9876', -1],
  ['personnummer', 'personnummer ', '8112189876', -1],
  ['personnummer', 'samordningsnummer: ', '701063-2391', -1],
  // dvv.fi
  ['hetu', '', '131052-308T', -1],
  ['hetu', 'Henkilötunnus: ', '131052-308t', -1],
  ['hetu', '', '010594Y9021', -1],
  // UIDAI
  ['aadhaar', '', '2341 2341 2346', -1],
  ['aadhaar', 'Aadhaar no: ', '999941057058', -1],
  ['pan', 'PAN ', 'ACUPA7085R'],
  ['pan', '', 'AAAPL1234C'],
  ['cpf', '', '390.533.447-05', -1],
  ['cpf', 'CPF ', '11144477735', -2],
  ['cpf', '', '111.444.777-35', -1],
  // Federal Reserve Banks of Boston and New York, JPMorgan Chase
  ['aba', 'routing number ', '011000015', -1],
  ['aba', 'ABA: ', '021001208', -1],
  ['aba', 'Routing/transit no. ', '021000021', -1],
  // The first block; BIP 16, 173 and 350
  ['bitcoin', '', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', -1],
  ['bitcoin', '', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', -1],
  ['bitcoin', '', '1111111111111111111114oLvT2', -1],
  ['bitcoin', 'to ', 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', -1],
  ['bitcoin', '', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0', -1],
  // ERC-55
  ['ethereum', '', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  ['ethereum', '', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'],
]

test('numbers of countries, banks and wallets, as they were published, alone and among all presets', () => {
  const all = compileRules(Object.values(presets))
  for (const [name, before, number] of SAMPLES) {
    const { type } = presets[name]
    check(presets[name], `${before}⟨${number}⟩`, `So ${before}⟨${number}⟩.`, `(${before}⟨${number}⟩), then`)
    const text = `So ${before}${number}.`
    const wanted = [{ type, text: number, start: 3 + before.length, end: text.length - 1, score: 1 }]
    assert.equal(all.find(text), wanted, text)
  }
  assert.is(new Set(SAMPLES.map(([name]) => name)).size, 14)
  for (const [name, rule] of Object.entries(presets))
    assert.is(Object.entries(rules).find(([one]) => one === name)?.[1], rule)
})

test('with any other check digit they are none', () => {
  for (const [name, before, number, digit] of SAMPLES) {
    if (digit === undefined) continue
    const at = number.length + digit
    const others = /\d/.test(number[at]!) ? '0123456789' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    for (const other of others) {
      if (other === number[at]!.toUpperCase()) continue
      check(presets[name], `${before}${number.slice(0, at)}${other}${number.slice(at + 1)}`)
    }
  }
})

test('as a part of something longer they are none', () => {
  for (const [name, before, number] of SAMPLES) {
    const rule = presets[name]
    check(rule, `${before}é${number}`, `${before}7${number}`, `${before}${number}7`, `${before}${number}é`)
    check(
      rule,
      `${before}7-${number}`,
      `${before}${number}-7`,
      `${before}7.${number}`,
      `${before}${number}/7`,
    )
  }
  check(presets.aadhaar, '2341 2341 2346 1234, 1234 2341 2341 2346')
})

test('forms that other numbers have too are found only after their word, others not after an order', () => {
  check(presets.nhs, '943 476 5919', '9434765919', 'NHS pays 20, 9434765919')
  check(presets.pesel, '44051401359', 'PESEL 44133201359')
  check(presets.aba, '021000021', 'routing number 131000025', 'aba 021000021 ABA'.slice(4))
  check(presets.steuerid, '86095742719', 'Steuer-ID 11111111111', 'Steuer-ID 12345678903')
  check(presets.personnummer, '8112189876', 'order no. 811218-9876', '811318-9876', '811232-9876')
  check(presets.aadhaar, '999941057058', 'Invoice 2341 2341 2346', 'Aadhaar 1234 1234 1234')
  check(presets.cpf, '11144477735', 'CPF 111.111.111-11')
  check(presets.nino, 'ab123456c, QQ123456C, AB123456E, GB123456A, FB123456A, AO123456A, order AB123456C')
  check(presets.pan, 'ACUXA7085R, acupa7085r, ACUPA0000R, part no. ACUPA7085R')
  check(
    presets.ethereum,
    '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae, 5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
  )
  check(presets.codicefiscale, 'internationalise responsibilities mischaracterized')
})

test('everyday numbers are nothing to any preset', () => {
  const all = compileRules(Object.values(presets))
  for (const text of [
    'It costs $1,299.00, or 1.299,00 €; in all 12 345 678 yen, CHF 1’234’567.50, £12.50, 100000000 VND and 3.1415926535',
    'On 2024-01-31 at 10:31:02, 31.01.2024, 1/31/2024, 20240131, 20240131T101500Z, 2024-W05, from 1990-1995 to 1999-2001',
    'Order number 123456789012, order 240131-1234, invoice 2024-00123, ticket #98765432, PO 4500012345, tracking 1Z999AA10123456784',
    'Version 1.2.3, v10.15.7, 2.4.6-beta.1, 10.0.19041, node-v24.1.0, build 20240131.4, ES2022, RFC 9110, ISO 8601-1:2019',
    'At 48.858222, 2.294500, 40° 26′ 46″ N 79° 58′ 56″ W, 40.7128N, 74.0060W; 52.5200° N, 13.4050° E, 500 m',
    'ISBN 978-3-16-148410-0, ISBN 3161484100, ISSN 0378-5955, DOI 10.1000/182, UPC 036000291452, EAN 4006381333931',
    'Commit da39a3ee5e6b4b0d3255bfef95601890afd80709, 3f2504e0-4f89-11d3-9a0c-0305e82c3301, 0xDEADBEEF, #ff8800',
    'At 1706695200 and 1706695200123, 86400 s, 299792458 m/s, 6.02214076e23, 1,000,000,007 and 2147483647',
    'Won 6-4, 3-6, 7-6 in 2:31; 800x600, 1920 x 1080, 16:9, 2x4, 100-200 mg, 37.5 °C, 50/50, 24/7',
    'Chapter 12, pages 123-456, § 139b, Art. 5 (1) 2, Psalm 119:105, row 12, seat 34A, flight LH 1234, gate B12',
    'AB12 CDE, M1 Max, GPT-4, RTX 4090, A4, B2B, WD-40, H2O2, F-16, 7UP, Boeing 737-800, Windows 11, Core i7-13700K',
    'The call took 1234567 ms, 2345 callers phoned 123456 times, the mobile cell count was 12345678901',
    'The NHS has 1300000 staff. Routing took 123456789 ns. PAN CAKES1234X. The Aadhaar act of 2016, number 18.',
  ]) {
    assert.equal(all.find(text), [], text)
  }
})

test('each type has placeholders, which are replaced again', () => {
  const all = compileRules(Object.values(presets))
  for (const [name, before, number] of SAMPLES) {
    const text = `So ${before}${number}.`
    const redactor = createRedactor({ placeholder: 'numbered' })
    const redacted = redactor.redact(text, all.find(text))
    const placeholder = `[${presets[name].type}_1]`
    assert.is(redacted.text, `So ${before}${placeholder}.`)
    assert.is(redactor.restoreAnswer(`It is ${placeholder.toLowerCase()}!`).text, `It is ${number}!`)
  }
})

test('hashes are those of SHA-256', () => {
  for (let length = 0; length <= 55; length++) {
    const message = Uint8Array.from({ length }, (_, at) => 37 * at + length)
    assert.equal(Buffer.from(sha256(message)), createHash('sha256').update(message).digest(), `${length}`)
  }
})

test.run()
