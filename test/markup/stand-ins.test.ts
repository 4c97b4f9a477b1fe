/** Stand-ins in place of names: whatever the texts, they become the texts again, and nothing of a name stays. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createRedactor, type Entity, loadStandIns, Redactor, redact } from '#dist/node.js'
import { assertLinear } from '../growth.ts'
import { times } from '../thorough.ts'

const standIns = await loadStandIns()
const fake = { placeholder: 'fake', standIns } as const

/** Every place where one of the names stands. */
function find(text: string, names: Readonly<Record<string, string>>): Entity[] {
  return Object.entries(names).flatMap(([name, type]) => {
    const found: Entity[] = []
    for (let start = text.indexOf(name); start >= 0; start = text.indexOf(name, start + name.length)) {
      found.push({ type, text: name, start, end: start + name.length, score: 1 })
    }
    return found
  })
}

const people = { 'Ana Kowalska': 'PER', Kowalska: 'PER', Ana: 'PER', KOWALSKA: 'PER' }

test('one word of names has one stand-in, in capitals too', () => {
  const text = 'Ana Kowalska is here. Ms Kowalska, ANA? No: Ana. KOWALSKA!'
  const { text: masked, restore, placeholders } = redact(text, find(text, people), fake)
  const [given, surname] = placeholders[0]!.text.split(' ')
  assert.is(
    masked,
    `${given} ${surname} is here. Ms ${surname}, ANA? No: ${given}. ${surname!.toUpperCase()}!`,
  )
  assert.is(restore(masked), text)
})

test('a surname alone is the one of the longer name that comes later', () => {
  const text = 'Kowalska came, then Ana Kowalska.'
  const { text: masked, placeholders } = redact(text, find(text, people), fake)
  assert.is(masked, `${placeholders[0]!.text} came, then ${placeholders[1]!.text}.`)
  assert.ok(placeholders[1]!.text.endsWith(` ${placeholders[0]!.text}`))
})

test('an answer is restored by word, in other letters and in the genitive, and otherwise left', () => {
  const redactor = createRedactor(fake)
  const text = 'Ana Kowalska'
  const [given, surname] = redactor.redact(text, find(text, people)).text.split(' ') as [string, string]
  const answer = `Mr ${surname}'s, ${given}: ${surname.toUpperCase()}; ${surname}s Brief, ${surname}ova; ${given.toLowerCase()}@x.org`
  const restored = redactor.restoreAnswer(answer)
  assert.is(restored.text, `Mr Kowalska's, Ana: KOWALSKA; Kowalskas Brief, ${surname}ova; ana@x.org`)
  assert.equal(new Set(restored.restored), new Set([given, surname]))
  assert.is(
    redactor.restore(answer),
    `Mr Kowalska's, Ana: ${surname.toUpperCase()}; ${surname}s Brief, ${surname}ova; ${given.toLowerCase()}@x.org`,
  )
  assert.equal(redactor.restoreAnswer('nothing').unseen, [given, surname])
})

test('numbers keep their form and are plainly none; addresses of mail and the web are examples', () => {
  const names = [
    ['+49 30 1234567', 'PHONE'],
    ['4111 1111 1111 1111', 'CARD'],
    ['DE89 3704 0044 0532 0130 00', 'IBAN'],
    ['ana.kowalska@acme.org', 'EMAIL'],
    ['https://acme.org/ana', 'URL'],
    ['12.03.1984', 'BIRTHDATE'],
    ['12 March 1984', 'BIRTHDATE'],
    ['97', 'AGE'],
    ['12 Main Street', 'ADDRESS'],
  ] as const
  const text = names.map(([name]) => name).join('; ')
  const { text: masked, restore } = redact(text, find(text, Object.fromEntries(names)), fake)
  const lines = masked.split('; ')
  const forms = [
    /^\+00 0\d \d{7}$/,
    /^000\d \d{4} \d{4} \d{4}$/,
    /^XX0\d \d{4} \d{4} \d{4} \d{4} \d\d$/,
    /^[a-z]+@example\.com$/,
    /^https:\/\/[a-z]+\.example\.com$/,
    /^(?:0[1-9]|1[0-2])\.(?:0[1-9]|1[0-2])\.(?:19|20)\d\d$/,
    /^(?:0[1-9]|1[0-2]) March (?:19|20)\d\d$/,
    /^000\d{4}$/,
    /^[A-Z][a-z]+ Street$/,
  ]
  forms.forEach((form, index) => {
    assert.match(lines[index]!, form)
  })
  assert.is(restore(masked), text)
})

