/** How the name of a model is interpreted before anything is read. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { locateAnywhere } from '#dist/platform.js'

test('a path with a drive is a path, on Windows and everywhere', () => {
  for (const path of [
    'C:\\models\\bert',
    'C:/models/bert',
    'd:\\bert\\',
    'C:bert',
    './a',
    '..\\a',
    'owner/name',
  ]) {
    assert.is(locateAnywhere(path), path)
  }
})

test('an address is one that ends in a slash', () => {
  for (const url of ['https://models.example/bert/', 'file:///C:/models/bert/', 'blob:x/']) {
    assert.equal(locateAnywhere(url), { kind: 'url', base: url })
  }
  assert.throws(() => locateAnywhere('https://models.example/bert'), /expected one that ends in '\/'/)
})

test.run()
