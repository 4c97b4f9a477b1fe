/** What decides what stands in the place of names, as a redactor sees it. */
import type { Entity } from '../entities/types.ts'
import type { MarkedEntity } from './marked-text.ts'
import type { Name, OwnPlaceholder, SavedNames } from './name.ts'
import type { Restorer } from './restore.ts'
import type { Title } from './titles.ts'

/** Decides what stands in the place of names: numbered placeholders (`Names`), or stand-ins (`stand-ins/`). */
export interface Naming {
  /** Reads a text before its names are decided. @returns its entities as they can be replaced */
  read(text: string, entities: MarkedEntity[]): MarkedEntity[]
  /** Records a name of a text before the first one is decided. */
  learn(type: string, text: string, title?: Title): void
  /** Finds what a text between its entities has itself, and was given out: it must be replaced too. */
  reserve(text: string): OwnPlaceholder[]
  /** The name of an entity, known or new. */
  nameOf(entity: Entity, title?: Title): Name
  /** The entry for words of a text that look like what was given out. */
  nameOfOwn(text: string): Name
  /** @throws {RangeError} where a redacted text would not become the text again */
  check(text: string, redacted: string): void
  /** @param names  those that are put back; default all */
  restorer(exact: boolean, names?: Iterable<Name>): Restorer
  save(): SavedNames
  /** Adds a name that another redactor assigned. @throws {RangeError} for one that does not go with the others */
  restoreName(name: Name): void
  addReserved(text: string): void
}
