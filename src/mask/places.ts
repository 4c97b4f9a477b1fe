/**
 * Finds in a request's body all that a person or a tool wrote. What stands where is data (`Place`); whatever no place
 * describes and may hold words is an error, so that nothing is sent on unread.
 */
import { isObject, kindOf } from '../check/kind.ts'
import { mapJsonStrings } from '../markup/json-strings.ts'

/** Files of this kind cannot be read, so names in them cannot be found. */
type Unreadable = 'image' | 'audio' | 'file'

/** What may stand at a place of a body. Numbers, booleans and null may stand wherever no text is expected. */
export interface Place {
  /** A string here is: somebody's words; JSON whose strings are somebody's words; or none of these, an id or a setting. */
  readonly string?: 'words' | 'json' | 'setting'
  /** Anything: all its strings, names of members too, are somebody's words (`words`), or it is a setting (`setting`). */
  readonly value?: 'words' | 'setting' | Unreadable
  /** An array of such. */
  readonly items?: Place
  /** An object with such members. */
  readonly members?: Readonly<Record<string, Place>>
  /** An object that says by its `type` what it is; without a type it is `members`. */
  readonly types?: Readonly<Record<string, Place>>
}

const UNREADABLE: Readonly<Record<Unreadable, string>> = {
  image: 'is an image, in which no names are found',
  audio: 'is a recording, in which no names are found',
  file: 'is a file, in which no names are found',
}

/** Escaped letters of JSON, and an escaped backslash, behind which nothing is escaped. */
const ESCAPES = /\\\\|(?:\\u[\dA-Fa-f]{4})+/gu
/** What would mean something else by itself: controls, half pairs, ends of lines, quotes and backslashes. */
const NO_LETTER = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}"\\]/gu

/**
 * Writes letters as letters that programs write as escapes into JSON, `L\u00f3pez` for López: a name in them is not found, and
 * any model reads it.
 */
function withLetters(text: string): string {
  return text.replace(ESCAPES, (run) => {
    if (run === '\\\\') return run
    const letters = JSON.parse(`"${run}"`) as string
    return letters.replace(NO_LETTER, (kept) => `\\u${kept.charCodeAt(0).toString(16).padStart(4, '0')}`)
  })
}

/** Something in a body that is not passed on. Its message says what to do. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest'
}

/** Words of a body, and how to put others in their place. */
export interface Words {
  readonly text: string
  readonly replace: (masked: string) => void
}

/**
 * Reads the words of a body, and replaces them in it.
 *
 * @param allow  what is passed on unread: `image`, `audio`, `file`, and members by their path, `messages.name`
 */
export class BodyReader {
  readonly #allow: ReadonlySet<string>
  readonly words: Words[] = []
  /** What is to be done after the words were replaced. */
  readonly #after: (() => void)[] = []

  constructor(allow: ReadonlySet<string>) {
    this.#allow = allow
  }

  /** @throws {RefusedRequest} for what no place describes */
  read(body: Record<string, unknown>, place: Place): void {
    this.#members(body, place, '')
  }

  /** Puts what each text of `words` became in its place. */
  replace(masked: readonly string[]): void {
    for (const [index, words] of this.words.entries()) words.replace(masked[index]!)
    for (const one of this.#after) one()
  }

  #value(value: unknown, place: Place, path: string, replace: (value: unknown) => void): void {
    if (value === null || value === undefined || place.value === 'setting' || this.#allow.has(path)) return
    if (place.value !== undefined) {
      if (place.value === 'words') this.#anything(value, replace)
      else this.#checkAllowed(place.value, path, UNREADABLE[place.value])
    } else if (typeof value === 'string' && place.string !== undefined) {
      if (place.string === 'json' && isJson(value)) this.#json(value, replace)
      else if (place.string !== 'setting') this.#addWords(value, replace)
    } else if (Array.isArray(value) && place.items !== undefined) {
      value.forEach((item, index) => {
        this.#value(item, place.items!, path, (changed) => {
          value[index] = changed
        })
      })
    } else if (isObject(value) && (place.members !== undefined || place.types !== undefined)) {
      this.#object(value, place, path)
    } else if (place.string === 'words' || !/boolean|number/.test(typeof value)) {
      throw refused(path, `is ${kindOf(value)}, which is not known there`, path)
    }
  }

  #object(value: Readonly<Record<string, unknown>>, place: Place, path: string): void {
    const { type } = value
    if (place.types === undefined || (type === undefined && place.members !== undefined)) {
      this.#members(value, place, path)
    } else if (typeof type === 'string' && Object.hasOwn(place.types, type)) {
      this.#members(value, place.types[type]!, `${path}.${type}`, ['type'])
    } else {
      const kind = `${path}.${type}`
      this.#checkAllowed(kind, path, `is of type ${JSON.stringify(type)}, which is not known`)
    }
  }

  #checkAllowed(name: string, path: string, what: string): void {
    if (!this.#allow.has(name)) throw refused(path, what, name)
  }

  #members(
    object: Readonly<Record<string, unknown>>,
    place: Place,
    path: string,
    but: readonly string[] = [],
  ): void {
    if (place.value !== undefined) {
      this.#value(object, place, path, () => {})
      return
    }
    const target = object as Record<string, unknown>
    for (const [name, value] of Object.entries(object)) {
      if (but.includes(name)) continue
      const at = path === '' ? name : `${path}.${name}`
      const known = place.members !== undefined && Object.hasOwn(place.members, name)
      this.#value(value, known ? place.members![name]! : {}, at, (changed) => {
        target[name] = changed
      })
    }
  }

  /** Words to look for names in. Where nothing changes in them they stay as they are written, escapes too. */
  #addWords(written: string, replace: (changed: string) => void): void {
    const text = withLetters(written)
    this.words.push({ text, replace: (changed) => replace(changed === text ? written : changed) })
  }

  /** All strings of a value, and the names of its members, which may be names of people too. */
  #anything(value: unknown, replace: (value: unknown) => void): void {
    if (typeof value === 'string') this.#addWords(value, replace)
    else if (typeof value === 'object' && value !== null)
      this.#json(JSON.stringify(value), (json) => replace(JSON.parse(json)))
  }

  #json(text: string, replace: (json: string) => void): void {
    const masked: string[] = []
    mapJsonStrings(text, (written) => {
      const index = masked.length
      masked.push(written)
      this.#addWords(written, (changed) => {
        masked[index] = changed
      })
      return written
    })
    this.#after.push(() => {
      let next = 0
      replace(mapJsonStrings(text, () => masked[next++]!))
    })
  }
}

function refused(path: string, what: string, allow: string): RefusedRequest {
  return new RefusedRequest(
    `${path} ${what}: leave it out, or if it names nobody pass it on unread by allow: [${JSON.stringify(allow)}]`,
  )
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
