/** Goldens of tokenizers, one line of JSON each. */
import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { rootPath } from '../shared.ts'

/** A text as the Rust tokenizers library encodes it, offsets in UTF-16 units. */
export interface GoldenLine {
  text: string
  ids: number[]
  offsets: [number, number][]
  wordIds: (number | null)[]
}

export const CASED: string = rootPath('weights/vocab.txt')
export const UNCASED: string = rootPath('test/goldens/vocab-uncased.txt')

/** The lines of a JSON lines file: its header and the rest. */
export function readLines<Header, Line>(path: string): { header: Header; lines: Line[] } {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  return { header: JSON.parse(header!), lines: lines.map((line) => JSON.parse(line)) }
}

export function assertLine(tokenizer: Tokenizer, line: GoldenLine): void {
  const { ids, offsets, wordIds } = tokenizer.encode(line.text)
  const { text } = line
  assert.equal(
    { text, ids, offsets, wordIds },
    { text, ids: line.ids, offsets: line.offsets, wordIds: line.wordIds },
  )
}
