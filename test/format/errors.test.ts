/** Errors from other realms, such as Node's own errors in code that Jest runs in a separate context. */
import { runInNewContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { errorCode, reasonOf } from '#dist/format/errors.js'

const foreign: unknown = runInNewContext(
  "Object.assign(new Error('no such file', { cause: new Error('inner') }), { code: 'ENOENT' })",
)

test('errorCode and reasonOf read errors of another realm as their own', () => {
  assert.not(foreign instanceof Error)
  assert.is(errorCode(foreign), 'ENOENT')
  assert.is(reasonOf(foreign), 'inner')
  assert.is(errorCode(Object.assign(new Error('x'), { code: 'EACCES' })), 'EACCES')
  for (const other of [undefined, null, 'ENOENT', 1, {}, new Error('x'), { code: 5 }])
    assert.is(errorCode(other), undefined)
})

test.run()
