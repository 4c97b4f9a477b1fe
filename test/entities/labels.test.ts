/** The scheme is recognized from the names of the labels: IO, IOB1, IOB2, BIOES, BILOU. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabelScheme, parseLabels } from '#dist/entities/labels.js'
import { checkRecognizeOptions } from '#dist/entities/options.js'
import { conllLabels } from './sample.ts'

const types = ['PER', 'LOC', 'A-B', 'x_y', 'Événement']

function withLetters(letters: string, join: (letter: string, type: string) => string): string[] {
  return ['O', ...types.flatMap((type) => [...letters].map((letter) => join(letter, type)))]
}

const written: [name: string, join: (letter: string, type: string) => string][] = [
  ['B-X', (letter, type) => `${letter}-${type}`],
  ['B_X', (letter, type) => `${letter}_${type}`],
  ['X-B', (letter, type) => `${type}-${letter}`],
  ['X_B', (letter, type) => `${type}_${letter}`],
]

const detected: [letters: string, scheme: LabelScheme | 'IOB'][] = [
  ['BI', 'IOB'],
  ['I', 'IO'],
  ['BIES', 'BIOES'],
  ['BILU', 'BILOU'],
]

for (const [name, join] of written) {
  for (const [letters, scheme] of detected) {
    test(`parseLabels detects ${scheme} written ${name}`, () => {
      const set = parseLabels(withLetters(letters, join))
      assert.is(set.scheme, scheme)
      assert.is(set.outside, 0)
      const wanted = types.flatMap((type) =>
        [...letters].map((letter) => ({ position: letter.replace('L', 'E').replace('U', 'S'), type })),
      )
      assert.equal(set.parsed, [{ position: 'O', type: 'O' }, ...wanted])
    })
  }
}

test('parseLabels takes the type apart at the first hyphen only', () => {
  assert.equal(parseLabels(['O', 'B-A-B', 'I-A-B']).parsed[1], { position: 'B', type: 'A-B' })
})

test('parseLabels reads bare labels as IO, E-MAIL and LABEL_0 among them', () => {
  for (const labels of [
    ['O', 'VENDOR', 'DATE', 'HCW', 'HOSPITAL', 'ID', 'PATIENT', 'PHONE'],
    ['O', 'E-MAIL', 'PHONE', 'S_CORP'],
    ['LABEL_0', 'LABEL_1'],
  ]) {
    const set = parseLabels(labels)
    assert.is(set.scheme, 'IO')
    labels.forEach((label, id) => {
      if (label !== 'O') assert.equal(set.parsed[id], { position: '', type: label })
    })
  }
})

test('parseLabels keeps labels outside the common form whole', () => {
  const set = parseLabels([...conllLabels, 'X', '[CLS]', 'E-MAIL'])
  assert.is(set.scheme, 'IOB')
  assert.equal(set.parsed.slice(-3), [
    { position: '', type: 'X' },
    { position: '', type: '[CLS]' },
    { position: '', type: 'E-MAIL' },
  ])
})

test('parseLabels reads B_X without I_X as IO and B-X as opening', () => {
  assert.is(parseLabels(['O', 'B_PERS', 'B_ORG']).scheme, 'IO')
  assert.equal(parseLabels(['O', 'B_PERS']).parsed[1], { position: 'B', type: 'PERS' })
  assert.is(parseLabels(['O', 'B-PER', 'B-ORG']).scheme, 'IOB')
})

test('parseLabels takes the stated scheme', () => {
  assert.is(parseLabels(conllLabels, 'IOB1').scheme, 'IOB1')
  assert.equal(parseLabels(['O', 'B-X', 'E-Y'], 'BIOES').parsed[2], { position: 'E', type: 'Y' })
  assert.equal(parseLabels(['O', 'B-X', 'I-X', 'E-X'], 'IOB2').parsed[3], { position: '', type: 'E-X' })
})

test('what is no scheme is refused, and no labels', () => {
  assert.throws(() => parseLabels([]), /labels are empty/u)
  assert.throws(
    () => checkRecognizeOptions({ scheme: 'IOB' }),
    /scheme is 'IOB', expected one of 'IOB1', 'IOB2'/u,
  )
  assert.throws(() => checkRecognizeOptions({ scheme: 3 }), /scheme is a number/u)
})

test('parseLabels gives each of any labels one entry and leaves none empty', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (labels) => {
      const set = parseLabels(labels)
      assert.is(set.parsed.length, labels.length)
      set.parsed.forEach(({ type }, i) => {
        assert.ok(labels[i]!.includes(type))
        assert.is(type === '', labels[i] === '')
      })
    }),
  )
})

test.run()
