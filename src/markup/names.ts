/** The names that a redactor knows, and the placeholders that it assigned to them. */
import type { Entity } from '../entities/types.ts'
import { Aliases, casing, foldName, isPerson, personKey, shortForms } from './aliases.ts'
import type { MarkedEntity } from './marked-text.ts'
import { type Name, OWN_TYPE, type OwnPlaceholder, type SavedNames } from './name.ts'
import type { Naming } from './naming.ts'
import { placeholderOf, spellingsIn, typeKey } from './placeholders.ts'
import { NumberedRestorer, type Restorer } from './restore.ts'
import type { Title } from './titles.ts'

/** Makes the placeholder of a new name; the number counts the names of its type from 1. */
export type PlaceholderFunction = (entity: Entity, number: number) => string

/** Maximum number of the texts' own placeholders that are remembered one by one. */
const MOST_RESERVED = 100_000

export class Names implements Naming {
  readonly #placeholder: 'type' | 'numbered' | PlaceholderFunction
  readonly #aliases: Aliases | undefined
  /** By type and form; for persons, where names are joined, by the folded form. */
  readonly #given = new Map<string, Name>()
  /** Names of numbered placeholders, by the key of their spellings. */
  readonly #byKey = new Map<string, Name>()
  /** The last number assigned, by the key of the type. */
  readonly #last = new Map<string, number>()
  /** Keys of placeholders that occur in texts without having been assigned. */
  readonly #reserved = new Set<string>()
  /** If there are too many of them, their greatest number: only greater ones are assigned. */
  #reservedTo = 0

  constructor(placeholder: 'type' | 'numbered' | PlaceholderFunction, aliases: boolean) {
    this.#placeholder = placeholder
    this.#aliases = aliases ? new Aliases() : undefined
  }

  read(_text: string, entities: MarkedEntity[]): MarkedEntity[] {
    return entities
  }

  /**
   * Records the placeholders that a text itself contains, so that none of them is assigned.
   *
   * @returns those already assigned, which must be replaced too: they would be taken for names
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
      } else this.#reserve(key, number)
    }
    return own
  }

  addReserved(key: string): void {
    const number = Number(/_(\d{1,15})$/u.exec(key)?.[1] ?? Number.NaN)
    if (Number.isNaN(number)) throw new RangeError(`reserved holds '${key}', expected as PER_1`)
    this.#reserve(key, number)
  }

  #reserve(key: string, number: number): void {
    if (this.#reservedTo > 0) this.#reservedTo = Math.max(this.#reservedTo, number)
    else this.#reserved.add(key)
    if (this.#reserved.size <= MOST_RESERVED) return
    for (const one of this.#reserved) this.reserveTo(Number(/\d+$/u.exec(one)))
    this.#reserved.clear()
  }

  reserveTo(number: number): void {
    this.#reservedTo = Math.max(this.#reservedTo, number)
  }

  /** Whether a spelling of this key occurs in a text itself. */
  isReserved(key: string, number: number): boolean {
    return this.#reserved.has(key) || number <= this.#reservedTo
  }

  /** The entry for words of a text that look like a placeholder. */
  nameOfOwn(text: string): Name {
    return this.nameOf({ type: OWN_TYPE, text, start: 0, end: text.length, score: 1 })
  }

  learn(type: string, text: string, title?: Title): void {
    if (this.#aliases !== undefined && isPerson(type)) this.#aliases.learn(text, title)
  }

  /** The name of an entity, known or new; a person's title matters where names are joined. */
  nameOf(entity: Entity, title?: Title): Name {
    const { type, text } = entity
    if (this.#aliases !== undefined && isPerson(type)) return this.#personOf(entity, title, this.#aliases)
    return this.#given.get(formKey(type, text)) ?? this.#add(entity, formKey(type, text))
  }

  #personOf(entity: Entity, title: Title | undefined, aliases: Aliases): Name {
    const { type, text } = entity
    const folded = foldName(text)
    const key = personKey(text, title)
    const known = this.#given.get(formKey(type, key))
    if (known !== undefined) {
      const ofLonger = personKey(known.forms[0]!, known.title) !== key
      if (!ofLonger || !aliases.isShared(folded, title)) return addForm(known, text, title)
      // It was somebody's short form before another had it.
      const own = known.forms.findIndex((form, index) => index > 0 && foldName(form) === folded)
      const [form = text] = own < 0 ? [] : known.forms.splice(own, 1)
      return addForm(this.#add({ ...entity, text: form }, formKey(type, key)), text, title)
    }
    const longer = aliases.longerOf(folded, title)
    if (longer !== undefined) {
      const name = this.#personOf({ ...entity, text: longer.text }, longer.title, aliases)
      this.#given.set(formKey(type, key), name)
      return addForm(name, text, title)
    }
    // Short forms that had a number before their longer name came.
    const shorts = key === folded ? [...shortForms(text)] : [folded]
    const keys = new Set(shorts.flatMap((short) => [short, personKey(short, title)]))
    keys.delete(key)
    const own = [...keys].flatMap((short) => {
      const name = aliases.isShared(short, undefined) ? undefined : this.#given.get(formKey(type, short))
      return name === undefined || personKey(name.forms[0]!, name.title) !== short ? [] : [name]
    })
    // Two short forms that were two persons so far are not joined by a longer name.
    if (own.length !== 1) return addForm(this.#add(entity, formKey(type, key)), text, title)
    if (key === folded) own[0]!.forms.unshift(text)
    this.#given.set(formKey(type, key), own[0]!)
    return addForm(own[0]!, text, title)
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
    const name: Name = { placeholder, key: keyOf(type, number), type, number, forms: [text] }
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

  /** A number is skipped if some text has it, so nothing can be taken for it. */
  check(): void {}

  restorer(exact: boolean, names?: Iterable<Name>): Restorer {
    const byKey = names === undefined ? this.#byKey : new Map([...names].map((name) => [name.key, name]))
    return new NumberedRestorer(byKey, this, exact)
  }

  save(): SavedNames {
    const reservedTo = this.#reservedTo === 0 ? {} : { reservedTo: this.#reservedTo }
    return { names: this.#byKey.values(), reserved: this.#reserved, ...reservedTo }
  }

  restoreName(name: Name): void {
    const { key, type, number, forms, title } = name
    const folds = this.#aliases !== undefined && isPerson(type)
    if (this.#byKey.has(key)) throw new RangeError(`${name.placeholder} stands for two names`)
    this.#byKey.set(key, name)
    this.#last.set(typeKey(type), Math.max(this.#last.get(typeKey(type)) ?? 0, number))
    for (const form of forms) {
      const given = formKey(type, folds ? personKey(form, title) : form)
      const other = this.#given.get(given)
      if (other !== undefined && other !== name) {
        throw new RangeError(`'${form}' has two placeholders, ${other.placeholder} and ${name.placeholder}`)
      }
      this.#given.set(given, name)
      this.learn(type, form, title)
    }
  }
}

/** The key that all spellings of a numbered placeholder share. */
export function keyOf(type: string, number: number): string {
  return `${typeKey(type)}_${number}`
}

function formKey(type: string, form: string): string {
  return `${type}\0${form}`
}

/**
 * Adds a form of a person's name; of forms that fold to the same, keeps the first of those most telling by
 * case. Of two titles the first counts.
 */
function addForm(name: Name, text: string, title: Title | undefined): Name {
  const { forms } = name
  const same = forms.findIndex((form) => foldName(form) === foldName(text))
  if (same < 0) forms.push(text)
  else if (casing(text) > casing(forms[same]!)) forms[same] = text
  if (title !== undefined) name.title ??= title
  return name
}
