/** Which entities a redactor replaces, and by what. */
import type { Rows } from '../check/option-rows.ts'
import { Names, type PlaceholderFunction } from './names.ts'
import type { Naming } from './naming.ts'
import type { StandIns } from './stand-ins/stand-ins.ts'

/** Which entities are replaced, and by what. */
export interface RedactOptions {
  /** Types to take out; default all. */
  labels?: readonly string[]
  /**
   * `'type'` (default): `[PER]`. `'numbered'`: `[PER_1]`, where the same text of the same type always has the
   * same number. `'fake'`: a stand-in of the same kind, which nobody has, the same for the same word of names; it needs
   * `standIns`. A function: what it returns; it is called once for each name. To restore edited text, it
   * should return something different for each name, by the number, that does not occur in the texts
   * themselves.
   */
  placeholder?: 'type' | 'numbered' | 'fake' | PlaceholderFunction
  /** What `placeholder: 'fake'` draws from: `await loadStandIns()`. */
  standIns?: StandIns
  /**
   * Whether all names of one person share a number: `Tim Cook`, `TIM COOK`, `Cook` and `Tim`, as long as no
   * other longer name in the texts so far has that short form (docs/redaction.md explains the rule). Default
   * false. The longer name is restored, so `restore(text)` is not exact then; `restore()` is.
   */
  aliases?: boolean
  /** Names that stay, such as those of one's own firm and products: entities that are just such a name. Default none. */
  never?: readonly string[]
}

export const redactRows: Rows<RedactOptions> = {
  labels: { type: 'strings' },
  placeholder: {
    type: 'word',
    words: {
      type: 'default',
      numbered: '[PER_1], one name the same number in all inputs',
      fake: 'a name that nobody has',
    },
    orFunction: true,
    value: 'P',
    needs: ['redact'],
    help: 'what stands for a name',
    more: 'To get the names back, iobert mask',
  },
  aliases: {
    type: 'boolean',
    needs: ['placeholder numbered'],
    help: 'one person, one number, as iobert mask --help tells',
  },
  never: { type: 'strings' },
  standIns: {
    type: 'other',
    fits: (value) => typeof value === 'object' && value !== null && 'begin' in value,
    wanted: 'what loadStandIns() gives',
  },
}

/** What stands for a name. */
export type Placeholder = NonNullable<RedactOptions['placeholder']>

/** @throws {RangeError} for options that do not go together */
export function namingOf(placeholder: Placeholder, aliases: boolean, standIns: StandIns | undefined): Naming {
  if (placeholder !== 'fake') {
    if (standIns === undefined) return new Names(placeholder, aliases)
    throw new RangeError(
      "standIns are given, but placeholder is not 'fake': give both, or leave standIns out",
    )
  }
  if (standIns === undefined) {
    throw new RangeError("placeholder is 'fake', which needs standIns: await loadStandIns()")
  }
  if (!aliases) return standIns.begin()
  throw new RangeError(
    "aliases is true, but with placeholder 'fake' names have a stand-in for each word: leave it out",
  )
}
