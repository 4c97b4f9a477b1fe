/** The names that a redactor knows, and the placeholders that it gave out for them. */
import type { Entity } from '../entities/types.ts'
import { Aliases, casing, foldName, isPerson, shortForms } from './aliases.ts'
import { placeholderOf, spellingsIn, typeKey } from './placeholders.ts'

/** Makes the placeholder of a name that is met for the first time; the number counts the names of its type from 1. */
export type PlaceholderFunction = (entity: Entity, number: number) => string

/** What one placeholder stands for. */
export interface Name {
  readonly placeholder: string
  /** Of numbered placeholders: the same for all their spellings. */
  readonly key: string
  readonly type: string
  readonly number: number
  /** As it was written; the first is what the placeholder is replaced by. Only one where names are not joined. */
  readonly forms: string[]
}

/** What stands in a text and would be taken for a placeholder that stands for a name. */
export interface OwnPlaceholder {
  readonly start: number
  readonly end: number
}

/** The type of what is put in the place of a text's own placeholders. */
export const OWN_TYPE = 'TEXT'

/** So many placeholders of the texts' own are remembered one by one. */
const MOST_RESERVED = 100_000

export class Names {
  readonly #placeholder: 'type' | 'numbered' | PlaceholderFunction
  readonly #aliases: Aliases | undefined
  /** By type and form; of persons, where names are joined, by the folded form. */
  readonly #given = new Map<string, Name>()
  /** Of numbered placeholders, by the key of their spellings. */
  readonly #byKey = new Map<string, Name>()
  /** Numbers given out last, by the key of their type. */
  readonly #last = new Map<string, number>()
  /** Keys of placeholders that stand in texts and were not given out. */
  readonly #reserved = new Set<string>()
  /** Where there are too many of them, the greatest of their numbers: only greater ones are given out. */
  #reservedTo = 0

  constructor(placeholder: 'type' | 'numbered' | PlaceholderFunction, aliases: boolean) {
    this.#placeholder = placeholder
    this.#aliases = aliases ? new Aliases() : undefined
  }

  /** Numbered placeholders' names by key, in the order they were met. */
  get numbered(): ReadonlyMap<string, Name> {
    return this.#byKey
  }

  get reserved(): ReadonlySet<string> {
    return this.#reserved
  }

  get reservedTo(): number {
    return this.#reservedTo
  }

