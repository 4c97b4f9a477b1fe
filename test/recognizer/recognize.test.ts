/**
 * How many inputs a call takes and how many results it returns, in types and in fact. Compiling the tests
 * checks the types.
 */
import { setImmediate } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  loadRecognizer,
  type Recognition,
  type RecognizeOptions,
  type SparkAnnotations,
  type StreamOptions,
  type Word,
} from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { within } from '../within.ts'

const ner = await loadRecognizer(rootPath('test/goldens/models/plain'), { inline: true })

/** An argument that nobody gives: a call compiles only where the type of what it is given is exactly the one wanted. */
type Exactly<Given, Wanted> = [Given] extends [Wanted]
  ? [Wanted] extends [Given]
    ? []
    : ['wrong type']
  : ['wrong type']

async function one<Given>(call: Promise<Given>, ..._type: Exactly<Given, Recognition>): Promise<Given> {
  const result = await call
  assert.not.ok(Array.isArray(result), 'one recognition')
  return result
}

async function many<Given>(call: Promise<Given>, ..._type: Exactly<Given, Recognition[]>): Promise<Given> {
  const result = await call
  assert.ok(Array.isArray(result), 'a list of recognitions')
  return result
}

async function either<Given>(
  call: Promise<Given>,
  ..._type: Exactly<Given, Recognition | Recognition[]>
): Promise<Given> {
  return call
}

type WithWords = Recognition & { words: Word[] }

/** Of a call whose options say that words are wanted. */
async function worded<Given>(call: Promise<Given>, ..._type: Exactly<Given, WithWords>): Promise<Given> {
  return call
}

const words = ['tok1', 'tok2']
const text = 'tok1 tok2'

test('recognize() of a text is one, whatever the options', async () => {
  const options: RecognizeOptions = { words: true }
  const wrapped = (given: RecognizeOptions): Promise<Recognition> => ner.recognize(text, given)
  assert.is((await one(ner.recognize(text))).entities.length, (await wrapped({})).entities.length)
  assert.is((await one(ner.recognize(text, options))).words?.length, 2)
})

test('words and annotations are there, in types too, where the options ask for them', async () => {
  assert.is((await worded(ner.recognize(text, { words: true }))).words.length, 2)
  for (const { words: found } of await ner.recognize([text], { words: true })) assert.is(found.length, 2)
  for (const { words: found } of await ner.recognizeAll([text], { words: true })) assert.is(found.length, 2)
  for await (const { words: found } of ner.stream([text], { words: true })) assert.is(found.length, 2)
  const spark: Recognition & { annotations: SparkAnnotations } = await ner.recognize(text, {
    style: 'spark-nlp',
  })
  assert.is(spark.annotations.token.length, 2)
  await one(ner.recognize(text, { style: 'transformers' }))
  await one(ner.recognize(text, { words: false }))
})

test('JSON.stringify of a recognition gives arrays of numbers, and probabilities are a Float32Array', async () => {
  const found = await ner.recognize(text, { words: true })
  const written: Recognition = JSON.parse(JSON.stringify(found))
  const numbers = found.words.map(({ probabilities }) => Array.from(probabilities))
  assert.equal(
    written.words!.map(({ probabilities }) => probabilities),
    numbers,
  )
  const copied = JSON.parse(JSON.stringify(found.words.map((word) => ({ ...word }))))
  assert.equal(copied[0].probabilities, numbers[0])
  for (const { probabilities } of structuredClone(found).words) {
    assert.instance(probabilities, Float32Array)
    assert.equal(Object.keys(probabilities), Object.keys(Array.from(probabilities)))
  }
})

test('recognize() of words is one, also of none and with the options in a variable', async () => {
  const options: RecognizeOptions = { pretokenized: true, words: true }
  assert.is((await worded(ner.recognize(words, { pretokenized: true, words: true }))).words.length, 2)
  assert.is((await one(ner.recognize(words, options))).words?.length, 2)
  assert.is((await worded(ner.recognize([], { pretokenized: true, words: true }))).words.length, 0)
  const none: string[] = []
  assert.is((await one(ner.recognize(none, options))).words?.length, 0)
})

