/** An abort in the middle of a text of 100 MB. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileRules } from '#dist/rules/compile-rules.js'
import { longRules, longText } from './long-text.ts'

test('an abort is heard within 100 ms, anywhere in a text of 100 MB', async () => {
  const text = longText(100_000_000)
  const rules = compileRules(longRules)
  for (const after of [20, 500, 3000, 9000]) {
    const controller = new AbortController()
    let aborted: NodeJS.CpuUsage | undefined
    const timer = setTimeout(() => {
      aborted = process.cpuUsage()
      controller.abort()
    }, after)
    const error = await rules.findInTurns(text, { signal: controller.signal }).catch((thrown) => thrown)
    clearTimeout(timer)
    if (aborted === undefined) continue
    const { user, system } = process.cpuUsage(aborted)
    assert.is(error.name, 'AbortError')
    assert.ok((user + system) / 1000 < 100, `${(user + system) / 1000} ms`)
  }
})

test.run()
