/**
 * Reads serialized Java objects of the few classes that Spark NLP writes. No class is loaded and nothing is
 * run.
 */
import { quoted } from '../../format/errors.ts'
import type { ByteReader } from './byte-reader.ts'
import { brokenContainer, unsupportedContainer } from './refuse.ts'

/** A serialised Java value of the few classes read here: text, Integer, scala.Tuple2 as a pair, arrays of Tuple2. */
export type JavaValue = null | string | number | JavaPair | readonly JavaValue[] | JavaClass

/** A `scala.Tuple2`. */
export class JavaPair {
  readonly first: JavaValue
  readonly second: JavaValue

  constructor(first: JavaValue, second: JavaValue) {
    this.first = first
    this.second = second
  }
}

/** The description of a class in a stream: its fields' names and types (`I`, `L`), and its superclass. */
export class JavaClass {
  readonly name: string
  readonly fields: readonly { readonly name: string; readonly type: string }[]
  readonly parent: JavaClass | undefined

  constructor(name: string, fields: JavaClass['fields'], parent: JavaClass | undefined) {
    this.name = name
    this.fields = fields
    this.parent = parent
  }
}

/** The only classes whose objects are read, and the fields they must have. */
const CLASSES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['[Lscala.Tuple2;', ''],
  ['scala.Tuple2', '_1 L,_2 L'],
  ['java.lang.Integer', 'value I'],
  ['java.lang.Number', ''],
])

const FIRST_HANDLE = 0x7e0000
const MAX_DEPTH = 8

/**
 * Reads one value of Java's object serialisation (the grammar:
 * https://docs.oracle.com/en/java/javase/17/docs/specs/serialization/protocol.html), as Spark's `saveAsObjectFile` writes
 * pairs of text and number. No object is made of any class: everything but the four above is refused.
 *
 * @throws {ModelFormatError} if the stream contains anything else, or is damaged
 */
export function readJavaValue(reader: ByteReader): JavaValue {
  if (reader.uint16BigEndian() !== 0xaced || reader.uint16BigEndian() !== 5) {
    throw brokenContainer(reader.file, 'it holds no serialised Java objects')
  }
  return new JavaReader(reader).content(0)
}

class JavaReader {
  readonly #reader: ByteReader
  readonly #handles: (JavaValue | undefined)[] = []

  constructor(reader: ByteReader) {
    this.#reader = reader
  }

  content(depth: number): JavaValue {
    if (depth > MAX_DEPTH)
      throw unsupportedContainer(this.#reader.file, `Java objects nested deeper than ${MAX_DEPTH}`)
    const tag = this.#reader.uint8()
    switch (tag) {
      case 0x70: // TC_NULL
        return null
      case 0x71: // TC_REFERENCE
        return this.#reference()
      case 0x72: // TC_CLASSDESC
        return this.#classDescription(depth)
      case 0x73: // TC_OBJECT
        return this.#object(depth)
      case 0x74: // TC_STRING
        return this.#string()
      case 0x75: // TC_ARRAY
        return this.#array(depth)
      default:
        throw unsupportedContainer(this.#reader.file, `the Java stream element 0x${tag.toString(16)}`)
    }
  }

  #reference(): JavaValue {
    const handle = this.#reader.int32BigEndian()
    const value = this.#handles[handle - FIRST_HANDLE]
    if (value === undefined)
      throw brokenContainer(this.#reader.file, `it refers to Java object ${handle}, which is not there`)
    return value
  }

  #string(): string {
    const text = this.#text()
    this.#handles.push(text)
    return text
  }

  /** Modified UTF-8: U+0000 in two bytes, and what is above U+FFFF as two surrogates of three bytes each. */
  #text(): string {
    const bytes = this.#reader.take(this.#reader.uint16BigEndian())
    const units: string[] = []
    for (let at = 0; at < bytes.length; ) {
      const lead = bytes[at] as number
      const length = lead < 0x80 ? 1 : (lead & 0xe0) === 0xc0 ? 2 : (lead & 0xf0) === 0xe0 ? 3 : 0
      if (length === 0 || at + length > bytes.length)
        throw brokenContainer(this.#reader.file, 'a Java text is damaged')
      let unit = length === 1 ? lead : lead & (length === 2 ? 0x1f : 0x0f)
      for (let i = 1; i < length; i++) unit = unit * 64 + ((bytes[at + i] as number) & 0x3f)
      units.push(String.fromCharCode(unit))
      at += length
    }
    return units.join('')
  }

  #classDescription(depth: number): JavaClass {
    const reader = this.#reader
    const name = this.#text()
    const wanted = CLASSES.get(name)
    if (wanted === undefined)
      throw unsupportedContainer(reader.file, `it holds a Java object of class ${quoted(name)}`)
    reader.skip(8)
    const handle = this.#handles.push(undefined) - 1
    const flags = reader.uint8()
    const count = reader.uint16BigEndian()
    const fields: { name: string; type: string }[] = []
    for (let i = 0; i < count; i++) {
      const type = String.fromCharCode(reader.uint8())
      fields.push({ name: this.#text(), type })
      if (type === 'L' || type === '[') this.content(depth + 1)
    }
    const found = fields.map((field) => `${field.name} ${field.type}`).join(',')
    // 0x02: serializable, by its fields alone.
    if (flags !== 2 || found !== wanted) {
      throw unsupportedContainer(reader.file, `the class ${quoted(name)} has the fields ${quoted(found)}`)
    }
    if (reader.uint8() !== 0x78) throw unsupportedContainer(reader.file, 'a Java class with annotations')
    const parent = this.content(depth + 1)
    if (parent !== null && !(parent instanceof JavaClass))
      throw brokenContainer(reader.file, 'a Java superclass is no class')
    const description = new JavaClass(name, fields, parent ?? undefined)
    this.#handles[handle] = description
    return description
  }

  #class(depth: number): JavaClass {
    const description = this.content(depth + 1)
    if (description instanceof JavaClass) return description
    throw brokenContainer(this.#reader.file, 'a Java object has no class')
  }

  #object(depth: number): JavaValue {
    const { name } = this.#class(depth)
    const handle = this.#handles.push(undefined) - 1
    let value: JavaValue
    if (name === 'java.lang.Integer') value = this.#reader.int32BigEndian()
    else if (name === 'scala.Tuple2') value = new JavaPair(this.content(depth + 1), this.content(depth + 1))
    else throw unsupportedContainer(this.#reader.file, `it holds a Java object of class ${quoted(name)}`)
    this.#handles[handle] = value
    return value
  }

  #array(depth: number): JavaValue {
    this.#class(depth)
    const handle = this.#handles.push(undefined) - 1
    const length = this.#reader.int32BigEndian()
    if (length < 0 || length > this.#reader.remaining) {
      throw brokenContainer(this.#reader.file, `it states a Java array of ${length} objects`)
    }
    const values: JavaValue[] = []
    for (let i = 0; i < length; i++) values.push(this.content(depth + 1))
    this.#handles[handle] = values
    return values
  }
}
