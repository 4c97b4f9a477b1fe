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
 * - A surname after `Ms` or `Mr` (titles.ts) stands for a longer name that some text has after a title of the same kind,
 *   and for no other: `Ms Okonkwo` is not `Emeka Okonkwo`. Where both are known, `Okonkwo` alone is neither.
 *
 * All names of a text are collected before the first is decided. A second Cook whose longer name is in no
 * text is taken for the known one; that is why the rule is off by default.
 */
import { bareType } from './marked-text.ts'
import type { Title } from './titles.ts'

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

/**
 * What identifies a person: the folded name, after a title's if it is a surname alone (`ms okonkwo`), which no name has, as
 * the two are parted by a line break.
 */
export function personKey(name: string, title: Title | undefined): string {
  return title === undefined || shortForms(name).size > 0 ? foldName(name) : `${title}\n${foldName(name)}`
}

/** The longer names met so far, by their short forms. */
export class Aliases {
  /** By the key: the first of the spellings with the greatest casing, which is the one that is saved. */
  readonly #spellings = new Map<string, string>()
  /** Keys of the longer names, and of surnames with a title, by the folded short form. */
  readonly #longer = new Map<string, Set<string>>()
  /** Titles of longer names, by their keys. */
  readonly #titles = new Map<string, Set<Title>>()

  /** Records a name; a name of one word without a title has no short form. */
  learn(name: string, title?: Title): void {
    const key = personKey(name, title)
    if (title !== undefined) this.#titles.set(key, (this.#titles.get(key) ?? new Set()).add(title))
    const known = this.#spellings.get(key)
    if (known !== undefined && casing(known) >= casing(name)) return
    this.#spellings.set(key, name)
    const folded = foldName(name)
    for (const short of key === folded ? shortForms(name) : [folded]) {
      const longer = this.#longer.get(short) ?? new Set()
      this.#longer.set(short, longer.add(key))
    }
  }

  /** The only longer name with this short form, and its title if it is a surname; undefined if there are several or none. */
  longerOf(folded: string, title: Title | undefined): { text: string; title?: Title } | undefined {
    const keys = this.#persons(folded, title)
    if (keys.size !== 1) return undefined
    const [key = ''] = keys
    const own = titleOf(key)
    return { text: this.#spellings.get(key)!, ...(own === undefined ? {} : { title: own }) }
  }

  /** Whether a folded name, after a title, is the short form of several names. */
  isShared(folded: string, title: Title | undefined): boolean {
    return this.#persons(folded, title).size > 1
  }

  /** Keys of those whom a short form may mean: after a title those who have it, else all, a surname with a title as its owner. */
  #persons(folded: string, title: Title | undefined): ReadonlySet<string> {
    const keys = [...(this.#longer.get(folded) ?? [])]
    const owners = (wanted: Title): string[] =>
      keys.filter((key) => titleOf(key) === undefined && this.#titles.get(key)?.has(wanted))
    if (title !== undefined) return new Set(owners(title))
    return new Set(
      keys.flatMap((key) => {
        const own = titleOf(key)
        const known = own === undefined ? [] : owners(own)
        return known.length > 0 ? known : [key]
      }),
    )
  }
}

/** The title in the key of a surname. */
function titleOf(key: string): Title | undefined {
  const at = key.indexOf('\n')
  return at < 0 ? undefined : (key.slice(0, at) as Title)
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
