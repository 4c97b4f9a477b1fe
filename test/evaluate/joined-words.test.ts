/** Joining the words of a CoNLL sentence into a text, and mapping labels back to the words. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { joinWords, labelsOfWords } from '#dist/evaluate/joined-words.js'

test('joinWords parts words by spaces and knows where they begin', () => {
  assert.equal(joinWords(['U.S.', 'troops', '.']), { text: 'U.S. troops .', starts: [0, 5, 12] })
  assert.equal(joinWords(['Ajax', '2', 'PSV', '1'], [2]), { text: 'Ajax 2\nPSV 1', starts: [0, 5, 7, 11] })
  assert.equal(joinWords([]), { text: '', starts: [] })
})

test('labelsOfWords takes the first of the words in each, and O where there is none', () => {
  const joined = joinWords(['U.S.', '\u0007', 'troops'])
  const found = [
    { start: 0, label: 'B-LOC' },
    { start: 1, label: 'O' },
    { start: 2, label: 'I-LOC' },
    { start: 7, label: 'B-ORG' },
  ]
  assert.equal(labelsOfWords(joined, found), ['B-LOC', 'O', 'B-ORG'])
  assert.equal(labelsOfWords(joined, []), ['O', 'O', 'O'])
})

test.run()
