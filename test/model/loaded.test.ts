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

/** What tells families of models apart. */
const FAMILIES = /\/model\/(?:bert-family|families|family)/

test('the shipped model loads no tokenizer, family or head of other models', () => {
  assert.is(done.status, 0, done.stderr)
  assert.ok(loaded.some((url) => url.endsWith('/text/wordpiece.js')))
  const others = loaded.filter((url) =>
    /\/(?:text\/families|text\/unicode|kernels\/(?:reference|relative)|model\/(?:disentangled|heads|modern|sentence|trace)|tasks)\//.test(
      url,
    ),
  )
  assert.equal(
    others.map((url) => url.replace(/.*\/dist\//, '')),
    [],
  )
  const families = loaded.filter((url) => FAMILIES.test(url))
  assert.equal(families.map((url) => url.replace(/.*\//, '')).sort(), ['bert-family.js', 'family.js'])
})

test('that there are families takes less than 1 kB of it', () => {
  const bytes = loaded
    .filter((url) => FAMILIES.test(url) || url.endsWith('/text/steps.js'))
    .reduce((sum, url) => sum + gzipSync(readFileSync(fileURLToPath(url))).length, 0)
  assert.ok(bytes > 500 && bytes < 1_000, `${bytes} bytes`)
})

test.run()
