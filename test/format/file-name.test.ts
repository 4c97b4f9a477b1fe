/** File names stated by a model: none may leave its folder, on any system. */
import { posix, win32 } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { checkFileName } from '#dist/format/file-name.js'

test('checkFileName takes the names that models have', () => {
  const names = [
    'config.json',
    'model-00001-of-00002.safetensors',
    '1_Pooling/config.json',
    '..a',
    'a..b',
    'é.txt',
  ]
  for (const name of names) assert.is(checkFileName(name), name)
})

test('checkFileName takes no name that is another file or a device on Windows', () => {
  for (const name of [
    'config.json.',
    'config.json ',
    'nul',
    'NUL.txt',
    'a/Con',
    'com1.json',
    'lpt\u00b9',
    'aux/b',
  ]) {
    assert.throws(
      () => checkFileName(name),
      (error: unknown) =>
        error instanceof ModelFormatError && /no file of that name on Windows/.test(error.message),
      name,
    )
  }
  for (const name of ['null', 'console.json', 'com10', 'auxiliary', 'a. b'])
    assert.is(checkFileName(name), name)
})

test('checkFileName takes no name that leaves the folder, on any system', () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'a b', '...', 'C:', '\\', '\\\\host', '\0', '~', '%2e%2e')
  const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'))
  let taken = 0
  fc.assert(
    fc.property(fc.oneof(name, fc.string()), (candidate) => {
      try {
        checkFileName(candidate)
      } catch {
        return
      }
      taken++
      assert.ok(posix.resolve('/models/a', candidate).startsWith('/models/a/'), candidate)
      assert.ok(win32.resolve('D:\\models\\a', candidate).startsWith('D:\\models\\a\\'), candidate)
    }),
    { numRuns: 3000 },
  )
  assert.ok(taken > 100)
})

test.run()