test('a name that looks like the scheme of an address goes with it', () => {
  for (const text of ['and10.0.0.1https://x.org', 'tim.cook://x.org', 'https://www.x.org']) {
    const entities = [{ type: 'URL', text, start: 0, end: text.length, score: 1 }]
    const { text: masked, restore } = redact(text, entities, fake)
    assert.match(masked, /^(?:https:\/\/www\.)?[a-z]+\.example\.com$/u)
    assert.is(restore(masked), text)
  }
})

test('of an organisation the legal form stays, and of a name what joins', () => {
  const text = 'Acme Holdings Ltd and Acme; Ursula von der Leyen'
  const names = { 'Acme Holdings Ltd': 'ORG', Acme: 'ORG', 'Ursula von der Leyen': 'PER' }
  const { text: masked } = redact(text, find(text, names), fake)
  assert.match(masked, /^(\p{Lu}\p{Ll}+) Holdings Ltd and \1; \p{Lu}\p{Ll}+ von der \p{Lu}\p{Ll}+$/u)
})

test('a text that has a stand-in itself gets another, earlier and later', () => {
  const first = redact('Ana', find('Ana', people), fake).text
  const before = `${first} met Ana.`
  const drawn = redact(before, find(before, people), fake)
  assert.not.match(drawn.text.slice(first.length), first)
  assert.is(drawn.restore(drawn.text), before)
  for (const own of [first, first.toUpperCase(), first.toLowerCase(), `${first}s`]) {
    const redactor = createRedactor(fake)
    const texts = ['Ana', `Ana met ${own}, ${own}.`]
    const masked = texts.map((text) => redactor.redact(text, find(text, people)).text)
    assert.not.match(masked[1]!.replace(first, ''), new RegExp(first, 'i'))
    assert.equal(
      masked.map((text) => redactor.restoreAnswer(text).text),
      texts,
    )
    // What an earlier text said is never drawn later.
    const later = createRedactor(fake)
    later.redact(`${own} left.`, [])
    assert.not.match(later.redact('Ana', find('Ana', people)).text, new RegExp(`^${first}$`, 'i'))
    assert.is(later.restoreAnswer(`${own} left.`).text, `${own} left.`)
  }
})

test('a redactor with stand-ins is saved and goes on', () => {
  const redactor = createRedactor(fake)
  const texts = ['Ana Kowalska, +49 30 1234567, c@d.org', 'KOWALSKA and Bo, +49 30 7654321 for Ana, a@b.org.']
  const mails = { 'a@b.org': 'EMAIL', 'c@d.org': 'EMAIL' }
  const names = { ...people, ...mails, Bo: 'PER', '+49 30 1234567': 'PHONE', '+49 30 7654321': 'PHONE' }
  const first = redactor.redact(texts[0]!, find(texts[0]!, names)).text
  const saved = JSON.stringify(redactor)
  const again = Redactor.from(saved, { standIns })
  const second = again.redact(texts[1]!, find(texts[1]!, names)).text
  assert.is(second.split(' ')[0], first.split(/[ ,]/)[1]!.toUpperCase())
  assert.equal(
    [first, second].map((text) => again.restore(text)),
    texts,
  )
  assert.is(Redactor.from(JSON.stringify(again), { standIns }).restore(second), texts[1])
  assert.throws(
    () => Redactor.from(saved),
    /placeholder is 'fake', which needs standIns: await loadStandIns\(\)/,
  )
  const json = redactor.toJSON()
  const [one, other] = json.names
  for (const [wrong, message] of [
    [[{ ...one, placeholder: 'One' }], /'One' of 'Ana Kowalska' has not a word for each/],
    [[{ ...one, placeholder: '' }], /'' of 'Ana Kowalska' has not a word for each/],
    [[one, one], /'Ana Kowalska' has two stand-ins/],
    [[one, { ...one, forms: ['Bo Kowalska'] }], /stands for two names, 'Ana' and 'Bo'/],
    [[{ ...other, forms: [] }], /forms are none/],
  ] as const) {
    assert.throws(() => Redactor.from({ ...json, names: wrong }, { standIns }), message)
  }
})

