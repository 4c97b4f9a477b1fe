/** The smaller decoders that a tokenizer.json may name. */

import type { Decoder, Pattern } from '../steps.ts'
import { NormalizedText } from '../text-with-offsets.ts'
import { Replace } from './normalizer-steps.ts'

/** One piece of all. */
export const fuse: Decoder = (tokens) => [tokens.join('')]

export function replaceDecoder(pattern: Pattern, content: string): Decoder {
  const replace = new Replace(pattern, content)
  return (tokens) => {
    // A text has few pieces, each many times.
    const known = new Map<string, string>()
    return tokens.map((token) => {
      let replaced = known.get(token)
      if (replaced === undefined) {
        const text = NormalizedText.of(token)
        replaced = replace.normalize(text, 0, text.length).slice()
        known.set(token, replaced)
      }
      return replaced
    })
  }
}

/** Takes a character off the ends of each piece: so often at most. */
export function stripDecoder(content: string, start: number, stop: number): Decoder {
  return (tokens) =>
    tokens.map((token) => {
      const characters = [...token]
      let from = 0
      while (from < start && characters[from] === content) from++
      let to = characters.length
      while (characters.length - to < stop && to > 0 && characters[to - 1] === content) to--
      return characters.slice(from, to).join('')
    })
}

/** Pieces that end words end in a suffix: it becomes a space, but for the last piece's. */
export function bpeDecoder(suffix: string): Decoder {
  return (tokens) =>
    tokens.map((token, index) =>
      suffix === '' ? token : token.replaceAll(suffix, index === tokens.length - 1 ? '' : ' '),
    )
}

/** What a piece that stands for a byte is called: `<0x0A>`. */
const BYTE = /^<0x([\dA-Fa-f]{2})>$/

/** Pieces that stand for bytes back to text: U+FFFD for each byte of a run that is no UTF-8. */
export const decodeByteFallback: Decoder = (tokens) => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const texts: string[] = []
  let bytes: number[] = []
  const flush = (): void => {
    if (bytes.length === 0) return
    try {
      texts.push(decoder.decode(new Uint8Array(bytes)))
    } catch {
      texts.push(...bytes.map(() => '\ufffd'))
    }
    bytes = []
  }
  for (const token of tokens) {
    const digits = BYTE.exec(token)?.[1]
    if (digits !== undefined) bytes.push(Number.parseInt(digits, 16))
    else {
      flush()
      texts.push(token)
    }
  }
  flush()
  return texts
}
