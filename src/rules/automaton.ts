/**
 * Reads a text backward and finds, at every place, which instructions of a program lead to a match from
 * there. In that direction the program is an automaton: its state at a place depends only on the next
 * character and on the state after that character. A state is made when it is first met and kept, up to a
 * bound, so that a character costs one table look-up. The idea of reading backward first is from Frisch and
 * Cardelli 2004, "Greedy Regular Expression Matching".
 */

import { isDigit } from '../text/letters.ts'
import { CharacterClasses } from './character-classes.ts'
import { parsePattern } from './parse-pattern.ts'
import { compilePattern, type Program } from './program.ts'

/** What is known of one place in the text. */
export interface State {
  /** One bit for each instruction, 16 bits to a number: whether the instruction leads to a match. */
  readonly leads: Uint16Array
  /** Whether a match begins here. */
  readonly begins: boolean
  /** The state one character earlier, by symbol. */
  earlier: (State | undefined)[]
}

/** How many states and transitions are kept (a few MB); above that, they are made anew. */
const MOST_STATES = 2000
const MOST_WAYS = 20_000

/** What assertions need to know about a place, as bits of a symbol. */
const AT_START = 1
const AT_END = 2
const AT_WORD_EDGE = 4

export class Automaton {
  readonly program: Program
  readonly unicode: boolean
  readonly characters: CharacterClasses
  /** Instructions that were asked for the states that were made, a measure of time. */
  work = 0
  readonly #pattern: RegExp
  /** Whether words have the letters that only ignoring case makes word characters: ſ and the Kelvin sign. */
  readonly #wideWords: boolean
  readonly #asserts: boolean
  /**
   * Instruction numbers, ordered so that every instruction comes after those it reaches without taking a
   * character.
   */
  readonly #order: readonly number[]
  readonly #states = new Map<string, State>()
  #ways = 0

  /** @throws {RangeError} for patterns that are refused */
  constructor(pattern: RegExp) {
    const parsed = parsePattern(pattern)
    this.program = compilePattern(parsed)
    this.unicode = pattern.unicode
    this.#pattern = pattern
    this.characters = new CharacterClasses(parsed.tests)
    this.#wideWords = pattern.unicode && pattern.ignoreCase
    this.#asserts = this.program.instructions.some(({ op }) => op === 'assertion')
    this.#order = order(this.program)
  }

  /** The state at the end of a text. */
  last(text: string): State {
    return this.#make(undefined, this.#symbol(0, text, text.length))
  }

  /**
   * The state at a place; undefined where `characters` was not asked for the character there.
   *
   * @param later the state after that character
   */
  earlier(later: State, code: number, text: string, at: number): State | undefined {
    const kind = this.characters.classOf(code)
    if (kind === undefined) return undefined
    const symbol = this.#symbol(kind, text, at)
    return later.earlier[symbol] ?? this.#make(later, symbol)
  }

  /** The class of a character and the assertion bits of its place, as one number. */
  #symbol(kind: number, text: string, at: number): number {
    if (!this.#asserts) return kind
    const before = at === 0 ? -1 : text.charCodeAt(at - 1)
    const after = at === text.length ? -1 : text.charCodeAt(at)
    const { multiline } = this.#pattern
    let bits = 0
    if (before < 0 || (multiline && isNewline(before))) bits |= AT_START
    if (after < 0 || (multiline && isNewline(after))) bits |= AT_END
    if (this.#isWord(before) !== this.#isWord(after)) bits |= AT_WORD_EDGE
    return 8 * kind + bits
  }

  #make(later: State | undefined, symbol: number): State {
    const { instructions, start } = this.program
    const kind = this.#asserts ? symbol >>> 3 : symbol
    this.work += instructions.length
    const leads = new Uint16Array(Math.ceil(instructions.length / 16))
    for (const index of this.#order) {
      const instruction = instructions[index]!
      let answer = instruction.op === 'match'
      if (instruction.op === 'character') {
        answer =
          later !== undefined &&
          this.characters.passes(kind, instruction.test) &&
          leadsOn(later.leads, instruction.next)
      } else if (instruction.op === 'choice') {
        answer = leadsOn(leads, instruction.first) || leadsOn(leads, instruction.second)
      } else if (instruction.op === 'assertion') {
        answer = holds(instruction.assertion, symbol) && leadsOn(leads, instruction.next)
      }
      if (answer) leads[index >>> 4]! |= 1 << (index & 15)
    }
    if (this.#ways >= MOST_WAYS || this.#states.size >= MOST_STATES) this.#forget()
    const key = String.fromCharCode(...leads)
    const state = this.#states.get(key) ?? { leads, begins: leadsOn(leads, start), earlier: [] }
    this.#states.set(key, state)
    this.#ways++
    if (later !== undefined) later.earlier[symbol] = state
    return state
  }

  #forget(): void {
    // States in use stay, but without their transitions, which would keep all the others alive.
    for (const state of this.#states.values()) state.earlier = []
    this.#states.clear()
    this.#ways = 0
  }

  /** `\w` */
  #isWord(unit: number): boolean {
    return (
      (unit >= 0x41 && unit <= 0x5a) ||
      (unit >= 0x61 && unit <= 0x7a) ||
      unit === 0x5f ||
      (unit < 0x80 && isDigit(unit)) ||
      (this.#wideWords && (unit === 0x17f || unit === 0x212a))
    )
  }
}

/** Whether an instruction leads to a match. */
export function leadsOn(leads: Uint16Array, instruction: number): boolean {
  return ((leads[instruction >>> 4]! >>> (instruction & 15)) & 1) === 1
}

function holds(assertion: '^' | '$' | 'b' | 'B', symbol: number): boolean {
  if (assertion === '^') return (symbol & AT_START) !== 0
  if (assertion === '$') return (symbol & AT_END) !== 0
  return ((symbol & AT_WORD_EDGE) !== 0) === (assertion === 'b')
}

/** Such an order always exists, since no cycle is free of characters. */
function order({ instructions }: Program): number[] {
  const result: number[] = []
  const seen = new Uint8Array(instructions.length)
  const open = Array.from(instructions.keys()).reverse()
  while (open.length > 0) {
    const index = open.at(-1)!
    const instruction = instructions[index]!
    let waits = false
    if (seen[index] === 0 && instruction.op === 'choice') {
      for (const next of [instruction.first, instruction.second])
        if (seen[next] === 0) waits = open.push(next) > 0
    } else if (seen[index] === 0 && instruction.op === 'assertion' && seen[instruction.next] === 0) {
      waits = open.push(instruction.next) > 0
    }
    if (waits) continue
    open.pop()
    if (seen[index] === 0) result.push(index)
    seen[index] = 1
  }
  return result
}

/** LineTerminator of ECMAScript. */
function isNewline(unit: number): boolean {
  return unit === 0x0a || unit === 0x0d || unit === 0x2028 || unit === 0x2029
}