test('options that do not go together are refused', async () => {
  assert.throws(() => redact('', [], { placeholder: 'fake' }), /needs standIns: await loadStandIns/)
  assert.throws(() => redact('', [], { standIns }), /placeholder is not 'fake'/)
  assert.throws(() => redact('', [], { ...fake, aliases: true }), /aliases is true/)
  try {
    await loadStandIns({ locale: 'xx' as 'en' })
    assert.unreachable()
  } catch (error) {
    assert.match(
      (error as Error).message,
      /locale is 'xx', expected one of 'en', 'de', 'es', 'fr', 'it', 'pl'/,
    )
  }
})

test('each language has 120 names, none of which is another, nor another with an s', async () => {
  const seen = new Set<string>()
  for (const locale of ['en', 'de', 'es', 'fr', 'it', 'pl'] as const) {
    const redactor = createRedactor({
      placeholder: 'fake',
      standIns: await loadStandIns({ locale, seed: 7 }),
    })
    const text = Array.from({ length: 60 }, (_, at) => `Qa${at} Qb${at}`).join(', ')
    const entities = [...text.matchAll(/[^,]+\d/gu)].map(({ 0: name, index }) => {
      const start = index + (name.startsWith(' ') ? 1 : 0)
      return { type: 'PER', start, end: index + name.length }
    })
    const { text: masked, restore } = redactor.redact(text, entities)
    const words = masked.split(/,? /)
    assert.is(new Set(words).size, 120, locale)
    for (const word of words) {
      assert.match(word, /^\p{Lu}\p{Ll}+$/u)
      assert.not.ok(words.includes(`${word}s`), word)
      // None of the invented ones, which come when a list has ended.
      assert.not.match(word, /^(?:Bal|Bren|Cal|Dor)(?:berin|dahl|lund|kvist|mere)$/)
      seen.add(word)
    }
    assert.is(restore(masked), text)
  }
  assert.ok(seen.size > 600)
})

/** Names of every kind, some of which are stand-ins of others, or end where no word ends. */
const NAMES: Readonly<Record<string, string>> = {
  'Ana Kowalska': 'PER',
  Ana: 'PER',
  Kowalska: 'PER',
  'J. R. "Zo" O’Neill-Ana': 'PER',
  KOWALSKA: 'PER',
  kowalska: 'PER',
  山田太郎: 'PER',
  'Acme Ltd': 'ORG',
  Acme: 'ORG',
  'Rio de Janeiro': 'LOC',
  '++': 'MISC',
  '+49 30 12': 'PHONE',
  '0001234567': 'PHONE',
  '12.03.1984': 'DATE',
  'a@b.org': 'EMAIL',
  'https://a.org': 'URL',
  '7': 'AGE',
}
const drawn = redact(
  Object.keys(NAMES).join(' ; '),
  find(Object.keys(NAMES).join(' ; '), NAMES),
  fake,
).text.split(' ; ')
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(...Object.keys(NAMES)),
    fc.constantFrom(...drawn, ...drawn.map((one) => one.toUpperCase()), ...drawn.join(' ').split(' ')),
    fc.constantFrom(
      ' ',
      ' ',
      ' ',
      ', ',
      '-',
      '\n',
      's',
      "'s",
      '_',
      '0',
      '000',
      '\ud83d',
      '\ude00',
      'の',
      '\u0301',
      '\ud835\udd04',
    ),
  ),
  { maxLength: 20 },
)

