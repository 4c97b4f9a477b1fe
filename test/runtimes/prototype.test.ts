/** No code relies on a clean `Object.prototype`: old polyfills add enumerable properties to it. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

test('properties that all objects have, and a frozen Error.prototype, change nothing', () => {
  const child = fileURLToPath(new URL('prototype-child.js', import.meta.url))
  const { stdout, stderr, status } = spawnSync(process.execPath, [child], { encoding: 'utf8' })
  assert.is(status, 0, stderr)
  const names = [
    ['PER', 'Angela Merkel', 0, 13],
    ['PER', 'Tim Cook', 18, 26],
    ['LOC', 'Berlin', 30, 36],
  ]
  assert.equal(JSON.parse(stdout), [names, names, names, names])
})

test.run()
