/** Long texts without a space, the worst case of each step: no tokenizer takes more than linear time. */
import { test } from 'uvu'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { seededRandom } from '../format/safetensors-file.ts'
import { assertLinear } from '../growth.ts'
import { goldenTokenizer, tokenizerFiles } from './golden-tokenizer.ts'

/** Bytes of a text. */
const LENGTH = 2 ** 18

function filled(text: string): string {
  return text.repeat(Math.ceil(LENGTH / new TextEncoder().encode(text).length))
}

function chosen(characters: string): string {
  const random = seededRandom(0x11e)
  const size = new TextEncoder().encode(characters[0]).length
  return Array.from({ length: LENGTH / size }, () => characters[random(characters.length)]).join('')
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
  'a ligature of eighteen letters': 'ﷺ'.repeat(2 ** 13),
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
  test(`a long text takes as long as its parts, ${name}`, async () => {
    const tokenizer = await readTokenizer(tokenizerFiles(goldenTokenizer(name)))
    for (const [what, whole] of Object.entries(TEXTS)) {
      await assertLinear(`encoding ${what}`, whole.length, (length) => {
        const text = whole.slice(0, length)
        return () => tokenizer.encode(text)
      })
      const { ids } = tokenizer.encode(whole)
      await assertLinear(`decoding ${what}`, ids.length, (length) => {
        const some = ids.slice(0, length)
        return () => tokenizer.decode(some)
      })
    }
  })
}

test.run()
