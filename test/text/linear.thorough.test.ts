/** Texts of a megabyte without a space, of what each step finds hardest: no tokenizer takes more than linear time. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { cpuTime } from '../cpu-time.ts'
import { seededRandom } from '../format/safetensors-file.ts'
import { goldenTokenizer, tokenizerFiles } from './golden-tokenizer.ts'

const MEGABYTE = 2 ** 20

function filled(text: string): string {
  return text.repeat(Math.ceil(MEGABYTE / new TextEncoder().encode(text).length))
}

function chosen(characters: string): string {
  const random = seededRandom(0x11e)
  const size = new TextEncoder().encode(characters[0]).length
  return Array.from({ length: MEGABYTE / size }, () => characters[random(characters.length)]).join('')
}

const TEXTS: Readonly<Record<string, string>> = {
  letters: chosen('abcdefghijklmnopqrstuvwxyz'),
  'one letter': filled('a'),
  'one letter with all the marks': `a${filled('\u0301')}`,
  marks: chosen('\u0301\u0327\u0308\u0345\u093c\u0316\u302a'),
  emoji: filled('👩\u200d🦄'),
  ideographs: filled('中'),
  'spaces of SentencePiece': filled('▁'),
  'what no vocabulary has': filled('\u{10348}'),
  'lone surrogates': filled('\ud800'),
  nulls: filled('\0'),
  'almost an added token': filled('<mas'),
}

for (const name of [
  'roberta',
  'xlm-roberta',
  'unigram-nfkc',
  'unigram-fallback',
  'bpe-fallback',
  'wordpiece-split',
]) {
  test(`a megabyte takes less than 2 s, ${name}`, async () => {
    const tokenizer = await readTokenizer(tokenizerFiles(goldenTokenizer(name)))
    tokenizer.encode('warm')
    for (const [what, text] of Object.entries(TEXTS)) {
      let ids: number[] = []
      const encoding = cpuTime(() => {
        ids = tokenizer.encode(text).ids
      })
      const decoding = cpuTime(() => tokenizer.decode(ids))
      assert.ok(encoding < 2_000, `encoding ${what}: ${encoding} ms`)
      assert.ok(decoding < 2_000, `decoding ${what}: ${decoding} ms`)
    }
  })
}

test.run()
