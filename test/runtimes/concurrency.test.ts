/** Many calls at once, aborts and dispose; in a process of its own, since it times what is stopped. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'
import { SteppingClock, withClock } from '../clock.js'
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

  test(`abort ends a call before all of it is computed, ${way}`, async () => {
    const ner = await loadRecognizer(model, options)
    const pieces = ner.tokenizer.encode(longText).ids.slice(0, 512)
    // Four passes of two: the engine asks after messages every few milliseconds, which are a part of that on any machine.
    const sequences = Array<number[]>(8).fill(pieces)
    await ner.model.forward([pieces])
    let [whole, stopped] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    // The shortest of some rounds, each way: other programs only make them longer.
    for (let round = 0; round < 6; round++) {
      const began = performance.now()
      await ner.model.forward(sequences)
      whole = Math.min(whole, performance.now() - began)
      const controller = new AbortController()
      const started = performance.now()
      const call = ner.model.forward(sequences, { signal: controller.signal }).catch((error) => error)
      setImmediate(() => controller.abort(new Error('enough')))
      assert.is((await call).message, 'enough')
      // The call is over at once; the engine, which takes one call after another, when it answers the next.
      await ner.model.forward([[pieces[0]!]])
      stopped = Math.min(stopped, performance.now() - started)
      if (stopped < whole / 2) break
    }
    assert.ok(stopped < whole / 2, `stopped after ${stopped} ms of ${whole} ms`)
    ner.dispose()
  })
}

test('abort takes effect between layers, inline, wherever it comes', async () => {
  const ner = await loadRecognizer(model, { inline: true })
  const pieces = ner.tokenizer.encode(longText).ids.slice(0, 64)
  await ner.model.forward([pieces])
  const looksOf = async (look: number): Promise<number> => {
    const clock = new SteppingClock(20)
    const controller = new AbortController()
    clock.onLook = (looks) => void (looks === look && controller.abort(new Error('enough')))
    const call = withClock(clock.now, () => ner.model.forward([pieces], { signal: controller.signal }))
    const outcome = await call.then(
      () => 'computed',
      (error: Error) => error.message,
    )
    assert.is(outcome, look > clock.looks ? 'computed' : 'enough')
    return clock.looks
  }
  const whole = await looksOf(Number.POSITIVE_INFINITY)
  assert.ok(whole > ner.model.config.numLayers, `${whole} looks at the clock`)
  // A pause begins with one look and ends with another.
  for (let look = 1; look < whole; look++) assert.ok((await looksOf(look)) <= look + 2, `look ${look}`)
  ner.dispose()
})

test('abort takes effect between layers, inline, where the clock stands still while code runs', async () => {
  const still = performance.now()
  await withClock(
    () => still,
    async () => {
      const ner = await loadRecognizer(model, { inline: true })
      const controller = new AbortController()
      const ids = ner.tokenizer.encode(longText).ids.slice(0, 512)
      const call = ner.model.forward([ids], { signal: controller.signal }).catch((error: unknown) => error)
      // Of a pass without pauses it would come too late.
      setImmediate(() => controller.abort(new Error('enough')))
      assert.is(((await call) as Error).message, 'enough')
      assert.is((await ner.recognize(sentence)).truncated, false)
      ner.dispose()
    },
  )
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

test('other tasks of the calling thread have their turn at each layer', async () => {
  for (const options of [{ threads: 1 }, { inline: true }]) {
    const ner = await loadRecognizer(model, options)
    const ids = ner.tokenizer.encode(longText).ids.slice(0, 512)
    assert.is(ids.length, 512)
    await ner.model.forward([ids])
    let [turns, computing] = [0, true]
    const turn = (): void => {
      turns++
      if (computing) setImmediate(turn)
    }
    setImmediate(turn)
    // A layer takes longer than what lies between two turns, by this clock; a worker has its own.
    await withClock(new SteppingClock(20).now, () => ner.model.forward([ids]))
    computing = false
    const { numLayers } = ner.model.config
    assert.ok(turns >= numLayers, `${turns} turns in ${numLayers} layers, ${JSON.stringify(options)}`)
    ner.dispose()
  }
})

if (model !== undefined) test.run()
