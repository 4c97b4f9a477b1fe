/** Made-up pieces with labels for tests of decoding. */
import type { DecodeInput } from '#dist/entities/entity.js'
import { parseLabels } from '#dist/entities/labels.js'
import type { Encoding } from '#dist/text/encoding.js'

/** CoNLL-2003's labels in the order of the goldens' models. */
export const conllLabels: string[] = [
  'O',
  ...['PER', 'ORG', 'LOC', 'MISC'].flatMap((type) => [`B-${type}`, `I-${type}`]),
]

/** A piece: its text, its word, and its distribution: a label, or probabilities by label. */
export type Piece = [text: string, word: number, probabilities: string | Record<string, number>]

/**
 * An input whose softmax is what `pieces` say. A piece named by a label has it with probability 0.9. Words are joined by
 * one space.
 */
export function makeInput(labels: string[], pieces: Piece[]): DecodeInput {
  const encoding: Encoding = { ids: [101], tokens: ['[CLS]'], offsets: [[0, 0]], wordIds: [null] }
  const rows: number[][] = [labels.map(() => 99)]
  let text = ''
  pieces.forEach(([piece, word, probabilities], i) => {
    if (i > 0 && pieces[i - 1]![1] !== word) text += ' '
    encoding.ids.push(1000 + i)
    encoding.tokens.push(i > 0 && pieces[i - 1]![1] === word ? `##${piece}` : piece)
    encoding.offsets.push([text.length, text.length + piece.length])
    encoding.wordIds.push(word)
    text += piece
    const known = typeof probabilities === 'string' ? { [probabilities]: 0.9 } : probabilities
    const rest = 1 - Object.values(known).reduce((sum, value) => sum + value, 0)
    const others = labels.length - Object.keys(known).length
    rows.push(labels.map((label) => Math.log(known[label] ?? Math.max(rest / others, 1e-30))))
  })
  encoding.ids.push(102)
  encoding.tokens.push('[SEP]')
  encoding.offsets.push([0, 0])
  encoding.wordIds.push(null)
  rows.push(labels.map(() => 99))
  return { text, encoding, logits: Float32Array.from(rows.flat()), labels: parseLabels(labels) }
}

/** Words of one piece each, labelled in turn. */
export function makeWordInput(labels: string[], tags: string[]): DecodeInput {
  return makeInput(
    labels,
    tags.map((tag, i): Piece => [`w${i}`, i, tag]),
  )
}
