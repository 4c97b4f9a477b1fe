/**
 * Rows of examples/queue: how they are identified, and how their answers are written. test/scale tests the
 * queue itself.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '../shared.ts'

interface Row {
  key: string
  id?: string
  number: number
  text?: string
  error?: string
}

interface Rows {
  readRow(line: string, number: number): Row
  writeAnswer(row: Row, answer: object): string
}

const { readRow, writeAnswer }: Rows = await import(new URL('examples/queue/rows.mjs', root).href)

test('ids are kept as they are written', () => {
  const ids = [
    '9007199254740992',
    '9007199254740993',
    '1',
    '"1"',
    '1.0',
    '-0',
    'null',
    '{"a": [1.50, "}"]}',
    '"\\""',
  ]
  const rows = ids.map((id) => readRow(`{"x": {"id": 2}, "id": ${id} , "text": "\\"id\\": 3"}`, 1))
  assert.equal(
    rows.map(({ key }) => key),
    ids,
  )
  assert.is(new Set(rows.map(({ key }) => key)).size, ids.length)
  for (const [i, row] of rows.entries()) {
    assert.is(row.text, '"id": 3')
    assert.is(writeAnswer(row, { entities: [] }), `{"id":${ids[i]},"entities":[]}`)
  }
  assert.is(readRow('{"id":1,"\\u0069d":2,"text":""}', 1).key, '2')
})

test('rows without an id are told apart by their number', () => {
  const lines = ['{"text":"a"}', '"a"', '{"text":"a","other":{"id":1}}', '[]', '{', '{"text":null}', 'null']
  const rows = lines.map((line, i) => readRow(line, i + 1))
  assert.equal(
    rows.map(({ key }) => key),
    ['#1', '#2', '#3', '#4', '#5', '#6', '#7'],
  )
  assert.equal(
    rows.map(({ text }) => text),
    ['a', 'a', 'a', ...Array(4)],
  )
  assert.is(rows[3]!.error, 'Line 4 is an array, expected {"id", "text"}')
  assert.match(rows[4]!.error!, /^Line 5 is not JSON: /u)
  assert.is(rows[5]!.error, 'The text is null, expected a string')
  assert.is(rows[6]!.error, 'Line 7 is null, expected {"id", "text"}')
  assert.is(writeAnswer(rows[0]!, { entities: [] }), '{"row":1,"entities":[]}')
})

test.run()
