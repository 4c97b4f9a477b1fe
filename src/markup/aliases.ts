/**
 * One person under several names: `Tim Cook`, `TIM COOK`, `Cook`, `Tim`.
 *
 * The rule, for entities of type PER or PERSON:
 * - Names of the same words are one person, whatever their case.
 * - A name is the short form of a longer name that begins with a capital if it is that name's first word, its
 *   last word, or an ending of it that begins with a small letter (`von der Leyen`). It stands for that
 *   person as long as no text so far has another longer name with the same short form. After `Tim Cook` and
 *   `Ann Cook`, `Cook` is nobody's short form and has a number of its own, like `Tim Cook` and `Ann Cook`:
 *   names that share a part without one being the other's short form are never joined.
 *
 * All names of a text are collected before the first is decided. A second Cook whose longer name is in no
 * text is taken for the known one; that is why the rule is off by default.
 */
import { bareType } from './marked-text.ts'

/** Whether the rule applies to entities of this type. */
export function isPerson(type: string): boolean {
  return /^(?:PER|PERSON)$/iu.test(bareType(type))
}

/** The form that names of the same words have in common. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase().split(/\s+/u).filter(Boolean).join(' ')
}

/**
 * `tim cook` 0, `TIM COOK` 1, `Tim Cook` 2. Of two spellings of a name the one with the greater number has all short forms of
 * the other, since small letters at the beginning of a word tell what may be an ending.
 */
export function casing(name: string): number {
  return SMALL.test(name) ? 0 : name === name.toUpperCase() ? 1 : 2
}

/** The longer names met so far, by their short forms. */
export class Aliases {
  /** By the folded form: the first of the spellings with the greatest casing, which is the one that is saved. */
  readonly #spellings = new Map<string, string>()
  /** Folded forms of the longer names, by the folded short form. */
  readonly #longer = new Map<string, Set<string>>()

  /** Records a name; a name of one word has no short form. */
  learn(name: string): void {
    const folded = foldName(name)
    const known = this.#spellings.get(folded)
    if (known !== undefined && casing(known) >= casing(name)) return
    this.#spellings.set(folded, name)
    for (const short of shortForms(name)) {
      const longer = this.#longer.get(short) ?? new Set()
      this.#longer.set(short, longer.add(folded))
    }
  }

  /** The only longer name with this folded short form; undefined if there are several or none. */
  longerOf(folded: string): string | undefined {
    const longer = this.#longer.get(folded)
    return longer?.size === 1 ? this.#spellings.get([...longer][0]!) : undefined
  }

  /** Whether a folded name is the short form of several names. */
  isShared(folded: string): boolean {
    return (this.#longer.get(folded)?.size ?? 0) > 1
  }
}

/** More words than this are not a name, but a stretch mistaken for one. */
const MOST_WORDS = 12
const SMALL = /^\p{Ll}/u

/** The folded short forms of a name, without duplicates. */
export function shortForms(name: string): ReadonlySet<string> {
  const words = name.normalize('NFC').split(/\s+/u).filter(Boolean)
  if (words.length < 2 || words.length > MOST_WORDS || SMALL.test(words[0]!)) return new Set()
  const endings = words.flatMap((word, index) =>
    index === words.length - 1 || (index > 0 && SMALL.test(word)) ? [words.slice(index).join(' ')] : [],
  )
  return new Set([words[0]!, ...endings].map(foldName))
}
