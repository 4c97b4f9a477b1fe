/** Words that say what follows, and words that close a letter, are no names; names in their place stay. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trimClosing } from '#dist/entities/closings.js'
import { withoutLabelWords } from '#dist/entities/rules/label-words.js'
import { type Entity, loadRecognizer, type Recognizer } from '#dist/node.js'
import { compileRules, presets } from '#dist/rules/presets.js'
import { atOnce } from '#dist/rules/turns.js'

let ner: Recognizer
test.before(async () => {
  ner = await loadRecognizer({ threads: 1 })
})
test.after(() => ner.dispose())

const shown = (entities: readonly Entity[]): string[] => entities.map(({ type, text }) => `${type} ${text}`)

test('the name of a number in front of it is no name, in iobert’s own style', async () => {
  const text = 'IBAN DE89 3704 0044 0532 0130 00'
  const own = await ner.recognize(text, { rules: 'all' })
  assert.equal(shown(own.entities), ['IBAN DE89 3704 0044 0532 0130 00'])
  const { entities } = await ner.recognize(text, { rules: 'all', style: 'transformers' })
  assert.ok(entities.some((one) => one.text === 'IBAN' && one.type !== 'IBAN'))
})

/** What stays of the words in front of a text's last one, if a model takes each of `names` for a name. */
function left(text: string, ...names: string[]): string[] {
  const matches = compileRules(Object.values(presets)).find(text)
  const found = names.map((name): Entity => {
    const start = text.indexOf(name)
    return { type: 'ORG', text: name, start, end: start + name.length, score: 1 }
  })
  const all = [...found, ...matches].sort((a, b) => a.start - b.start)
  return [...atOnce(withoutLabelWords(text, all, matches))]
    .filter(({ type }) => type === 'ORG')
    .map((one) => one.text)
}

test('the brand of a card in front of its number is no name', () => {
  for (const brand of ['JCB', 'Visa', 'AMEX', 'American Express', 'Diners Club', 'UnionPay']) {
    assert.equal(left(`Pay by ${brand} 4111 1111 1111 1111`, brand), [], brand)
  }
  assert.equal(left('Pay by Mir 4111 1111 1111 1111', 'Mir'), ['Mir'])
  assert.equal(left('Visa has an office. 4111 1111 1111 1111', 'Visa'), ['Visa'])
})

test('labels of every kind go, and what is a name in front of a number stays', () => {
  for (const [text, name] of [
    ['Tel. +44 20 7946 0958', 'Tel'],
    ['Tel.: +44 20 7946 0958', 'Tel.'],
    ['Handy 0171 1234567', 'Handy'],
    ['IBAN No. DE89 3704 0044 0532 0130 00', 'IBAN'],
    ['E-Mail: ana@example.org', 'E-Mail'],
    ['SSN (123-45-6789)', 'SSN'],
    ['Ask at 10.1.2.3, paid EUR 4,200', 'EUR'],
    ['Ask at 10.1.2.3, paid 4,200 CHF', 'CHF'],
  ] as const) {
    assert.equal(left(text, name), [], text)
  }
  for (const [text, name] of [
    ['Ana +44 20 7946 0958', 'Ana'],
    ['Tel Aviv +44 20 7946 0958', 'Tel Aviv'],
    ['IBAN is asked of ana@example.org', 'IBAN'],
    ['Tel lives in Oslo, see ana@example.org', 'Tel'],
    ['EUR and 10.1.2.3', 'EUR'],
  ] as const) {
    assert.equal(left(text, name), [name], text)
  }
  // What a rule of one's own finds stays.
  const text = 'Tel. +44 20 7946 0958'
  const matches = compileRules([{ type: 'FIRM', phrases: ['Tel'] }, presets.phone]).find(text)
  assert.equal(shown([...atOnce(withoutLabelWords(text, matches, matches))]), [
    'FIRM Tel',
    'PHONE +44 20 7946 0958',
  ])
})

test('the closing of a letter is no name, in several languages', async () => {
  for (const closing of [
    'Regards,',
    'Kind regards,',
    'Love,',
    'Best,',
    'Greetings,',
    'Mit freundlichen Grüßen',
    'Viele Grüße,',
    'Saludos,',
    'Cordialement,',
    'Ciao,',
  ]) {
    for (const text of [`${closing}\nOwen Baker`, `Send it on Monday.\r\n\r\n${closing}\r\nOwen Baker\r\n`]) {
      assert.equal(shown((await ner.recognize(text)).entities), ['PER Owen Baker'], text)
    }
  }
})

test('a closing that is somebody’s name too is one only where the lines say so', () => {
  const stays = (text: string, name: string): boolean => {
    const at = text.lastIndexOf(name)
    const [start, end] = trimClosing(text, at, at + name.length)
    return end > start
  }
  for (const name of ['Dank', 'Love', 'Merci', 'Best', 'Gruß', 'Truly']) {
    for (const text of [
      name,
      `Thanks,\n${name}`,
      `Thanks,\n${name},\nCEO`,
      `Many thanks!\r\n\r\n${name},\r\nCEO`,
      `Vielen Dank\n${name}\n`,
      `Present:\n${name}\nMerkel\n`,
      `${name}!`,
    ]) {
      assert.ok(stays(text, name), text)
    }
    assert.not.ok(stays(`See you on Monday.\n${name},\nOwen`, name))
  }
})

test('only a closing by itself is one', () => {
  const whole = (text: string): string => {
    const [start, end] = trimClosing(text, 0, text.length)
    return end > start ? text.slice(start, end) : ''
  }
  assert.is(whole('Regards,\nOwen'), 'Owen')
  assert.is(whole('Viele Grüße, Owen'), 'Owen')
  assert.is(whole('Best wishes'), '')
  for (const name of [
    'George Best',
    'Best',
    'Best\nOwen',
    'Love, Courtney',
    'Cheers Records',
    'Danke Schmidt',
  ]) {
    assert.is(whole(name), name)
  }
  const text = 'I met Best,\nthen Love'
  assert.equal(trimClosing(text, 6, 10), [6, 10])
  assert.equal(trimClosing(text, 17, 21), [17, 21])
})

test.run()
