/** Cuts a text at its entities' bounds, for everything that shows or replaces entities. */

import { isObject, requireString, wrongKind } from '../check/kind.ts'
import type { Entity } from '../entities/types.ts'

/** The fields of an entity that marking and replacing need. */
export type MarkedEntity = Pick<Entity, 'type' | 'start' | 'end'> & {
  /** Shown if present. */
  readonly score?: number
}

/** A stretch of text: within an entity, or between two. */
export interface Stretch<E extends MarkedEntity = MarkedEntity> {
  readonly text: string
  readonly entity?: E
}

/**
 * Cuts a text at its entities' bounds. Entities may come in any order. Of overlapping entities, the one that
 * begins first (of two that begin together, the longer) keeps its bounds, and the others are left out.
 *
 * @throws {TypeError} for a text, an array or an entity of the wrong kind
 * @throws {RangeError} for an entity that does not lie in the text
 */
export function stretchesOf<E extends MarkedEntity>(text: string, entities: readonly E[]): Stretch<E>[] {
  const stretches: Stretch<E>[] = []
  let at = 0
  for (const entity of inOrder(text, entities)) {
    if (entity.start < at) continue
    if (entity.start > at) stretches.push({ text: text.slice(at, entity.start) })
    stretches.push({ text: text.slice(entity.start, entity.end), entity })
    at = entity.end
  }
  if (at < text.length) stretches.push({ text: text.slice(at) })
  return stretches
}

/** By their starts, the longer ones first, without those of no text, as other systems' pieces may be; checked against the text. */
export function inOrder<E extends MarkedEntity>(text: string, entities: readonly E[]): readonly E[] {
  requireString(text, 'text')
  if (!Array.isArray(entities)) {
    throw wrongKind(entities, 'entities', 'an array: of an answer of recognize() its .entities')
  }
  for (const entity of entities) checkEntity(text, entity)
  const marked = entities.filter(({ start, end }) => start < end)
  const sorted = marked.every(({ start }, index) => index === 0 || marked[index - 1]!.end <= start)
  return sorted ? marked : marked.sort((a, b) => a.start - b.start || b.end - a.end)
}

function checkEntity(text: string, entity: MarkedEntity): void {
  if (!isObject(entity)) throw wrongKind(entity, 'an entity', 'an object with type, start and end')
  const { type, start, end } = entity
  requireString(type, "an entity's type")
  const inside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end
  if (inside && end <= text.length) return
  throw new RangeError(
    `An entity ${type} is at ${start} to ${end}, but the text has ${text.length} UTF-16 units: give the text that it was found in`,
  )
}

/** The type in a whole label, as strategy 'none' gives it: `PER` for `B-PER`. */
export function bareType(type: string): string {
  return type.replace(/^[BIESLU][-_]/u, '')
}

/** A number below 2³² that is always the same for a type. */
export function typeNumber(type: string): number {
  let hash = 7
  for (const letter of bareType(type)) hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) >>> 0
  return hash
}