test('recognize() of texts is a list, as it was', async () => {
  const options: RecognizeOptions = { threshold: 0.5 }
  assert.is((await many(ner.recognize([text, text]))).length, 2)
  assert.is((await many(ner.recognize([text, text, text], options))).length, 3)
  assert.is((await many(ner.recognize([]))).length, 0)
})

test('recognize() of what may be one or several says that it may be either', async () => {
  const given = [text] as string | string[]
  assert.ok(Array.isArray(await either(ner.recognize(given))))
  const options = { pretokenized: true } as RecognizeOptions
  assert.not.ok(Array.isArray(await either(ner.recognize(words, options))))
})

test('recognizeAll() is a list, whatever it holds', async () => {
  const lists: string[][] = []
  const options: RecognizeOptions = { pretokenized: true, words: true }
  assert.equal(await many(ner.recognizeAll([])), [])
  assert.equal(await many(ner.recognizeAll(lists, { pretokenized: true })), [])
  assert.is((await many(ner.recognizeAll([words], options))).length, 1)
  const [first, second] = await many(ner.recognizeAll([words, []], options))
  assert.equal([first!.words!.length, second!.words!.length], [2, 0])
  assert.equal(await ner.recognizeAll([text, '']), await ner.recognize([text, '']))
  for (const wrong of [text, undefined, null, {}]) {
    const error = await ner.recognizeAll(wrong as never).catch((reason: unknown) => reason)
    assert.instance(error, TypeError)
    assert.match((error as Error).message, /expected an iterable of inputs; for one input write/u)
  }
})

test('the options of a call are read once', async () => {
  for (const call of ['recognize', 'recognizeAll', 'stream'] as const) {
    let read = 0
    const options = {
      get words(): boolean {
        read++
        return false
      },
    }
    if (call === 'recognize') await ner.recognize(text, options)
    else if (call === 'recognizeAll') await ner.recognizeAll([text], options)
    else for await (const _ of ner.stream([text], options)) assert.is(read, 1)
    assert.is(read, 1, call)
  }
})

test('an input of the wrong kind says what it is and what is expected', async () => {
  const messages: [unknown, RecognizeOptions, RegExp][] = [
    [null, {}, /The input is null, expected a string$/u],
    [[['tok1']], {}, /The input is an array, expected a string; for a list of words say pretokenized: true/u],
    [
      'tok1',
      { pretokenized: true },
      /The input is a string: with pretokenized: true an array of words is expected/u,
    ],
    [['tok1', 2], { pretokenized: true }, /Word 1 of the input is a number/u],
    [
      [['tok1']],
      { pretokenized: true },
      /Word 0 of the input is an array: .*; for several lists use recognizeAll/u,
    ],
  ]
  for (const [input, options, message] of messages) {
    const error = await ner.recognize(input as string, options).catch((reason: unknown) => reason)
    assert.instance(error, TypeError)
    assert.match((error as Error).message, message)
  }
})

test('a wrong input among texts does not end the process, and what came before it is given out', async () => {
  const long = 'tok1 '.repeat(ner.model.maxLength + 200)
  const unhandled: unknown[] = []
  const note = (reason: unknown): unknown => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const inputs = [long, long, long, null] as string[]
  const error = await ner.recognizeAll(inputs).catch((reason: unknown) => reason)
  assert.instance(error, TypeError)
  const taken: unknown[] = []
  const options: StreamOptions = { batchTokens: 64 }
  await rejects(async () => {
    for await (const result of ner.stream(inputs, options)) taken.push(result)
  })
  assert.is(taken.length, 3)
  // The engine takes one call after another: this one is answered when no other is left, and then rejections are told.
  await ner.recognize(text)
  await setImmediate()
  process.off('unhandledRejection', note)
  assert.equal(unhandled, [])
})

