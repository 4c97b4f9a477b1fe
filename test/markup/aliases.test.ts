/** One number for each person, by the rule of aliases.ts; and a redactor saved as JSON. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createRedactor, type MarkedEntity, Redactor } from '#dist/node.js'
import { times } from '../thorough.ts'

/** Every place of the names, the longest first; all are persons but those in `others`. */
function find(
  text: string,
  names: readonly string[],
  others: Readonly<Record<string, string>> = {},
): MarkedEntity[] {
  const found: MarkedEntity[] = []
  const types = [...names.map((name) => [name, 'PER'] as const), ...Object.entries(others)]
  for (const [name, type] of types.sort((a, b) => b[0].length - a[0].length)) {
    for (let start = text.indexOf(name); start >= 0; start = text.indexOf(name, start + name.length)) {
      const end = start + name.length
      if (!found.some((one) => one.start < end && start < one.end)) found.push({ type, start, end })
    }
  }
  return found
}

function redacted(redactor: Redactor, text: string, ...names: string[]): string {
  return redactor.redact(text, find(text, names)).text
}

const joined = (): Redactor => createRedactor({ placeholder: 'numbered', aliases: true })

test('one person has one number, whichever form comes first', () => {
  const names = ['Tim Cook', 'TIM COOK', 'Tim', 'Cook', 'cook']
  assert.is(
    redacted(joined(), "Tim Cook, TIM COOK, Tim's, Cook’s and cook", ...names),
    "[PER_1], [PER_1], [PER_1]'s, [PER_1]’s and [PER_1]",
  )
  assert.is(
    redacted(joined(), 'Cook. Bo. Tim  Cook.', 'Cook', 'Bo', 'Tim  Cook'),
    '[PER_1]. [PER_2]. [PER_1].',
  )
  const redactor = joined()
  assert.is(redacted(redactor, 'Cook', ...names), '[PER_1]')
  assert.is(redactor.restore('[PER_1]'), 'Cook')
  assert.is(redacted(redactor, 'TIM COOK', ...names), '[PER_1]')
  assert.is(redactor.restore('[PER_1]'), 'TIM COOK')
  assert.is(redacted(redactor, 'Tim Cook met Tim', ...names), '[PER_1] met [PER_1]')
  assert.is(redactor.restore('[PER_1]'), 'Tim Cook')
  const other = joined()
  assert.is(
    redacted(
      other,
      'Ursula von der Leyen, von der Leyen, Leyen',
      'Ursula von der Leyen',
      'von der Leyen',
      'Leyen',
    ),
    '[PER_1], [PER_1], [PER_1]',
  )
})

test('two people who share a part are never joined', () => {
  const names = ['Tim Cook', 'Ann Cook', 'Cook', 'Tim', 'Tim Roth']
  assert.is(
    redacted(joined(), 'Cook: Tim Cook and Ann Cook, Cook, Tim', ...names),
    '[PER_1]: [PER_2] and [PER_3], [PER_1], [PER_2]',
  )
  const redactor = joined()
  assert.is(redacted(redactor, 'Tim Cook, Cook', ...names), '[PER_1], [PER_1]')
  assert.is(redacted(redactor, 'Ann Cook', ...names), '[PER_2]')
  // Whose it is cannot be told any more.
  assert.is(redacted(redactor, 'Cook and Tim Cook', ...names), '[PER_3] and [PER_1]')
  assert.is(redacted(redactor, 'Tim Roth, Tim, Cook', ...names), '[PER_4], [PER_5], [PER_3]')
  assert.is(
    redactor.restore('[PER_1] [PER_2] [PER_3] [PER_4] [PER_5]'),
    'Tim Cook Ann Cook Cook Tim Roth Tim',
  )
  // Neither is a short form of the other.
  const adams = ['John Adams', 'John Quincy Adams', 'Adams', 'John']
  assert.is(
    redacted(joined(), 'John Adams, John Quincy Adams, Adams, John', ...adams),
    '[PER_1], [PER_2], [PER_3], [PER_4]',
  )
  // Two that were persons of their own stay so.
  const apart = joined()
  assert.is(redacted(apart, 'Tim', ...names), '[PER_1]')
  assert.is(redacted(apart, 'Cook', ...names), '[PER_2]')
  assert.is(redacted(apart, 'Tim Cook, Tim, Cook', ...names), '[PER_3], [PER_1], [PER_2]')
})

test('without aliases, and for what is no person, each form has its own number', () => {
  const plain = createRedactor({ placeholder: 'numbered' })
  assert.is(
    redacted(plain, "Tim Cook, TIM COOK, Cook's", 'Tim Cook', 'TIM COOK', 'Cook'),
    "[PER_1], [PER_2], [PER_3]'s",
  )
  const text = 'New York Times, Times, NEW YORK TIMES'
  const found = find(text, [], { 'New York Times': 'ORG', Times: 'ORG', 'NEW YORK TIMES': 'ORG' })
  assert.is(joined().redact(text, found).text, '[ORG_1], [ORG_2], [ORG_3]')
})

