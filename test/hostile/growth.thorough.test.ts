/**
 * How much work a tokenizer's files can make of a text: each repeatable or extensible part of them grows
 * until the files are refused, or until they encode and decode a text in bounded space. Time is not measured:
 * steps go over code points, so their number bounds the time too.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import {
  charsmap,
  type Json,
  PIECES,
  pushed,
  repeated,
  template,
  tokenizerJson,
  tokenizerOf,
} from './grown-tokenizer.ts'

/** Units of the text, which has each kind of character that grows: accents, ligatures, digits, spaces, an added token. */
const TEXT = `${'é ﷺ ﬁ12 aa, <mask>\n'.repeat(100)}${'é'.repeat(500)}`
/** Each part that grows with n. */
const GROWN: Record<string, (n: number) => Json> = {}
for (const step of [
  { type: 'Replace', pattern: { String: 'a' }, content: 'aa' },
  { type: 'Replace', pattern: { String: 'é' }, content: 'é'.repeat(32) },
  { type: 'Prepend', prepend: '▁'.repeat(32) },
  { type: 'NFKD' },
  { type: 'NFKC' },
  { type: 'Lowercase' },
  { type: 'BertNormalizer' },
  { type: 'Precompiled', precompiled_charsmap: charsmap(2) },
] as Json[]) {
  GROWN[`normalizers: ${step['type']} ${step['content'] ?? ''}`] = (n) => ({
    normalizer: { type: 'Sequence', normalizers: repeated(n, step) },
  })
}
for (const step of [
  { type: 'ByteLevel', add_prefix_space: true, use_regex: false },
  { type: 'ByteLevel', add_prefix_space: true, use_regex: true },
  { type: 'Metaspace', prepend_scheme: 'always' },
  { type: 'Digits', individual_digits: true },
  { type: 'Punctuation' },
  { type: 'Split', pattern: { String: 'é' }, behavior: 'Isolated' },
] as Json[]) {
  GROWN[`pre_tokenizers: ${step['type']} ${step['use_regex'] ?? ''}`] = (n) => ({
    pre_tokenizer: { type: 'Sequence', pretokenizers: repeated(n, step) },
  })
}
for (const step of [
  { type: 'Replace', pattern: { String: 'a' }, content: 'aa' },
  { type: 'Replace', pattern: { String: 'é' }, content: 'é'.repeat(32) },
  { type: 'Metaspace' },
  { type: 'ByteLevel' },
  { type: 'Fuse' },
  { type: 'ByteFallback' },
] as Json[]) {
  GROWN[`decoders: ${step['type']} ${step['content'] ?? ''}`] = (n) => ({
    decoder: { type: 'Sequence', decoders: repeated(n, step) },
  })
}
GROWN['charsmap: the longest result'] = (n) => ({
  normalizer: { type: 'Precompiled', precompiled_charsmap: charsmap(n) },
})
GROWN['unigram: the longest piece'] = (n) => ({
  model: {
    type: 'Unigram',
    unk_id: 2,
    vocab: [...PIECES, 'é'.repeat(n)].map((piece, index) => [piece, -index - 1]),
  },
})
GROWN['template: special tokens before a text'] = (n) => ({ post_processor: template(n, 1) })
GROWN['template: the ids of a special token'] = (n) => ({ post_processor: template(1, n) })
GROWN['nested sequences'] = (n) => {
  let normalizer: Json = { type: 'Replace', pattern: { String: 'é' }, content: 'éé' }
  for (let depth = 0; depth < Math.min(n, 50); depth++) {
    normalizer = { type: 'Sequence', normalizers: [normalizer, normalizer] }
    if (JSON.stringify(normalizer).length > 1_000_000) break
  }
  return { normalizer }
}
GROWN['added tokens'] = (n) => ({
  added_tokens: Array.from({ length: n }, (_, index) => ({
    id: PIECES.length + index,
    content: 'é'.repeat(1 + (index % 900)) + index,
    normalized: index % 2 === 0,
  })),
})

for (const [name, grow] of Object.entries(GROWN)) {
  test(`${name}, grown: refused, or bounded in what they make`, async () => {
    let refusals = 0
    for (let n = 1; n <= 2 ** 16; n *= 4) {
      let made: Tokenizer | undefined
      try {
        const tokenizer = await tokenizerOf(tokenizerJson(grow(n)))
        const steps = await pushed(() => {
          const { ids } = tokenizer.encode(TEXT)
          const decoded = tokenizer.decode(ids)
          assert.ok(decoded.length <= 64 * 1000 * ids.length)
        })
        // 64 steps of each kind, each over at most 64 times the text and 64 more a word.
        assert.ok(steps <= 130 * 128 * TEXT.length, `${n}: ${steps} code points`)
        made = tokenizer
      } catch (error) {
        assert.instance(error, ModelFormatError, `${n}: ${String(error)}`)
        refusals++
      }
      if (refusals > 0) assert.is(made, undefined, `${n} is taken where less was refused`)
    }
  })
}

test.run()
