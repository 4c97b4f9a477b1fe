/** The memory of a redactor over an endless stream of texts. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createRedactor, Redactor } from '#dist/node.js'

test('what texts say like placeholders is remembered in bounded memory', () => {
  const redactor = createRedactor({ placeholder: 'numbered' })
  for (let i = 0; i < 11; i++) {
    redactor.redact(Array.from({ length: 10_000 }, (_, j) => `[req_${i * 10_000 + j + 1}]`).join(' '), [])
  }
  const { reserved, reservedTo } = redactor.toJSON()
  assert.equal([reserved, reservedTo], [undefined, 110_000])
  assert.is(redactor.redact('Ana', [{ type: 'PER', start: 0, end: 3 }]).text, '[PER_110001]')
  assert.is(
    Redactor.from(redactor.toJSON()).redact('Bo', [{ type: 'PER', start: 0, end: 2 }]).text,
    '[PER_110002]',
  )
})

test.run()