test('restore() is exact with aliases too, and restore(text) gives the longer name', () => {
  const text = 'Tim Cook left. Cook slept.'
  const { restore, text: shown } = joined().redact(text, find(text, ['Tim Cook', 'Cook']))
  assert.is(restore(), text)
  assert.is(restore(shown), 'Tim Cook left. Tim Cook slept.')
})

const words = ['Tim', 'TIM', 'tim', 'Ann', 'Cook', 'COOK', 'Roth', 'von', 'Ng']
const person = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }).map((one) => one.join(' '))
const mails = fc.array(fc.array(person, { maxLength: 5 }), { maxLength: 5 })

/** A list of names as a text, all found. */
function list(names: readonly string[]): [string, MarkedEntity[]] {
  let at = 0
  const entities = names.map((name) => {
    const start = at
    at += name.length + 2
    return { type: 'PER', start, end: start + name.length }
  })
  return [names.join(', '), entities]
}

test('longer names of other words never share a number, and a saved redactor goes on as the first would', () => {
  fc.assert(
    fc.property(mails, fc.boolean(), (texts, aliases) => {
      const whole = createRedactor({ placeholder: 'numbered', aliases })
      let turned = createRedactor({ placeholder: 'numbered', aliases })
      const owners = new Map<string, string>()
      for (const names of texts) {
        const { text, placeholders } = whole.redact(...list(names))
        placeholders.forEach((one, index) => {
          const folded = names[index]!.toLowerCase()
          if (!folded.includes(' ')) return
          const owner = owners.get(one.text) ?? folded
          const part = owner.endsWith(` ${folded}`) || folded.endsWith(` ${owner}`)
          assert.ok(
            owner === folded || (part && /^(?:von|tim) /.test(owner.length < folded.length ? owner : folded)),
            `${owner}, ${folded}`,
          )
          if (folded.length >= owner.length) owners.set(one.text, folded)
        })
        assert.is(turned.redact(...list(names)).text, text)
        turned = Redactor.from(JSON.stringify(turned))
        assert.equal(JSON.parse(JSON.stringify(turned)), JSON.parse(JSON.stringify(whole)))
      }
    }),
    {
      numRuns: times(200, 2000),
      examples: [
        [[['Ann Tim COOK'], ['Ann tim COOK'], ['Tim Cook']], true],
        [
          [['tim Cook'], ['Ann von tim Cook'], ['Tim Cook', 'TIM COOK'], ['Roth von tim Cook', 'tim Cook']],
          true,
        ],
      ],
    },
  )
})

test('of several spellings of a name the short forms of the one that is saved count', () => {
  const redactor = joined()
  assert.is(redacted(redactor, 'ANN VON NG', 'ANN VON NG'), '[PER_1]')
  assert.is(redacted(redactor, 'Ann von Ng', 'Ann von Ng'), '[PER_1]')
  assert.is(redacted(redactor, 'von Ng', 'von Ng'), '[PER_1]')
  // Written as another name it has another ending, which no saved redactor would know.
  assert.is(redacted(redactor, 'Ann Roth Ng', 'Ann Roth Ng'), '[PER_2]')
  assert.is(redacted(redactor, 'Ann roth Ng', 'Ann roth Ng'), '[PER_2]')
  assert.is(redacted(redactor, 'roth Ng', 'roth Ng'), '[PER_3]')
  assert.is(redacted(Redactor.from(redactor.toJSON()), 'roth Ng', 'roth Ng'), '[PER_3]')
})

test('a saved redactor keeps names, what texts say, and options', () => {
  const redactor = createRedactor({ placeholder: 'numbered', labels: ['PER'] })
  const text = 'Ana wrote [PER_1] to Acme.'
  const entities = find(text, ['Ana'], { Acme: 'ORG' })
  assert.is(redactor.redact(text, entities).text, '[PER_2] wrote [PER_1] to Acme.')
  const json = redactor.toJSON()
  assert.equal(JSON.parse(JSON.stringify(json)), {
    format: 'iobert-redactor-1',
    labels: ['PER'],
    reserved: ['PER_1'],
    names: [{ placeholder: '[PER_2]', type: 'PER', forms: ['Ana'] }],
  })
  const later = Redactor.from(json)
  assert.is(later.redact(text, entities).text, '[PER_2] wrote [PER_1] to Acme.')
  assert.is(later.redact('Bo', find('Bo', ['Bo'])).text, '[PER_3]')
  assert.is(later.restore('[PER_2], [PER_1]'), 'Ana, [PER_1]')
  assert.throws(
    () => createRedactor().toJSON(),
    /Only a redactor with placeholder: 'numbered' or 'fake' can be saved/,
  )
})