async function rejects(run: () => Promise<unknown>): Promise<void> {
  const failed = await run().then(
    () => false,
    () => true,
  )
  assert.ok(failed, 'rejects')
}

test('an error in the tokenizer shows in its stack who called', async () => {
  const own = await loadRecognizer(rootPath('test/goldens/models/plain'), { inline: true })
  const encode = own.tokenizer.encode.bind(own.tokenizer)
  own.tokenizer.encode = ((words: string) => {
    if (words === 'tok2') throw new Error('no good')
    return encode(words)
  }) as typeof encode
  async function callOfAUser(): Promise<void> {
    await own.recognize('tok2')
  }
  async function callOfSeveral(): Promise<void> {
    await own.recognize(['tok1', 'tok2'])
  }
  for (const call of [callOfAUser, callOfSeveral]) {
    const { stack = '' } = (await call().catch((reason: unknown) => reason)) as Error
    const functions = Array.from(stack.matchAll(/^ +at (?:async )?([\w.#]+)/gm), ([, name]) => name!)
    const wanted = ['readSegments', 'Recognizer.recognizeAll', 'Recognizer.recognize', call.name]
    assert.equal(
      functions.filter((name) => wanted.includes(name)),
      wanted,
      stack,
    )
  }
  own.dispose()
})

test('onProgress counts all pieces of texts in windows, up to what there is', async () => {
  const calls: { done: number; total: number }[] = []
  const long = 'tok1 '.repeat(5 * ner.model.maxLength)
  await ner.recognizeAll([long, text], { onProgress: (progress) => void calls.push(progress) })
  assert.ok(calls.length >= 1)
  for (const [index, { done, total }] of calls.entries()) {
    assert.ok(done <= total && done > (calls[index - 1]?.done ?? 0))
  }
  assert.is(calls.at(-1)!.done, calls.at(-1)!.total)
})

for (const options of [{ inline: true }, { threads: 1 }]) {
  test(`stream() ends when the model is disposed while the source is silent, ${JSON.stringify(options)}`, async () => {
    const own = await loadRecognizer(rootPath('test/goldens/models/plain'), options)
    let returned = false
    async function* source(): AsyncGenerator<string> {
      yield text
      await new Promise<never>(() => {})
    }
    const inputs = source()
    inputs.return = async () => {
      returned = true
      return { done: true, value: undefined }
    }
    const results = own.stream(inputs)
    assert.ok((await results.next()).value)
    const next = results.next().then(
      () => 'a result',
      (error: unknown) => String(error),
    )
    await setImmediate()
    own.dispose()
    assert.match(await within(next), /The model was disposed/)
    assert.ok(returned, 'the source is let go')
  })
}

test('stream() asks its source before it waits for anything: node:readline drops the lines that nobody waits for', async () => {
  for (const options of [{}, { rules: [{ type: 'WORD', phrases: ['tok2'] }] }]) {
    const controller = new AbortController()
    let asked = false
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next() {
          asked = true
          return new Promise(() => {})
        },
      }),
    }
    const next = ner.stream(source, { ...options, signal: controller.signal }).next()
    assert.ok(asked)
    controller.abort()
    assert.is(await within(next.catch((error: Error) => error.name)), 'AbortError')
  }
})

test('stream() rejects at once when its signal aborts while the source is silent', async () => {
  let returned = false
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return: () => {
        returned = true
        return new Promise<never>(() => {})
      },
    }),
  }
  const controller = new AbortController()
  const next = ner.stream(source, { signal: controller.signal }).next()
  setTimeout(() => controller.abort(), 10)
  assert.is(await within(next.catch((error: Error) => error.name)), 'AbortError')
  assert.ok(returned)
})

test.after(() => ner.dispose())
test.run()
