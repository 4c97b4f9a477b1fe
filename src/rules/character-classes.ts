/**
 * Which characters of a pattern (`a`, `[a-z]`, `\d`, `\p{Lu}`) a character of the text matches. That is asked of the runtime's own
 * RegExp, so that they mean what they mean in JavaScript, of a page of 256 characters at once. Characters that match the same
 * ones are of one class. A page is asked for when a character of it is first met, so that the work is bounded by Unicode's 4352
 * pages, not by the text.
 */

import { isLineBreak } from '../text/letters.ts'
import type { Steps } from './turns.ts'

/** Characters of a page, in bits. */
const PAGE_BITS = 8
const PAGE = 2 ** PAGE_BITS

/** Tests that are asked about a page in one step. */
const STEP_TESTS = 16

export class CharacterClasses {
  /** By number: what of the pattern a single character matches, which may be one given by itself or a RegExp of runs. */
  readonly #tests: readonly (number | RegExp)[]
  /** The tests of single characters, by page. */
  readonly #singles = new Map<number, number[]>()
  readonly #runs: readonly number[]
  /** UTF-16 units that have a bit for each test. */
  readonly #units: number
  /** By class: a bit for each test that it passes, 16 in a unit. Class 0 passes none. */
  readonly #classes: string[] = []
  readonly #numbers = new Map<string, number>()
  /** The class of each character, by page. */
  readonly #pages: (Uint32Array | undefined)[] = []

  /** @param tests by number, as the pattern has them: see `ParsedPattern` */
  constructor(tests: readonly (number | RegExp)[]) {
    this.#tests = tests
    this.#units = Math.ceil(tests.length / 16)
    this.#runs = Array.from(tests.keys()).filter((index) => typeof tests[index] !== 'number')
    tests.forEach((test, index) => {
      if (typeof test !== 'number') return
      const page = test >>> PAGE_BITS
      const others = this.#singles.get(page)
      if (others) others.push(index)
      else this.#singles.set(page, [index])
    })
    this.#number('\0'.repeat(this.#units))
  }

  /** The class of a character; undefined before `ask` was called for it. */
  classOf(code: number): number | undefined {
    return this.#pages[code >>> PAGE_BITS]?.[code & (PAGE - 1)]
  }

  /** Whether the characters of a class match what has this number in the pattern. */
  passes(kind: number, test: number): boolean {
    return ((this.#classes[kind]!.charCodeAt(test >>> 4) >>> (test & 15)) & 1) === 1
  }

  /** Finds the classes of a character and of all others of its page. */
  *ask(code: number): Steps<void> {
    const page = code >>> PAGE_BITS
    const first = page << PAGE_BITS
    const units = this.#units
    const passed = new Uint16Array(PAGE * units)
    for (const test of this.#singles.get(page) ?? []) {
      passed[units * ((this.#tests[test] as number) - first) + (test >>> 4)]! |= 1 << (test & 15)
    }
    const characters = String.fromCodePoint(...Array.from({ length: PAGE }, (_, place) => first + place))
    const width = characters.length / PAGE
    for (const [asked, test] of this.#runs.entries()) {
      if (asked % STEP_TESTS === STEP_TESTS - 1) yield
      const runs = this.#tests[test] as RegExp
      for (let found = runs.exec(characters); found !== null; found = runs.exec(characters)) {
        for (let place = found.index / width; place < runs.lastIndex / width; place++)
          passed[units * place + (test >>> 4)]! |= 1 << (test & 15)
      }
    }
    const kinds = new Uint32Array(PAGE)
    for (let place = 0; place < PAGE; place++) {
      const bits = passed.subarray(units * place, units * (place + 1))
      // A match lies within a line, so that nothing takes a line break.
      if (isLineBreak(first + place)) bits.fill(0)
      const isSame = place > 0 && bits.every((unit, at) => unit === passed[units * (place - 1) + at])
      kinds[place] = isSame ? kinds[place - 1]! : this.#number(String.fromCharCode(...bits))
    }
    this.#pages[page] = kinds
  }

  #number(key: string): number {
    let kind = this.#numbers.get(key)
    if (kind === undefined) {
      kind = this.#classes.push(key) - 1
      this.#numbers.set(key, kind)
    }
    return kind
  }
}
