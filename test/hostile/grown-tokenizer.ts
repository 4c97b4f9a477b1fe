/** A tokenizer.json of few pieces whose steps are given, and what grows in it. */
import { mapFiles } from '#dist/format/source.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { NormalizedText } from '#dist/text/text-with-offsets.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'

export const PIECES: readonly string[] = [
  '<s>',
  '</s>',
  '<unk>',
  '<pad>',
  '<mask>',
  'a',
  'e',
  'é',
  ' ',
  '▁',
  'Ġ',
  'Ã',
]

export type Json = Record<string, unknown>

export function tokenizerJson(changes: Json): Json {
  return {
    added_tokens: [{ id: 4, content: '<mask>', special: true, normalized: true, lstrip: true }],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: {
      type: 'Unigram',
      unk_id: 2,
      byte_fallback: false,
      vocab: PIECES.map((piece, index) => [piece, -index - 1]),
    },
    ...changes,
  }
}

export function tokenizerOf(json: Json): Promise<Tokenizer> {
  return readTokenizer(
    mapFiles(new Map([['tokenizer.json', new TextEncoder().encode(JSON.stringify(json))]])),
  )
}

/** A charsmap that maps `a` to a result of so many letters. */
export function charsmap(letters: number): string {
  // Darts' double array: the root's offset leads to the unit of 'a', that to the value at place 0 of the results.
  const units = new Uint32Array(512)
  units[0] = 1 << 10
  units[1 ^ 0x61] = 0x61 | 0x100 | (256 << 10)
  units[1 ^ 0x61 ^ 256] = 0x80000000
  const bytes = new Uint8Array(4 + 4 * units.length + letters + 1)
  new DataView(bytes.buffer).setUint32(0, 4 * units.length, true)
  bytes.set(new Uint8Array(units.buffer), 4)
  bytes.fill(0x65, 4 + 4 * units.length, bytes.length - 1)
  return Buffer.from(bytes).toString('base64')
}

export function repeated(count: number, step: Json): Json[] {
  return Array.from({ length: count }, () => step)
}

/** A template whose pair names a special token so many times, which has so many ids. */
export function template(times: number, length: number): Json {
  const special = (id: string): Json => ({ SpecialToken: { id, type_id: 0 } })
  const single = [special('<s>'), { Sequence: { id: 'A', type_id: 0 } }, special('</s>')]
  const many = { id: 'many', ids: Array(length).fill(1), tokens: Array(length).fill('</s>') }
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, ...repeated(times, special('many')), { Sequence: { id: 'B', type_id: 0 } }],
    special_tokens: {
      '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] },
      '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] },
      many,
    },
  }
}

/** Code points that steps pushed since `count` began; this is what takes their time and their room. */
export async function pushed(run: () => void | Promise<void>): Promise<number> {
  const { push } = NormalizedText.prototype
  let count = 0
  NormalizedText.prototype.push = function (...given): void {
    count++
    push.apply(this, given)
  }
  try {
    await run()
  } finally {
    NormalizedText.prototype.push = push
  }
  return count
}
