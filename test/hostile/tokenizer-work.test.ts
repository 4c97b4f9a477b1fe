/**
 * What a tokenizer's files may make of themselves and of a text beside what each step makes: parts of templates, pieces,
 * comparisons with long pieces and tokens, and what a step holds before it gives anything on.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { MAX_VOCABULARY_BYTES } from '#dist/text/vocabulary.js'
import {
  charsmap,
  type Json,
  PIECES,
  pushed,
  template,
  tokenizerJson,
  tokenizerOf,
} from './grown-tokenizer.ts'

const replace = (from: string, to: string): Json => ({
  type: 'Replace',
  pattern: { String: from },
  content: to,
})
const sequence = (...normalizers: Json[]): Json => ({ normalizer: { type: 'Sequence', normalizers } })
/** Each `a` becomes 64 of a letter. */
const grown = (letter: string): Json[] => [replace('a', letter.repeat(32)), replace(letter, letter.repeat(2))]
const bytes = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
)

function unigram(pieces: readonly string[], more: Json = {}): Json {
  const vocab = [...PIECES, ...pieces].map((piece, index) => [piece, -index - 1])
  return { model: { type: 'Unigram', unk_id: 2, vocab, ...more } }
}

async function refused(changes: Json, text: string, code: string, message: RegExp): Promise<void> {
  try {
    const tokenizer = await tokenizerOf(tokenizerJson(changes))
    tokenizer.encode(text)
  } catch (error) {
    assert.instance(error, ModelFormatError, String(error))
    assert.is((error as ModelFormatError).code, code)
    assert.match((error as ModelFormatError).message, message)
    return
  }
  throw new Error('It was taken')
}

test('a template has at most 64 parts, however often it names a list of ids', async () => {
  await refused({ post_processor: template(3000, 1) }, '', 'InvalidConfig', /pair .* at most 64 parts/)
  await refused({ post_processor: template(1, 3000) }, '', 'InvalidConfig', /ids and tokens, at most 64/)
  await refused({ post_processor: template(33, 2) }, '', 'InvalidConfig', /pair .* at most 64 parts/)
  const taken = await tokenizerOf(tokenizerJson({ post_processor: template(20, 2) }))
  assert.is(taken.encode('a', 'a').ids.length, 2 + 2 + 40)
})

test('a pair has each text once', async () => {
  const twice = template(1, 1)
  ;(twice['pair'] as Json[]).push({ Sequence: { id: 'A', type_id: 0 } })
  await refused({ post_processor: twice }, '', 'InvalidConfig', /A and B, once each/)
})

test('comparisons with long pieces and added tokens are bounded in a text that steps made longer', async () => {
  const long = `${'a'.repeat(999)}b`
  const text = 'a'.repeat(100)
  const steps = sequence(...grown('a'))
  const added_tokens = [{ id: PIECES.length, content: long, normalized: true }]
  for (const changes of [
    { ...steps, ...unigram([long]) },
    { ...steps, added_tokens },
  ]) {
    await refused(changes, text, 'UnsupportedConfig', /compares each character more than 4096 times/)
    // A text that stays as long as it is may have tokens of any length.
    const taken = await tokenizerOf(tokenizerJson({ ...changes, normalizer: null }))
    assert.is(taken.encode(text).ids.length, text.length + 2)
  }
})

test('added tokens that a normalizer makes longer are bounded while they are made', async () => {
  const count = 400
  const added_tokens = Array.from({ length: count }, (_, index) => ({
    id: PIECES.length + index,
    content: `${'a'.repeat(990)}${index}`,
    normalized: true,
  }))
  let error: unknown
  // Reading ends with the first turn that finds too many; `pushed` counts what runs in its call.
  const steps = await pushed(async () => {
    error = await tokenizerOf(tokenizerJson({ ...sequence(...grown('a')), added_tokens })).catch(
      (reason) => reason,
    )
  })
  assert.instance(error, ModelFormatError, String(error))
  assert.is((error as ModelFormatError).code, 'InvalidVocabulary')
  assert.ok(steps < 3 * MAX_VOCABULARY_BYTES, `${steps} code points`)
})

test('a normalization form counts what it takes apart, before it puts it together again', () =>
  refused(
    sequence(...grown('ệ'), { type: 'NFC' }),
    'a'.repeat(100),
    'UnsupportedConfig',
    /make more than 64 characters of one/,
  ))

test('a charsmap with a result of more than 512 bytes is refused when it is read', async () => {
  const step = (letters: number): Json => ({
    added_tokens: [],
    normalizer: { type: 'Precompiled', precompiled_charsmap: charsmap(letters) },
  })
  await refused(step(513), '', 'InvalidConfig', /by more than 512 bytes/)
  await tokenizerOf(tokenizerJson(step(512)))
})

test('a text has at most 64 pieces a unit, those of bytes included', async () => {
  const changes = {
    ...sequence(replace('a', '😀'.repeat(16)), replace('😀', '😀😀')),
    ...unigram(bytes, { byte_fallback: true }),
  }
  await refused(changes, 'a'.repeat(100), 'UnsupportedConfig', /make more than 64 characters of one/)
})

test('decode takes any number of pieces of bytes in a row', async () => {
  const decoder = { type: 'ByteFallback' }
  const tokenizer = await tokenizerOf(
    tokenizerJson({ decoder, ...unigram(['<0xFF>'], { byte_fallback: true }) }),
  )
  const count = 300_000
  assert.is(tokenizer.decode(Array(count).fill(PIECES.length)), '\ufffd'.repeat(count))
})

test.run()
