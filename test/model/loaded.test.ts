/** How much code for other models a page with the shipped model loads. */
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

const child = rootPath('build/test/model/loaded-child.js')
const done = spawnSync(process.execPath, [child], { encoding: 'utf8' })
const loaded = done.stdout.split('\n').filter((url) => url.includes('/dist/'))

test('the shipped model loads no tokenizer or family of other models', () => {
  assert.is(done.status, 0, done.stderr)
  assert.ok(loaded.some((url) => url.endsWith('/text/wordpiece.js')))
  const others = loaded.filter((url) =>
    /\/(?:text\/families|text\/unicode|kernels\/reference|model\/sentence|tasks)\//.test(url),
  )
  assert.equal(
    others.map((url) => url.replace(/.*\/dist\//, '')),
    [],
  )
  const families = loaded.filter((url) => url.includes('/model/families/'))
  assert.equal(
    families.map((url) => url.replace(/.*\//, '')),
    ['bert.js'],
  )
})

test.run()
