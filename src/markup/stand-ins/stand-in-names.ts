/**
 * Gives names stand-ins. They are drawn in an order that only the seed decides, so nothing of a name is in its stand-in but
 * the number and the case of its words, and the form of a number.
 *
 * A stand-in must never be confused with the words of a text. So what a text has itself and could be drawn is remembered
 * and not drawn. And where a text has a stand-in given out earlier, those words are replaced as well, by others.
 */
import type { Entity } from '../../entities/types.ts'
import type { MarkedEntity } from '../marked-text.ts'
import { type Name, OWN_TYPE, type OwnPlaceholder, type SavedNames } from '../name.ts'
import type { Naming } from '../naming.ts'
import type { Restorer } from '../restore.ts'
import type { Title } from '../titles.ts'
import { inventedWord, mayBeInvented } from './invented-words.ts'
import { isWordly, type Kind, kindOf, type Part, partsOf } from './kinds.ts'
import type { NameLists } from './name-lists.ts'
import { Draws, dateAt, drawDate, drawNumber, numbersFrom } from './number-forms.ts'
import { StandInKey } from './stand-in-key.ts'
import { StandInRestorer } from './stand-in-restorer.ts'
import { foldWord, inCaseOf, withoutGenitive, wordsIn } from './text-words.ts'

/** Draws of one form before a number gets longer. */
const MOST_DRAWS = 8

type Wordly = 'person' | 'organisation' | 'place' | 'other'
type List = 'given' | 'surnames' | Exclude<Wordly, 'person'>

export class StandInNames implements Naming {
  readonly #lists: NameLists
  readonly #seed: number
  #draws: Draws
  /** The names of the lists, folded. */
  readonly #listed: ReadonlySet<string>
  readonly #key = new StandInKey()
  /** By type and form. */
  readonly #given = new Map<string, Name>()
  /** Stand-ins of words, by kind and spelling, and the first of a word's spellings, by kind and fold. */
  readonly #words = new Map<string, string>()
  readonly #bases = new Map<string, string>()
  /** How many of a list were drawn. */
  readonly #drawn = new Map<List, number>()
  /** What texts have themselves and could be drawn: words, dates, and numbers without their signs; folded. */
  readonly #reserved = new Set<string>()
  /** How many digits numbers of a length get beyond their form, where texts and stand-ins have most of these. */
  readonly #more = new Map<number, number>()
  /** Letters and digits of the numbers given out, and their beginnings up to the ends of groups. */
  readonly #numbers = new Set<string>()
  readonly #numberBeginnings = new Set<string>()

  constructor(lists: NameLists, seed: number) {
    this.#lists = lists
    this.#seed = seed
    this.#draws = new Draws(seed)
    this.#listed = new Set([...lists.given, ...lists.surnames].map(foldWord))
  }

