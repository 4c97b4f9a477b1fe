/** Names are taken out of a text and put back into the answer: placeholders, numbers, aliases. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createRedactor, type Entity, highlight, Redactor, redact } from '#dist/node.js'
import { assertLinear } from '../growth.ts'
import { times } from '../thorough.ts'

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

const text = 'Ana met Bo in Lima. Ana likes Lima.'
const entities = find(text, { Ana: 'PER', Bo: 'PER', Lima: 'LOC' })

test('placeholders by type, by number, and of a function', () => {
  assert.is(redact(text, entities).text, '[PER] met [PER] in [LOC]. [PER] likes [LOC].')
  assert.is(
    redact(text, entities, { placeholder: 'numbered' }).text,
    '[PER_1] met [PER_2] in [LOC_1]. [PER_1] likes [LOC_1].',
  )
  const asked: string[] = []
  const placeholder = (entity: Entity, number: number): string => {
    asked.push(entity.text)
    return `<${entity.type.toLowerCase()}${number}>`
  }
  assert.is(redact(text, entities, { placeholder }).text, '<per1> met <per2> in <loc1>. <per1> likes <loc1>.')
  assert.equal(asked, ['Ana', 'Bo', 'Lima'])
  assert.is(redact('', []).text, '')
})

test('labels say what is taken out', () => {
  assert.is(redact(text, entities, { labels: ['LOC'] }).text, 'Ana met Bo in [LOC]. Ana likes [LOC].')
  assert.is(redact(text, entities, { labels: [] }).text, text)
})

test('names that are never taken out stay, whole ones only', () => {
  const never = ['Ana', 'Rio  Tinto']
  assert.is(redact(text, entities, { never }).text, 'Ana met [PER] in [LOC]. Ana likes [LOC].')
  const firms = "Rio\nTinto and Rio Tinto Ltd, Ana's Anabel"
  const found = find(firms, { 'Rio\nTinto': 'ORG', 'Rio Tinto Ltd': 'ORG', "Ana's": 'PER', Anabel: 'PER' })
  assert.is(redact(firms, found, { never }).text, "Rio\nTinto and [ORG], Ana's [PER]")
  const saved = JSON.stringify(createRedactor({ placeholder: 'numbered' }))
  assert.is(
    Redactor.from(saved, { never }).redact(text, entities).text,
    'Ana met [PER_1] in [LOC_1]. Ana likes [LOC_1].',
  )
})

test('restore gives the text again, and the names of an answer', () => {
  const { text: redacted, restore } = redact(text, entities, { placeholder: 'numbered' })
  assert.is(restore(), text)
  assert.is(restore(redacted), text)
  assert.is(
    restore("Dear [PER_2], [PER_1]'s town is [LOC_1], not [LOC_2] or [per_1]."),
    "Dear Bo, Ana's town is Lima, not [LOC_2] or [per_1].",
  )
})

test('a placeholder that the text holds itself is not given out', () => {
  const own = 'Ana wrote [PER_1] and [PER_3]. Bo and Cy did not.'
  const redaction = redact(own, find(own, { Ana: 'PER', Bo: 'PER', Cy: 'PER' }), { placeholder: 'numbered' })
  assert.is(redaction.text, '[PER_2] wrote [PER_1] and [PER_3]. [PER_4] and [PER_5] did not.')
  assert.is(redaction.restore(redaction.text), own)
})

test('restoring edited text is refused where it could not be right', () => {
  const byType = redact(text, entities)
  assert.is(byType.restore(), text)
  assert.throws(() => byType.restore(byType.text), /"\[PER\]" does not stand for one name alone.*'numbered'/)
  const once = redact('Ana left.', find('Ana left.', { Ana: 'PER' }))
  assert.is(once.restore('Did [PER] leave?'), 'Did Ana leave?')
  const own = redact('[PER] is not Ana.', find('[PER] is not Ana.', { Ana: 'PER' }))
  assert.throws(() => own.restore(own.text), /does not stand for one name alone/)
  // 1 + 11 begins with another 11.
  const next = redact('1Ana', find('1Ana', { Ana: 'PER' }), { placeholder: () => '11' })
  assert.is(next.restore(), '1Ana')
  assert.throws(() => next.restore(next.text), /does not stand for one name alone/)
  assert.throws(() => redact(text, entities, { placeholder: () => '' }).restore(''), /does not stand/)
})

test('what overlaps is taken out as one, so that nothing of it stays', () => {
  const overlapping = [
    { type: 'ORG', start: 4, end: 12 },
    { type: 'PER', start: 0, end: 8 },
    { type: 'LOC', start: 0, end: 3 },
  ]
  assert.is(redact('Ana Maria Inc. left', overlapping).text, '[PER]c. left')
  // The possessive of one may be part of the other.
  const shop = [
    { type: 'PER', start: 0, end: 5 },
    { type: 'ORG', start: 4, end: 7 },
  ]
  assert.is(
    redact(
      "Macy's",
      shop.map((one) => ({ ...one, end: Math.min(one.end, 6) })),
    ).text,
    '[PER]',
  )
})

test('whatever overlaps, no letter of an entity that is to go stays, but a possessive of a person', () => {
  const text = "Tim's MACY's"
  const entity = fc
    .tuple(fc.constantFrom('PER', 'ORG', 'LOC'), fc.nat(text.length), fc.nat(text.length))
    .map(([type, a, b]) => ({ type, start: Math.min(a, b), end: Math.max(a, b) }))
  fc.assert(
    fc.property(fc.array(entity, { maxLength: 5 }), (entities) => {
      const hidden = Array.from(text, (_, at) =>
        entities.some(({ type, start, end }) => {
          const name = text.slice(start, end)
          const last = type === 'PER' && /[a-z]'s$/iu.test(name) ? end - 2 : end
          return start <= at && at < last
        }),
      )
      const { text: redacted, replaced } = redact(text, entities, { placeholder: () => '\0' })
      assert.is(redacted.replaceAll('\0', ''), [...text].filter((_, at) => !hidden[at]).join(''))
      for (const { start, end } of replaced) assert.ok(start < end)
    }),
    { numRuns: times(1000, 20_000) },
  )
})

test('an entity of no text, as pieces of other systems may be, is passed over', () => {
  const entities = [
    { type: 'X', start: 0, end: 0 },
    { type: 'PER', start: 0, end: 3 },
    { type: 'X', start: 2, end: 2 },
    { type: 'X', start: 9, end: 9 },
  ]
  assert.is(redact('Ana left.', entities).text, '[PER] left.')
  assert.is(highlight('Ana left.', entities, { color: false }), '[Ana PER] left.')
})

test('a redactor keeps numbers from text to text', () => {
  const redactor = createRedactor({ placeholder: 'numbered' })
  const lines = ['Ana met Bo.', 'Bo met Cy.', '[PER_1] is Bo, not Ana.']
  const shown = lines.map((line) => redactor.redact(line, find(line, { Ana: 'PER', Bo: 'PER', Cy: 'PER' })))
  assert.equal(
    shown.map((one) => one.text),
    // The third line says [PER_1] itself, which is Ana's.
    ['[PER_1] met [PER_2].', '[PER_2] met [PER_3].', '[TEXT_1] is [PER_2], not [PER_1].'],
  )
  shown.forEach(({ text: redacted, restore }, index) => {
    assert.is(restore(redacted), lines[index])
    assert.is(restore(), lines[index])
    assert.is(redactor.restore(redacted), lines[index])
  })
  assert.is(redactor.restore('[PER_3], [PER_2]'), 'Cy, Bo')
})

test('no placeholder that any text said itself is given out, whatever came first', () => {
  const ann = (text: string) => find(text, { Ann: 'PER' })
  for (const said of ['See [PER_1].', 'See PER_1.', 'See [per 1].', 'See \\[PER\\_1\\].']) {
    for (const texts of [
      [said, 'Ann'],
      ['Ann', said],
      [`Ann: ${said}`, said, 'Ann'],
    ]) {
      const redactor = createRedactor({ placeholder: 'numbered' })
      const redacted = texts.map((text) => redactor.redact(text, ann(text)).text)
      assert.equal(
        redacted.map((text) => redactor.restore(text)),
        texts,
      )
      assert.equal(
        redacted.map((text) => redactor.restoreAnswer(text).text),
        texts,
      )
      for (const text of redacted) assert.not.match(text, 'Ann')
    }
  }
  for (const placeholder of [
    'type',
    ({ type }: Entity, number: number) => `[${type}]${'!'.repeat(number - 1)}`,
  ] as const) {
    const redactor = createRedactor({ placeholder })
    assert.is(redactor.redact('Ann', ann('Ann')).restore('[PER]'), 'Ann')
    assert.is(redactor.restore('See [PER].'), 'See Ann.')
    redactor.redact('See [PER].', [])
    assert.throws(() => redactor.restore('See [PER].'), /does not stand for one name alone/)
  }
  const redactor = createRedactor()
  redactor.redact('See [PER].', [])
  redactor.redact('Ann', ann('Ann'))
  assert.throws(() => redactor.restore('See [PER].'), /does not stand for one name alone/)
})

test('types that differ in case, brackets or blanks share no placeholder', () => {
  const redactor = createRedactor({ placeholder: 'numbered' })
  const types = [
    'PER',
    'per',
    'P[ER',
    ' PER',
    'PER ',
    'PER_',
    'PER___',
    'PER____',
    'PER_____',
    'PER-',
    'P\\_ER',
    'P_ER',
    '',
    '1',
    '_1',
    'A1',
    'A',
  ]
  const text = types.map((_, index) => `name${index}`).join(', ')
  const entities = types.map((type, index) => ({ ...find(text, { [`name${index}`]: type })[0]! }))
  const redacted = redactor.redact(text, entities)
  assert.is(new Set(redacted.placeholders.map((one) => one.text)).size, types.length)
  assert.is(redacted.restore(redacted.text), text)
  assert.is(redacted.restoreAnswer(redacted.text).text, text)
})

test('a possessive stays outside of a person, and of nothing else', () => {
  const own = "Tim's, TIM'S and Bo’s McDonald's"
  const found = find(own, { "Tim's": 'PER', "TIM'S": 'PERSON', 'Bo’s': 'B-PER', "McDonald's": 'ORG' })
  assert.is(redact(own, found).text, "[PER]'s, [PERSON]'S and [B-PER]’s [ORG]")
})

test('placeholders are told where they stand', () => {
  const own = 'Ana, [PER_1] and Bo.'
  const redactor = createRedactor({ placeholder: 'numbered' })
  redactor.redact('Ana', find('Ana', { Ana: 'PER' }))
  const { text: redacted, placeholders } = redactor.redact(own, find(own, { Ana: 'PER', Bo: 'PER' }))
  assert.is(redacted, '[PER_1], [TEXT_1] and [PER_2].')
  assert.equal(placeholders, [
    { type: 'PER', text: '[PER_1]', start: 0, end: 7, score: 1 },
    { type: 'TEXT', text: '[TEXT_1]', start: 9, end: 17 },
    { type: 'PER', text: '[PER_2]', start: 22, end: 29, score: 1 },
  ])
})

test('entities of another text and wrong options are refused', () => {
  assert.throws(
    () => redact('Ana', [{ type: 'PER', start: 0, end: 9 }]),
    /at 0 to 9, but the text has 3 UTF-16 units/,
  )
  assert.throws(
    () => redact('Ana', [{ type: 'PER', start: 2, end: 1 }]),
    /at 2 to 1, but the text has 3 UTF-16 units/,
  )
  assert.throws(
    () => redact('', [], { placeholder: 'x' as 'type' }),
    /placeholder is 'x', expected one of 'type', 'numbered'/,
  )
  assert.throws(() => redact('', [], { labels: 'PER' as never }), /labels is a string, expected an array/)
})

const parts = fc.array(
  fc.constantFrom(
    '[',
    ']',
    '[PER_1]',
    '[PER_2]',
    ' PER_1',
    '[per 1]',
    '\\',
    '[TEXT_1]',
    '_1',
    'PER',
    'Ana',
    'Bo',
    '[LOC_1]',
    ' ',
    '\ud83d\ude00',
    '\ud83d',
    'Li[ma',
  ),
  { maxLength: 30 },
)

test('whatever the text, restore is exact and no name stays', () => {
  fc.assert(
    fc.property(parts, parts, (first, second) => {
      const redactor = createRedactor({ placeholder: 'numbered' })
      const wholes = [first, second].map((part) => part.join(''))
      const redactions = []
      for (const whole of wholes) {
        const found = find(whole, { Ana: 'PER', Bo: 'PER', 'Li[ma': 'L[O]C' })
        const { text: redacted, restore } = redactor.redact(whole, found)
        assert.is(restore(), whole)
        assert.is(restore(redacted), whole)
        assert.not.match(redacted, /Ana|Bo|Li\[ma/)
        redactions.push(redacted)
      }
      assert.equal(
        redactions.map((one) => redactor.restore(one)),
        wholes,
      )
      assert.equal(
        redactions.map((one) => redactor.restoreAnswer(one).text),
        wholes,
      )
    }),
    { numRuns: times(300, 2000) },
  )
})

test('the time is linear in text and names', () =>
  assertLinear('redact and restore', times(5_000, 20_000), (count) => {
    const names = Array.from({ length: count }, (_, index) => `Name${index}`)
    const long = names.join(' ')
    let at = 0
    const found = names.map((name) => {
      const start = at
      at += name.length + 1
      return { type: 'PER', start, end: start + name.length }
    })
    return () => {
      const { text: redacted, restore } = redact(long, found, { placeholder: 'numbered' })
      assert.is(restore(redacted), long)
      const length = '[PER_1'.length * (10 * count - 1) + 'Name0'.length
      assert.is(restore(`${'[PER_1'.repeat(10 * count)}]`).length, length)
    }
  }))

test('redact() and highlight() tell what they were given in place of text and entities', () => {
  for (const call of [redact, highlight]) {
    const given =
      (...values: unknown[]) =>
      () =>
        Reflect.apply(call, undefined, values)
    assert.throws(given(null, []), /^text is null, expected a string/)
    assert.throws(given('Ana', null), /entities is null, expected an array/)
    assert.throws(given('Ana', { entities: [] }), /an array: of an answer of recognize\(\) its \.entities/)
    assert.throws(given('Ana', [null]), /an entity is null, expected an object/)
    assert.throws(given('Ana', [{ start: 0, end: 3 }]), /an entity's type is undefined, expected a string/)
  }
})

test.run()
