/** Typing errors are recognized, and nothing else. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { didYouMean, nearest } from '#dist/check/nearest.js'

const names = ['json', 'model', 'max-length']

test('nearest finds a slip of the finger and nothing else', () => {
  assert.is(nearest('maxlength', names), 'max-length')
  assert.is(nearest('jsno', names), 'json')
  assert.is(nearest('jsno', names, 1), 'json')
  assert.is(nearest('jsxx', names, 1), undefined)
  assert.is(nearest('threshold', names), undefined)
})

test('nearest takes capitals and small letters for the same', () => {
  assert.is(nearest('per', ['LOC', 'PER']), 'PER')
  assert.is(didYouMean('per', ['LOC', 'PER']), '; did you mean PER?')
  assert.is(didYouMean('place', ['LOC', 'PER']), '')
})

test('didYouMean knows a word by the letters that it is shortened to', () => {
  const types = ['LOC', 'MISC', 'ORG', 'PER']
  assert.is(didYouMean('PERSON', types), '; did you mean PER?')
  assert.is(didYouMean('Location', types), '; did you mean LOC?')
  assert.is(didYouMean('organisation', types), '; did you mean ORG?')
  assert.is(didYouMean('ORG', ['EVENT', 'ORGANIZATION']), '; did you mean ORGANIZATION?')
  assert.is(didYouMean('A', ['ADDRESS']), '')
  assert.is(didYouMean('place', types), '')
})

test.run()