test('whatever the texts, they are restored, no name stays, and no stand-in is a word of them', () => {
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 3 }), fc.nat(1000), (parts, cut) => {
      const redactor = createRedactor(fake)
      const texts = parts.map((part) => part.join(''))
      const redactions = texts.map((text) => redactor.redact(text, find(text, NAMES)))
      redactions.forEach(({ text: masked, restore, placeholders, replaced }, index) => {
        const text = texts[index]!
        assert.is(restore(), text)
        assert.is(restore(masked), text)
        assert.is(redactor.restore(masked), text)
        assert.is(redactor.restoreAnswer(masked).text, text)
        const restorer = redactor.restorer()
        const at = cut % (masked.length + 1)
        assert.is(restorer.push(masked.slice(0, at)) + restorer.push(masked.slice(at)) + restorer.end(), text)
        placeholders.forEach(({ text: standIn, start, end }, one) => {
          assert.is(masked.slice(start, end), standIn)
          const { start: from, end: to } = replaced[one]!
          assert.is.not(standIn, text.slice(from, to))
        })
        // Of a number, letters are drawn by chance, and may be a name in the middle of a word.
        for (const name of ['Ana', 'Kowalska', 'KOWALSKA', 'kowalska', '山田太郎', 'Acme', 'Janeiro']) {
          assert.not.match(
            masked,
            new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])${name}(?![\\p{L}\\p{M}\\p{N}_])`, 'u'),
          )
        }
      })
    }),
    { numRuns: times(300, 5000) },
  )
})

test('a stream cut at every place gives what the whole answer gives', () => {
  const redactor = createRedactor(fake)
  const text = 'Ana Kowalska (+49 30 1234567) met Acme Ltd in Rio de Janeiro on 12.03.1984: a@b.org.'
  const masked = redactor.redact(text, find(text, { ...NAMES, '+49 30 1234567': 'PHONE' })).text
  const answer = `${masked} ${masked.toUpperCase()} ${masked.replaceAll(' ', 's ')}\ud835\udd04${masked}`
  const whole = redactor.restoreAnswer(answer).text
  for (let at = 0; at <= answer.length; at++) {
    for (const next of [at + 1, at + 7]) {
      const restorer = redactor.restorer()
      const chunks = [answer.slice(0, at), answer.slice(at, next), answer.slice(next)]
      assert.is(chunks.map((chunk) => restorer.push(chunk)).join('') + restorer.end(), whole)
    }
  }
  const restorer = redactor.restorer()
  assert.is([...answer].map((chunk) => restorer.push(chunk)).join('') + restorer.end(), whole)
  // What cannot become a stand-in is passed on at once.
  assert.is(redactor.restorer().push('Dear Qx'), 'Dear Qx')
})

test('the time of stand-ins is linear in text and names', () =>
  assertLinear('redact and restore by stand-ins', times(2_000, 10_000), (count) => {
    const names = Array.from({ length: count }, (_, index) => `Name${index} ${index}@x.org 00${index}`)
    const text = names.join(' ')
    const entities = [...text.matchAll(/Name\d+|\d+@x\.org|(?<= )00\d+/gu)].map(({ 0: name, index }) => ({
      type: name.startsWith('N') ? 'PER' : 'NUMBER',
      ...{ start: index, end: index + name.length },
    }))
    return () => {
      const { text: masked, restore } = redact(text, entities, fake)
      assert.is(restore(masked), text)
    }
  }))

test.run()
