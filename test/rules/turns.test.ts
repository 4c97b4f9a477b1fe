/**
 * Rules over long texts: other tasks of the thread get to run, an abort takes effect, and the matches are the
 * same.
 */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileRules } from '#dist/rules/compile-rules.js'
import { keepFirst, type Match } from '#dist/rules/overlaps.js'
import { presets } from '#dist/rules/presets.js'
import { atOnce, inTurns, merged, sorted } from '#dist/rules/turns.js'
import { SteppingClock, withClock } from '../clock.ts'
import { times } from '../thorough.ts'
import { longestStep, longRules, longText } from './long-text.ts'

test('findInTurns finds what find does', async () => {
  const rules = compileRules(longRules)
  const text = longText(300_000)
  const found = rules.find(text)
  assert.ok(found.length > 3000)
  assert.equal(await rules.findInTurns(text), found)
  assert.equal(await compileRules(Object.values(presets)).findInTurns('Mail a@b.org.'), [
    { type: 'EMAIL', text: 'a@b.org', start: 5, end: 12, score: 1 },
  ])
})

/** Characters of the longest texts, which take many turns. */
const LENGTH = times(1_000_000, 4_000_000)

test('findInTurns takes many short steps', async () => {
  for (const [name, text] of Object.entries({
    mixed: longText(LENGTH / 2),
    'one word': 'a'.repeat(LENGTH),
    'white space': ' '.repeat(LENGTH),
    'one match': `${'1'.repeat(LENGTH / 4)}@`,
    'one line of matches that overlap': 'ab'.repeat((3 * LENGTH) / 40),
  })) {
    let share = 1
    // Garbage collection makes one step longer, but not the same one each time.
    for (let round = 0; round < 5 && share >= 0.1; round++) {
      share = Math.min(share, await longestStep(() => compileRules(longRules).findInTurns(text)))
    }
    assert.ok(share < 0.1, `${name}: ${share} of the whole`)
  }
})

test('a step is short where each character makes a new state of a long pattern', async () => {
  // 4,000 instructions for each character. Once a step read 4,096 characters.
  const rules = compileRules([{ type: 'X', pattern: /c[ab]{1900}a/ }])
  let text = ''
  for (let seed = 1; text.length < 16_384; ) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    text += 'ab'[(seed >>> 16) & 1]
  }
  const clock = new SteppingClock(1000)
  await withClock(clock.now, () => rules.findInTurns(text))
  assert.ok(clock.looks > text.length / 64, `${clock.looks} steps for ${text.length} characters`)
})

test('findInTurns ends when its signal aborts', async () => {
  const reason = new Error('enough')
  const rules = compileRules(longRules)
  const none = await rules.findInTurns('ab', { signal: AbortSignal.abort(reason) }).catch((error) => error)
  assert.is(none, reason)
  const text = longText(300_000)
  /** How often it looks at the clock, which it does after each step, where the signal aborts at one look. */
  const looksOf = async (look: number): Promise<number> => {
    const clock = new SteppingClock(1000)
    const controller = new AbortController()
    clock.onLook = (looks) => void (looks === look && controller.abort(reason))
    const { signal } = controller
    const outcome = await withClock(clock.now, () => rules.findInTurns(text, { signal }).catch((e) => e))
    if (look <= clock.looks) assert.is(outcome, reason)
    return clock.looks
  }
  const whole = await looksOf(Number.POSITIVE_INFINITY)
  assert.ok(whole > 100, `${whole} looks`)
  for (const share of [0, 0.2, 0.4, 0.6, 0.8, 0.99]) {
    const look = 1 + Math.floor(share * (whole - 2))
    assert.ok((await looksOf(look)) <= look + 1, `abort at look ${look} of ${whole}`)
  }
})

/** Spans as they come from one rule, or from the model: in order, none overlapping another. */
const list = fc
  .array(fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 12 })), { maxLength: 12 })
  .map((steps) => {
    let at = 0
    return steps.map(([gap, length]) => {
      const start = at + gap
      at = start + length
      return { start, end: at }
    })
  })

test('of spans that overlap the first stays, whatever hangs together', () => {
  fc.assert(
    fc.property(fc.array(list, { maxLength: 4 }), fc.boolean(), (lists, longest) => {
      const ranked = lists.flat()
      if (longest) ranked.sort((a, b) => b.end - b.start - (a.end - a.start))
      const wanted: Match[] = []
      for (const one of ranked) {
        if (wanted.every(({ start, end }) => start >= one.end || end <= one.start)) wanted.push(one)
      }
      assert.equal(
        atOnce(keepFirst(lists, longest)),
        wanted.sort((a, b) => a.start - b.start),
      )
    }),
    { numRuns: 2000 },
  )
})

test('lists of any length are sorted and merged, equal ones as they stood', async () => {
  const items = Array.from({ length: 20_000 }, (_, id) => ({ key: (id * 7919) % 101, id }))
  const compare = (a: { key: number }, b: { key: number }): number => a.key - b.key
  const wanted = [...items].sort(compare)
  assert.equal(await inTurns(sorted(items, compare)), wanted)
  const lists = [0, 1, 2].map((part) => items.filter(({ id }) => id % 3 === part).sort(compare))
  assert.equal(
    atOnce(merged(lists, compare)).map(({ key }) => key),
    wanted.map(({ key }) => key),
  )
  assert.equal(atOnce(merged([], compare)), [])
})

test.run()
