/** What is known of a name, whatever stands in its place. */
import type { Title } from './titles.ts'

/** What one placeholder stands for. */
export interface Name {
  readonly placeholder: string
  /** For numbered placeholders: the key that all their spellings share. */
  readonly key: string
  readonly type: string
  readonly number: number
  /** The spellings of the name; the first replaces the placeholder. Several only where names are joined. */
  readonly forms: string[]
  /** Of a person whom some text calls so, where names are joined. */
  title?: Title
}

/** Words of a text that look like a placeholder already assigned to a name. */
export interface OwnPlaceholder {
  readonly start: number
  readonly end: number
}

/** What is saved of the names. */
export interface SavedNames {
  /** In the order in which they were met. */
  readonly names: Iterable<Name>
  /** What occurs in the texts themselves and is never given out. */
  readonly reserved: ReadonlySet<string>
  /** No number up to this one is given out. */
  readonly reservedTo?: number
}

/** The type of what is put in the place of a text's own placeholders. */
export const OWN_TYPE = 'TEXT'
