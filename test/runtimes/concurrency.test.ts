/** Many calls at once, aborts and dispose; in a process of its own, since it times what is stopped. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'
import { rootPath } from '../shared.js'
import { isThorough, times } from '../thorough.ts'
import { bitsOf, longText, model, sentence } from './models.js'

const test = suite('concurrency')
const CALLS = times(20, 200)

const names = ['Berlin', 'Marie Curie', 'Nairobi', 'the United Nations', 'Toyota', 'Budapest', 'O’Brien']
const texts = Array.from({ length: 10 }, (_, i) => {
  const at = (n: number): string => names[(i * 3 + n) % names.length]!
  return `${at(0)} wrote to ${at(1)} about ${at(2)}. `.repeat(1 + (i % 3))
})

for (const options of [{ threads: 2 }, { inline: true }]) {
  const way = JSON.stringify(options)

  test(`recognize answers ${CALLS} overlapping calls rightly, ${way}`, async () => {
    const ner = await loadRecognizer(model, options)
    const wanted: unknown[] = []
    for (const text of texts) wanted.push(await ner.recognize(text))
    // Which of them answers first is not promised: one that has kept others waiting lets them pass.
    const results = await Promise.all(
      Array.from({ length: CALLS }, (_, i) => ner.recognize(texts[i % texts.length]!)),
    )
    results.forEach((result, i) => void assert.equal(result, wanted[i % texts.length], `call ${i}`))
    ner.dispose()
  })

  test(`dispose during calls rejects them and all later ones, ${way}`, async () => {
    const ner = await loadRecognizer(model, options)
    // Several passes each: when one is over the others are not.
    const text = longText.repeat(4)
    let calls: Promise<unknown>[] = []
    const begun = new Promise<void>((resolve) => {
      calls = [1, 2, 3].map(() => ner.recognize(text, { onProgress: () => resolve() }))
    })
    const outcomes = Promise.allSettled(calls)
    await begun
    ner.dispose()
    ner.dispose()
    for (const outcome of await outcomes) {
      assert.is(outcome.status, 'rejected')
      assert.match(String((outcome as PromiseRejectedResult).reason), /The model was disposed; load it again/)
    }
    const later = await ner.recognize(sentence).catch((error: unknown) => String(error))
    assert.match(String(later), /The model was disposed; load it again/)
  })

  test(`abort takes effect between layers, ${way}`, async () => {
    const ner = await loadRecognizer(model, options)
    const ids = ner.tokenizer.encode(longText).ids.slice(0, 512)
    const pass = [ids]
    const now = (): number => performance.now()
    let [whole, stopped] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    // The shortest of some rounds, each way: other programs only make them longer.
    for (let round = 0; round < 12 && (round < 3 || stopped > (2 / 3) * whole); round++) {
      const began = now()
      await ner.model.forward(pass)
      whole = Math.min(whole, now() - began)
      const controller = new AbortController()
      const started = now()
      const call = ner.model.forward(pass, { signal: controller.signal }).catch((error: unknown) => error)
      setTimeout(() => controller.abort(new Error('enough')), whole / 8)
      assert.is(((await call) as Error).message, 'enough')
      // The call is over at once; the engine, which takes one call after another, when it answers the next.
      await ner.model.forward([[ids[0]!]])
      stopped = Math.min(stopped, now() - started)
    }
    assert.ok(stopped < (2 / 3) * whole, `stopped after ${stopped} ms of a pass of ${whole} ms`)
    ner.dispose()
  })
}

test('abort takes effect between layers, inline, where the clock stands still while code runs', async () => {
  const { now } = performance
  const still = now.call(performance)
  performance.now = () => still
  try {
    const ner = await loadRecognizer(model, { inline: true })
    const controller = new AbortController()
    const ids = ner.tokenizer.encode(longText).ids.slice(0, 512)
    const call = ner.model.forward([ids], { signal: controller.signal }).catch((error: unknown) => error)
    // Of a pass without pauses it would come too late.
    setImmediate(() => controller.abort(new Error('enough')))
    assert.is(((await call) as Error).message, 'enough')
    assert.is((await ner.recognize(sentence)).truncated, false)
    ner.dispose()
  } finally {
    performance.now = now
  }
})

test('two recognizers with different models work side by side', async () => {
  const [one, other] = await Promise.all([
    loadRecognizer(model, { threads: 2 }),
    loadRecognizer(rootPath('test/goldens/models/plain'), { precision: 'float32', inline: true }),
  ])
  assert.not.equal(one.model.config, other.model.config)
  const [alone, otherAlone] = [await bitsOf(one, texts), await bitsOf(other, texts)]
  const rounds = await Promise.all([one, other, other, one].map((recognizer) => bitsOf(recognizer, texts)))
  assert.equal(rounds, [alone, otherAlone, otherAlone, alone])
  one.dispose()
  assert.equal(await bitsOf(other, texts), otherAlone)
  other.dispose()
})

const THREADS = isThorough ? [1, 2, 3, 7] : [1, 3]

test(`forward gives the same bits with ${THREADS.join(', ')} threads`, async () => {
  const all = [...texts, sentence, longText, 'x']
  let wanted: string[] | undefined
  for (const threads of THREADS) {
    const ner = await loadRecognizer(model, { threads })
    assert.is(ner.model.info.threads, threads)
    const bits = await bitsOf(ner, all)
    wanted ??= bits
    assert.equal(bits, wanted, `${threads} threads`)
    ner.dispose()
  }
})

test('random aborts with threads never block what follows', async () => {
  const ner = await loadRecognizer(model, { threads: 3 })
  const wanted = await bitsOf(ner, [longText])
  const text = texts[2]!
  await ner.recognize([text, text, text])
  const started = performance.now()
  await Promise.all([text, text, text].map((each) => ner.recognize(each)))
  const whole = performance.now() - started
  // A small generator of its own, so that a failure can be repeated.
  let state = 1
  const random = (): number => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  let aborted = 0
  let finished = 0
  const rounds = times(16, 200)
  for (let round = 0; round < rounds; round++) {
    const controller = new AbortController()
    const { signal } = controller
    const calls = [text, text, text].map((each) => ner.recognize(each, { signal }))
    // Some finish and some are stopped on a machine of any speed.
    if (round % 10 === 5) controller.abort()
    const timer = setTimeout(() => controller.abort(), round % 10 === 0 ? 2 ** 30 : random() * 1.5 * whole)
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === 'fulfilled') finished++
      else {
        assert.is((outcome.reason as Error).name, 'AbortError')
        aborted++
      }
    }
    clearTimeout(timer)
  }
  assert.ok(aborted > 0 && finished > 0, `${aborted} aborted, ${finished} finished`)
  assert.equal(await bitsOf(ner, [longText]), wanted)
  ner.dispose()
})

test('a timer of 10 ms on the calling thread keeps firing while 512 pieces are computed', async () => {
  for (const options of [{ threads: 1 }, { inline: true }]) {
    const ner = await loadRecognizer(model, options)
    const ids = ner.tokenizer.encode(longText).ids.slice(0, 512)
    assert.is(ids.length, 512)
    await ner.model.forward([ids])
    let free = false
    let told = ''
    // Once is enough: other programs may hold it up, and nothing makes it fire while this thread computes.
    for (let round = 0; round < 6 && !free; round++) {
      let [longest, ticks] = [0, 0]
      let last = performance.now()
      const started = last
      const timer = setInterval(() => {
        const now = performance.now()
        longest = Math.max(longest, now - last)
        last = now
        ticks++
      }, 10)
      for (let i = 0; i < 2; i++) await ner.model.forward([ids])
      const pass = (performance.now() - started) / 2
      longest = Math.max(longest, performance.now() - last)
      clearInterval(timer)
      // Inline the longest pause is one layer of six, or a part of it.
      free = ticks >= 3 && longest < 10 + pass / 2
      told = `${ticks} ticks, the longest pause ${longest} ms, a pass ${pass} ms, ${JSON.stringify(options)}`
    }
    assert.ok(free, told)
    ner.dispose()
  }
})

if (model !== undefined) test.run()
