import type { Entity } from 'iobert'

/** A stretch of the text that is read by itself: a line, or some sentences of a very long one. */
export interface Part {
  /** Line break included. */
  readonly text: string
  /** Empty until it was read. Offsets count from the part's start. */
  readonly entities: readonly Entity[]
}

/** Characters in a part; the model's window holds about twice as many. */
const LONGEST = 1200
const SENTENCE_END = /[.!?…。！？]["'”’»)\]]*\s+/gu

/**
 * Cuts a text into parts. They are cut at line ends, so that an edit changes one part and the others keep what was found
 * in them.
 */
export function splitParts(text: string): string[] {
  const parts: string[] = []
  for (const [line] of text.matchAll(/[^\n]*\n|[^\n]+$/gu)) {
    let rest = line
    while (rest.length > LONGEST) {
      const end = cutAt(rest)
      parts.push(rest.slice(0, end))
      rest = rest.slice(end)
    }
    if (rest !== '') parts.push(rest)
  }
  return parts
}

/** Behind a sentence where there is one, else behind a word, else between two code points. */
function cutAt(line: string): number {
  const head = line.slice(0, LONGEST)
  let end = 0
  for (const match of head.matchAll(SENTENCE_END)) end = match.index + match[0].length
  if (end > 0) return end
  const space = head.lastIndexOf(' ')
  if (space > 0) return space + 1
  return /[\ud800-\udbff]$/.test(head) ? LONGEST - 1 : LONGEST
}

/**
 * The entities of an edited part as they are known before it is read again: those before the edit, and those behind it,
 * moved.
 */
export function carryOver(before: Part, text: string): Entity[] {
  const shorter = Math.min(before.text.length, text.length)
  let head = 0
  while (head < shorter && before.text[head] === text[head]) head++
  let tail = 0
  while (tail < shorter - head && before.text.at(-1 - tail) === text.at(-1 - tail)) tail++
  const shift = text.length - before.text.length
  const editEnd = before.text.length - tail
  const kept: Entity[] = []
  for (const entity of before.entities) {
    if (entity.end <= head) kept.push(entity)
    else if (entity.start >= editEnd) {
      kept.push({ ...entity, start: entity.start + shift, end: entity.end + shift })
    }
  }
  return kept
}
