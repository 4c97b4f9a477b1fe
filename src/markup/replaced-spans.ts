/** Which stretches of a text are replaced: entities united where they overlap, and without a possessive. */
import { isPerson } from './aliases.ts'
import type { MarkedEntity } from './marked-text.ts'

/** Unites overlapping entities, with the type of the first: no part of any may stay. */
export function unite(entities: readonly MarkedEntity[]): MarkedEntity[] {
  const united: MarkedEntity[] = []
  for (const entity of entities) {
    const last = united.at(-1)
    if (last === undefined || entity.start >= last.end) united.push(entity)
    else if (entity.end > last.end) united[united.length - 1] = { ...last, end: entity.end }
  }
  return united
}

/** A name may be parted by any white space. */
export function oneSpaced(name: string): string {
  return name.trim().replace(/\s+/gu, ' ')
}

/** `Tim Cook's` is of `Tim Cook`. */
export function withoutPossessive(text: string, entity: MarkedEntity): MarkedEntity {
  if (!isPerson(entity.type)) return entity
  const name = text.slice(entity.start, entity.end)
  const [possessive = ''] = /(?<=[\p{L}\p{M}.])['’]s$/iu.exec(name) ?? []
  return possessive === '' ? entity : { ...entity, end: entity.end - possessive.length }
}
