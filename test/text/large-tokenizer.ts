/**
 * A generated tokenizer.json of XLM-R's size, with 250,002 pieces and its normalizer; the real one is too
 * large to commit.
 */
import { readFileSync } from 'node:fs'
import { seededRandom } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const PIECES = 250_002

/** Of letters of several scripts, of about the lengths that XLM-R's have. */
const ALPHABETS = [
  'etaoinshrdlucmfgypwbv',
  'оеаинтсрвлкмдпуя',
  'αβγδεζηθικλ',
  '的一是不了在人有我他',
  'कखगघचछजझ',
  'اليومنتبر',
]

export function largeTokenizerJson(): Uint8Array {
  const golden = JSON.parse(readFileSync(rootPath('test/goldens/family/xlm-roberta.json'), 'utf8'))
  const vocab: [string, number][] = golden.model.vocab.slice(0, -1)
  const known = new Set(vocab.map(([piece]) => piece))
  const random = seededRandom(0x3a11)
  while (vocab.length < PIECES - 1) {
    const alphabet = ALPHABETS[random(ALPHABETS.length)]!
    let piece = random(3) === 0 ? '' : '▁'
    for (let length = 2 + random(8); length > 0; length--) piece += alphabet[random(alphabet.length)]
    if (known.has(piece)) continue
    known.add(piece)
    vocab.push([piece, -8 - 6 * (vocab.length / PIECES) - random(1_000_000) / 1e7])
  }
  vocab.push(['<mask>', 0])
  const added = golden.added_tokens.map((token: { content: string }) =>
    token.content === '<mask>' ? { ...token, id: PIECES - 1 } : token,
  )
  return new TextEncoder().encode(
    JSON.stringify({ ...golden, added_tokens: added, model: { ...golden.model, vocab } }),
  )
}
