/** An abort in the middle of a text of 100 MB. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileRules } from '#dist/rules/compile-rules.js'
import { SteppingClock, withClock } from '../clock.ts'
import { longRules, longText } from './long-text.ts'

test('an abort is heard after the step that it falls in, anywhere in a text of 100 MB', async () => {
  const text = longText(100_000_000)
  const rules = compileRules(longRules)
  // By this clock each step takes so long that the thread's other tasks have their turn after it.
  for (const look of [1, 1000, 20_000, 80_000]) {
    const clock = new SteppingClock(1000)
    const controller = new AbortController()
    clock.onLook = (looks) => void (looks === look && controller.abort())
    const { signal } = controller
    const error = await withClock(clock.now, () => rules.findInTurns(text, { signal }).catch((e) => e))
    assert.is(error.name, 'AbortError')
    assert.ok(clock.looks <= look + 1, `${clock.looks} looks, aborted at ${look}`)
  }
})

test.run()
