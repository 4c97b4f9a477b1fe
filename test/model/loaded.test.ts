/** What a page that uses the shipped model loads of the code for other models. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

const child = rootPath('build/test/model/loaded-child.js')
const done = spawnSync(process.execPath, [child], { encoding: 'utf8' })
const loaded = done.stdout.split('\n').filter((url) => url.includes('/dist/'))

test('the shipped model loads no tokenizer, family or head of other models', () => {
  assert.is(done.status, 0, done.stderr)
  assert.ok(loaded.some((url) => url.endsWith('/text/wordpiece.js')))
  const others = loaded.filter((url) =>
    /\/(?:text\/families|text\/unicode|kernels\/(?:reference|relative)|model\/(?:disentangled|heads|modern|sentence|trace)|tasks)\//.test(
      url,
    ),
  )
  assert.equal(others, [])
  const families = loaded.filter((url) => /\/model\/(?:families|family)/.test(url))
  assert.equal(families.map((url) => url.replace(/.*\//, '')).sort(), ['bert.js', 'families.js', 'family.js'])
})

test('that there are families takes less than 2 kB of it', () => {
  const bytes = loaded
    .filter((url) => /\/model\/(?:families|family)|\/text\/steps\.js/.test(url))
    .reduce((sum, url) => sum + gzipSync(readFileSync(fileURLToPath(url))).length, 0)
  assert.ok(bytes > 500 && bytes < 2_000, `${bytes} bytes`)
})

test.run()