  /**
   * Takes note of the placeholders that stand in a text itself, so that none of them is given out.
   *
   * @returns those that were given out before, which must not stay: they would be taken for names
   */
  reserve(text: string): OwnPlaceholder[] {
    if (this.#placeholder !== 'numbered') return []
    const own: OwnPlaceholder[] = []
    let at = 0
    for (const { key, number, start, end, word } of spellingsIn(text)) {
      // A word such as `PER1` is never taken for a name.
      if (start < at || word) continue
      if (this.#byKey.has(key)) {
        own.push({ start, end })
        at = end
      } else this.addReserved(key, number)
    }
    return own
  }

  addReserved(key: string, number: number): void {
    if (this.#reservedTo > 0) this.#reservedTo = Math.max(this.#reservedTo, number)
    else this.#reserved.add(key)
    if (this.#reserved.size <= MOST_RESERVED) return
    for (const one of this.#reserved) this.reserveTo(Number(/\d+$/u.exec(one)))
    this.#reserved.clear()
  }

  reserveTo(number: number): void {
    this.#reservedTo = Math.max(this.#reservedTo, number)
  }

  /** Whether a spelling of this key stands in a text itself. */
  isReserved(key: string, number: number): boolean {
    return this.#reserved.has(key) || number <= this.#reservedTo
  }

  /** What stands for a text's own placeholder. */
  nameOfOwn(text: string): Name {
    return this.nameOf({ type: OWN_TYPE, text, start: 0, end: text.length, score: 1 })
  }

  /** Takes note of names before the first of their text is decided. */
  learn(type: string, text: string): void {
    if (this.#aliases !== undefined && isPerson(type)) this.#aliases.learn(text)
  }

  /** The name that an entity is of, known or new. */
  nameOf(entity: Entity): Name {
    const { type, text } = entity
    if (this.#aliases !== undefined && isPerson(type)) return this.#personOf(entity, this.#aliases)
    return this.#given.get(formKey(type, text)) ?? this.#add(entity, formKey(type, text))
  }

  #personOf(entity: Entity, aliases: Aliases): Name {
    const { type, text } = entity
    const folded = foldName(text)
    const known = this.#given.get(formKey(type, folded))
    if (known !== undefined) {
      const ofLonger = foldName(known.forms[0]!) !== folded
      if (!ofLonger || !aliases.isShared(folded)) {
        addForm(known, text)
        return known
      }
      // It was somebody's short form before another had it.
      const own = known.forms.findIndex((form) => foldName(form) === folded)
      const [form = text] = own < 0 ? [] : known.forms.splice(own, 1)
      const name = this.#add({ ...entity, text: form }, formKey(type, folded))
      addForm(name, text)
      return name
    }
    const longer = aliases.longerOf(folded)
    if (longer !== undefined) {
      const name = this.#personOf({ ...entity, text: longer }, aliases)
      this.#given.set(formKey(type, folded), name)
      addForm(name, text)
      return name
    }
    const own = [...shortForms(text)].flatMap((short) => {
      const name = aliases.isShared(short) ? undefined : this.#given.get(formKey(type, short))
      return name === undefined || foldName(name.forms[0]!) !== short ? [] : [name]
    })
    // Two short forms that were two persons so far are not joined by a longer name.
    if (own.length !== 1) return this.#add(entity, formKey(type, folded))
    own[0]!.forms.unshift(text)
    this.#given.set(formKey(type, folded), own[0]!)
    return own[0]!
  }

  #add(entity: Entity, form: string): Name {
    const { type, text } = entity
    const number = this.#placeholder === 'type' ? 0 : this.#nextNumber(typeKey(type))
    const placeholder =
      this.#placeholder === 'type'
        ? `[${type}]`
        : this.#placeholder === 'numbered'
          ? placeholderOf(type, number)
          : String(this.#placeholder(entity, number))
    const name = { placeholder, key: keyOf(type, number), type, number, forms: [text] }
    this.#given.set(form, name)
    if (this.#placeholder === 'numbered') this.#byKey.set(name.key, name)
    return name
  }

  #nextNumber(type: string): number {
    let number = Math.max(this.#last.get(type) ?? 0, this.#reservedTo) + 1
    while (this.#reserved.has(`${type}_${number}`)) number++
    this.#last.set(type, number)
    return number
  }

  /** Takes a name that another redactor gave out. @throws {RangeError} where there is one of its placeholder or of a form */
  restoreName(name: Name): void {
    const { key, type, number, forms } = name
    const folds = this.#aliases !== undefined && isPerson(type)
    if (this.#byKey.has(key)) throw new RangeError(`${name.placeholder} stands for two names`)
    this.#byKey.set(key, name)
    this.#last.set(typeKey(type), Math.max(this.#last.get(typeKey(type)) ?? 0, number))
    for (const form of forms) {
      const given = formKey(type, folds ? foldName(form) : form)
      const other = this.#given.get(given)
      if (other !== undefined && other !== name) {
        throw new RangeError(`'${form}' has two placeholders, ${other.placeholder} and ${name.placeholder}`)
      }
      this.#given.set(given, name)
      this.learn(type, form)
    }
  }
}

/** The key of all spellings of a numbered placeholder. */
export function keyOf(type: string, number: number): string {
  return `${typeKey(type)}_${number}`
}

function formKey(type: string, form: string): string {
  return `${type}\0${form}`
}

/** Of a person's forms one for each folded form: the first of those that say most. */
function addForm({ forms }: Name, text: string): void {
  const same = forms.findIndex((form) => foldName(form) === foldName(text))
  if (same < 0) forms.push(text)
  else if (casing(text) > casing(forms[same]!)) forms[same] = text
}
