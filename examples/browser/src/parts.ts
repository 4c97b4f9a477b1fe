import { type Entity, type Split, splitText } from 'iobert'

/** A stretch of the text that is read by itself, as the library splits it. */
export interface Part {
  /** With the white space behind it. */
  readonly text: string
  /** What the model is given: `text` without that. */
  readonly read: string
  /** Empty until it was read. Offsets count from the part's start. */
  readonly entities: readonly Entity[]
}

const NONE: readonly Entity[] = []

/** Cuts a text where the library does, so that an edit changes one part and the others keep what was found in them. */
export function splitParts(text: string, split: Split): Part[] {
  const spans = splitText(text, split)
  const parts: Part[] = []
  const first = spans[0]?.[0] ?? text.length
  if (first > 0) parts.push({ text: text.slice(0, first), read: '', entities: NONE })
  for (const [index, [start, end]] of spans.entries()) {
    const next = spans[index + 1]?.[0] ?? text.length
    if (next > start)
      parts.push({ text: text.slice(start, next), read: text.slice(start, end), entities: NONE })
  }
  return parts
}

/** The entities of all parts, in the whole text. */
export function entitiesOf(parts: readonly Part[]): Entity[] {
  let at = 0
  return parts.flatMap(({ text, entities }) => {
    const from = at
    at += text.length
    return entities.map((entity) => ({ ...entity, start: entity.start + from, end: entity.end + from }))
  })
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