test('what no redactor saved is refused', () => {
  const name = { placeholder: '[PER_1]', type: 'PER', forms: ['Ana'] }
  const saved = (...names: unknown[]): unknown => ({ format: 'iobert-redactor-1', names })
  for (const [json, message] of [
    [undefined, /a saved redactor is undefined, expected an object/],
    ['{', /a saved redactor is no JSON/],
    [[], /is an array, expected an object/],
    [{}, /has the format undefined, expected 'iobert-redactor-1'/],
    [{ format: 'iobert-redactor-2', names: [] }, /has the format "iobert-redactor-2"/],
    [{ format: 'iobert-redactor-1' }, /names of a saved redactor is undefined/],
    [{ ...(saved() as object), more: 1 }, /more is not known/],
    ['{"format":"iobert-redactor-1","names":[],"__proto__":{"x":1}}', /__proto__ is not known/],
    [{ ...(saved() as object), aliases: 1 }, /aliases is a number/],
    [{ ...(saved() as object), labels: 'PER' }, /labels is a string/],
    [{ ...(saved() as object), reserved: ['PER'] }, /reserved holds 'PER', expected as PER_1/],
    [{ ...(saved() as object), reservedTo: -1 }, /reservedTo is -1/],
    [saved(null), /names\[0\] is null/],
    [saved({ ...name, type: 1 }), /names\[0\]\.type is a number/],
    [saved({ ...name, placeholder: 'PER_1' }), /placeholder is 'PER_1', expected one as '\[PER_1\]'/],
    [saved({ ...name, placeholder: '[LOC_1]' }), /expected one as '\[PER_1\]'/],
    [saved({ ...name, placeholder: '[PER_0]' }), /number from 1/],
    [saved({ ...name, placeholder: '[PER_01]' }), /number from 1/],
    [saved({ ...name, placeholder: `[PER_${'9'.repeat(16)}]` }), /number from 1/],
    [saved({ ...name, forms: [] }), /forms are none/],
    [saved({ ...name, forms: [''] }), /forms are none, or hold an empty one/],
    [saved({ ...name, forms: [1] }), /names\[0\]\.forms\[0\] is a number/],
    [saved(name, { ...name, forms: ['Bo'] }), /\[PER_1\] stands for two names/],
    [saved(name, { ...name, placeholder: '[PER_2]' }), /'Ana' has two placeholders, \[PER_1\] and \[PER_2\]/],
  ] as const) {
    assert.throws(() => Redactor.from(json), message, JSON.stringify(json))
  }
})

test('a title apart keeps people apart, and one that both have joins them', () => {
  const names = ['Amara Okonkwo', 'Emeka Okonkwo', 'Okonkwo']
  const one = (text: string): string => redacted(joined(), text, ...names)
  assert.is(one('Dear Ms Okonkwo, your brother, Emeka Okonkwo'), 'Dear Ms [PER_1], your brother, [PER_2]')
  assert.is(one('Emeka Okonkwo wrote to Frau Okonkwo.'), '[PER_1] wrote to Frau [PER_2].')
  assert.is(one('Ms Okonkwo, Mr. Okonkwo, Mrs Okonkwo'), 'Ms [PER_1], Mr. [PER_2], Mrs [PER_1]')
  assert.is(one('Ms Amara Okonkwo, Emeka Okonkwo: Ms Okonkwo'), 'Ms [PER_1], [PER_2]: Ms [PER_1]')
  assert.is(one('Ms Okonkwo, then Okonkwo'), 'Ms [PER_1], then [PER_1]')
  // Who is meant is not said.
  assert.is(one('Ms Okonkwo, Emeka Okonkwo, Okonkwo'), 'Ms [PER_1], [PER_2], [PER_3]')
  assert.is(one('Dr. Okonkwo and Emeka Okonkwo'), 'Dr. [PER_1] and [PER_1]')
})

test('titles are saved, and names come one text after another', () => {
  const names = ['Amara Okonkwo', 'Emeka Okonkwo', 'Okonkwo']
  const texts = [
    'Okonkwo.',
    'Ms Okonkwo',
    'Mr Okonkwo',
    'Ms Amara Okonkwo',
    'Emeka Okonkwo',
    'Okonkwo',
    'Ms Okonkwo',
  ]
  const expected = ['[PER_1].', 'Ms [PER_1]', 'Mr [PER_2]', 'Ms [PER_1]', '[PER_3]', '[PER_4]', 'Ms [PER_1]']
  let kept = joined()
  const redactor = joined()
  const each = texts.map((text) => {
    kept = Redactor.from(JSON.stringify(kept))
    return [redacted(redactor, text, ...names), redacted(kept, text, ...names)]
  })
  assert.equal(
    each.map(([first]) => first),
    expected,
  )
  assert.equal(
    each.map(([, second]) => second),
    expected,
  )
  assert.throws(
    () => Redactor.from({ ...redactor.toJSON(), names: [{ ...redactor.toJSON().names[0], title: 'dr' }] }),
    /names\[0\]\.title is "dr", expected 'ms' or 'mr'/,
  )
})

test.run()