  read(text: string, entities: readonly MarkedEntity[]): MarkedEntity[] {
    for (const { text: word, start } of wordsIn(text)) {
      const folded = foldWord(word)
      for (const one of [folded, withoutGenitive(folded)]) {
        if (one !== undefined && (this.#listed.has(one) || mayBeInvented(one))) this.#reserved.add(one)
      }
      const date = dateAt(text, start)
      if (date !== undefined) this.#reserved.add(foldWord(date))
      for (const number of numbersFrom(text, start)) this.#reserved.add(number)
    }
    return wholeWords(text, entities)
  }

  /** Names of several words first: of these a surname is told from a first name. */
  learn(type: string, text: string): void {
    const kind = kindOf(type, text)
    if (kind === 'person' && partsOf(kind, text).filter(({ isReplaced }) => isReplaced).length > 1) {
      this.#nameOf(type, text, undefined)
    }
  }

  reserve(text: string): OwnPlaceholder[] {
    return [...this.#key.matchesIn(text, false)].map(({ start, end }) => ({ start, end }))
  }

  nameOf({ type, text }: Entity, title?: Title): Name {
    return this.#nameOf(type, text, title)
  }

  nameOfOwn(text: string): Name {
    return this.#nameOf(OWN_TYPE, text, undefined)
  }

  /** @throws {RangeError} where the redacted text would not become the text again */
  check(text: string, redacted: string): void {
    const restorer = this.restorer(false)
    if (restorer.push(redacted) + restorer.end() === text) return
    throw new RangeError(
      "A stand-in and the text's own words around it would be taken for another stand-in; use placeholder: 'numbered'",
    )
  }

  restorer(exact: boolean, names?: Iterable<Name>): Restorer {
    if (names === undefined) return new StandInRestorer(this.#key, exact)
    const key = new StandInKey()
    for (const name of names) for (const standIn of standInsOf(name)) key.add(standIn)
    return new StandInRestorer(key, exact)
  }

  save(): SavedNames {
    return { names: this.#given.values(), reserved: this.#reserved }
  }

  /** Adds a name that other stand-ins were given for. @throws {RangeError} for what does not belong to the others */
  restoreName(name: Name): void {
    const { type, forms } = name
    const kind = kindOf(type, forms[0]!)
    for (const form of forms) {
      if (this.#given.has(formKey(type, form))) throw new RangeError(`'${form}' has two stand-ins`)
      this.#given.set(formKey(type, form), name)
    }
    // From where other numbers are drawn than those that are there.
    this.#draws = new Draws(this.#seed + this.#given.size)
    for (const { text, name: word, isWord } of standInsOf(name)) {
      this.#key.add({ text, name: word, isWord })
      if (!isWordly(kind)) this.#keepNumber(text)
      else {
        this.#words.set(`${kind}\0${word}`, text)
        const base = `${kind}\0${foldWord(word)}`
        // In capitals or small letters the word's own case is not told.
        if (!this.#bases.has(base))
          this.#bases.set(base, text[0]!.toUpperCase() + text.slice(1).toLowerCase())
      }
    }
  }

  addReserved(text: string): void {
    this.#reserved.add(text)
  }

  #nameOf(type: string, text: string, title: Title | undefined): Name {
    const known = this.#given.get(formKey(type, text))
    if (known !== undefined) return known
    const kind = kindOf(type, text)
    const parts = partsOf(kind, text)
    const words = parts.filter(({ isReplaced }) => isReplaced)
    const placeholder = parts
      .map((part) =>
        part.isReplaced ? this.#standInOf(kind, part, listOf(kind, part, words, title)) : part.text,
      )
      .join('')
    const number = this.#given.size + 1
    const name: Name = { placeholder, key: String(number), type, number, forms: [text] }
    this.#given.set(formKey(type, text), name)
    return name
  }

  #standInOf(kind: Kind, { text }: Part, list: List): string {
    if (!isWordly(kind)) {
      const drawn = this.#drawForm(kind, text)
      this.#key.add({ text: drawn, name: text, isWord: false })
      this.#keepNumber(drawn)
      return drawn
    }
    const known = this.#words.get(`${kind}\0${text}`)
    if (known !== undefined) return known
    const fold = `${kind}\0${foldWord(text)}`
    let base = this.#bases.get(fold) ?? this.#drawWord(list)
    // Another spelling of the same word has it already: each stands for one spelling.
    if (this.#key.has(inCaseOf(text, base))) base = this.#drawWord(list)
    if (!this.#bases.has(fold)) this.#bases.set(fold, base)
    const standIn = inCaseOf(text, base)
    this.#key.add({ text: standIn, name: text, isWord: true })
    this.#words.set(`${kind}\0${text}`, standIn)
    return standIn
  }

  /** The next word of a list that no text has and that stands for nothing; after the list's last one, invented ones. */
  #drawWord(list: List): string {
    for (;;) {
      const count = this.#drawn.get(list) ?? 0
      this.#drawn.set(list, count + 1)
      const names = list === 'given' || list === 'surnames' ? this.#lists[list] : []
      const word =
        count < names.length
          ? names[(count * STEP + this.#seed) % names.length]!
          : inventedWord(list === 'given' || list === 'surnames' ? 'person' : list, count - names.length)
      if (!this.#reserved.has(foldWord(word)) && !this.#key.couldMean(word)) return word
    }
  }

  #drawForm(kind: Kind, text: string): string {
    if (kind === 'email') return this.#drawAddress((word) => `${word.toLowerCase()}@example.com`)
    if (kind === 'url') return this.#drawAddress((word) => `${word.toLowerCase()}.example.com`)
    if (kind === 'address') return this.#drawAddress((word) => `${word} Street`)
    for (let draws = 0; draws < MOST_DRAWS; draws++) {
      const drawn = kind === 'date' ? drawDate(text, this.#draws) : undefined
      if (drawn !== undefined && this.#isFree(drawn, text)) return drawn
    }
    // As long as the last one had to be.
    for (let draws = 0, more = this.#more.get(text.length) ?? 0; ; draws++) {
      if (draws % MOST_DRAWS === MOST_DRAWS - 1) this.#more.set(text.length, ++more)
      const drawn = drawNumber(text, this.#draws, more)
      if (this.#isFree(drawn, text) && !hasWordOf(drawn, text)) return drawn
    }
  }

  /** An address of a word, which in a redactor that was saved may be there already. */
  #drawAddress(addressOf: (word: string) => string): string {
    for (;;) {
      const address = addressOf(this.#drawWord('place'))
      if (!this.#key.couldMean(address)) return address
    }
  }

  #isFree(drawn: string, text: string): boolean {
    const folded = foldWord(drawn)
    const numbers = numbersFrom(drawn, 0)
    return (
      folded !== foldWord(text) &&
      !this.#reserved.has(folded) &&
      !this.#key.couldMean(drawn) &&
      !this.#numberBeginnings.has(numbers.at(-1) ?? '') &&
      !numbers.some((number) => this.#reserved.has(number) || this.#numbers.has(number))
    )
  }

  #keepNumber(standIn: string): void {
    const numbers = numbersFrom(standIn, 0)
    if (numbers.length > 0) this.#numbers.add(numbers.at(-1)!)
    for (const number of numbers) this.#numberBeginnings.add(number)
  }
}

/** Has no divisor in common with the 60 of a list, so all of it comes, in an order that is not the alphabet's. */
const STEP = 23

function listOf(kind: Kind, part: Part, words: readonly Part[], title: Title | undefined): List {
  if (kind !== 'person') return isWordly(kind) ? kind : 'other'
  return words.length > 1
    ? part === words.at(-1)
      ? 'surnames'
      : 'given'
    : title === undefined
      ? 'given'
      : 'surnames'
}

/** The stand-ins of a name, by its parts. @throws {RangeError} where stand-in and name have not the same parts */
function standInsOf({ type, placeholder, forms }: Name): { text: string; name: string; isWord: boolean }[] {
  const [form = ''] = forms
  const kind = kindOf(type, form)
  const replaced = (text: string): string[] =>
    partsOf(kind, text).flatMap((part) => (part.isReplaced ? [part.text] : []))
  const texts = replaced(placeholder)
  const names = replaced(form)
  if (forms.length !== 1 || texts.length !== names.length) {
    throw new RangeError(
      `the stand-in '${placeholder}' of '${forms.join("', '")}' has not a word for each of its words`,
    )
  }
  return texts.map((text, index) => ({ text, name: names[index]!, isWord: isWordly(kind) }))
}

/**
 * Entities that end where words end, united where they touch: a stand-in is found as whole words. Time is linear in text and
 * entities.
 */
function wholeWords(text: string, entities: readonly MarkedEntity[]): MarkedEntity[] {
  const whole: MarkedEntity[] = []
  const words = wordsIn(text)
  let word = words.next().value
  for (const entity of entities) {
    // The word that the entity begins in, or right after.
    while (word !== undefined && word.end < entity.start) word = words.next().value
    const start = word !== undefined && word.start < entity.start ? word.start : entity.start
    while (word !== undefined && word.end < entity.end) word = words.next().value
    const end = word !== undefined && word.start <= entity.end ? Math.max(word.end, entity.end) : entity.end
    const last = whole.at(-1)
    if (last !== undefined && start <= last.end)
      whole[whole.length - 1] = { ...last, end: Math.max(last.end, end) }
    else whole.push({ ...entity, start, end })
  }
  return whole
}

/** Whether letters that were drawn make a word of the name again. */
function hasWordOf(drawn: string, text: string): boolean {
  const words = new Set(wordsOf(text))
  return wordsOf(drawn).some((word) => words.has(word))
}

/** Words of letters, but for those that a number begins with. */
function wordsOf(folded: string): string[] {
  return [...wordsIn(folded)].flatMap(({ text }) =>
    /\p{L}{3}/u.test(text) && !/^x+/u.test(text) ? [text] : [],
  )
}

function formKey(type: string, form: string): string {
  return `${type}\0${form}`
}
