/**
 * A regular expression as a program of few instructions (Thompson 1968; Pike; Cox 2009, "Regular Expression Matching: the
 * Virtual Machine Approach"). Only the structure is read here: what a single character may be (`[a-z]`, `\d`, `\p{Lu}`, a letter
 * whose case is ignored) is asked of the runtime's own RegExp, so that it means what it means in JavaScript.
 */

/** Whether the character at a place in the text matches; a code point with the flag u, else a UTF-16 unit. */
export type CharacterTest = (code: number) => boolean

export type Instruction =
  /** One character. */
  | { readonly op: 'character'; readonly test: CharacterTest }
  /** Go on at either, at `first` if that leads to a match. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  /** `^`, `$`, `\b`, `\B` */
  | { readonly op: 'assert'; readonly kind: '^' | '$' | 'b' | 'B' }
  | { readonly op: 'match' }

export interface Program {
  readonly instructions: readonly Instruction[]
  /** Whether characters are code points. */
  readonly unicode: boolean
  /** Whether `^` and `$` stand at every line's ends, or at the text's only. */
  readonly multiline: boolean
}

/** Instructions that counted repetitions may become. */
const LONGEST_PROGRAM = 1000

const LOOK_AROUND = ['(?=', '(?!', '(?<=', '(?<!']

/**
 * @throws {RangeError} for what the engine refuses: look-around, back-references, modifiers, the flag v, counted repetitions
 *   that are too many
 */
export function parsePattern(pattern: RegExp): Program {
  return new Parser(pattern).program()
}

class Parser {
  readonly #pattern: RegExp
  readonly #source: string
  readonly #flags: string
  readonly #tests = new Map<string, CharacterTest>()
  #at = 0
  #out: Instruction[] = []

  constructor(pattern: RegExp) {
    this.#pattern = pattern
    this.#source = pattern.source
    this.#flags = pattern.flags.replace(/[^isu]/g, '')
    if (pattern.flags.includes('v')) throw this.#refuse('the flag v', 'use u')
  }

  program(): Program {
    this.#disjunction()
    this.#emit({ op: 'match' })
    const { unicode, multiline } = this.#pattern
    return { instructions: this.#out, unicode, multiline }
  }

  #emit(instruction: Instruction): number {
    if (this.#out.length >= LONGEST_PROGRAM) {
      throw this.#refuse(
        `more than ${LONGEST_PROGRAM} steps, counted repetitions written out`,
        'make it shorter',
      )
    }
    return this.#out.push(instruction) - 1
  }

  #refuse(what: string, instead: string): RangeError {
    return new RangeError(
      `The pattern ${this.#pattern} has ${what}, which rules do not take, since their time must be linear: ${instead}`,
    )
  }

  #next(text: string): boolean {
    return this.#source.startsWith(text, this.#at)
  }

  /** alternative | alternative | … */
  #disjunction(): void {
    const start = this.#out.length
    const ends: { op: 'jump'; to: number }[] = []
    this.#alternative()
    let from = start
    while (this.#next('|')) {
      this.#at++
      this.#insert(from, { op: 'split', first: from + 1, second: 0 })
      const end = { op: 'jump' as const, to: 0 }
      this.#emit(end)
      ends.push(end)
      const split = this.#out[from] as { second: number }
      from = this.#out.length
      split.second = from
      this.#alternative()
    }
    for (const end of ends) end.to = this.#out.length
  }

  #alternative(): void {
    while (this.#at < this.#source.length && !this.#next('|') && !this.#next(')')) this.#term()
  }

  #term(): void {
    const start = this.#out.length
    const character = this.#source[this.#at]!
    if (character === '^' || character === '$') {
      this.#at++
      this.#emit({ op: 'assert', kind: character })
      return
    }
    if (this.#next('\\b') || this.#next('\\B')) {
      this.#emit({ op: 'assert', kind: this.#source[this.#at + 1] as 'b' | 'B' })
      this.#at += 2
      return
    }
    if (character === '(') this.#group()
    else this.#emit({ op: 'character', test: this.#test(this.#atom()) })
    this.#quantifier(start)
  }

  #group(): void {
    const around = LOOK_AROUND.find((opening) => this.#next(opening))
    if (around)
      throw this.#refuse(`look-around, ${around}`, 'match what is around too, or sort out with accept')
    const opening = /^\((?:\?:|\?<[^>]+>)?/.exec(this.#source.slice(this.#at))![0]
    this.#at += opening.length
    if (this.#next('?')) throw this.#refuse('modifiers of a group', 'set the flags of the whole pattern')
    this.#disjunction()
    this.#at++
  }

  /** The source of one character's test. */
  #atom(): string {
    const start = this.#at
    if (this.#source[start] === '[') {
      for (this.#at++; this.#source[this.#at] !== ']'; this.#at++)
        if (this.#source[this.#at] === '\\') this.#at++
      this.#at++
    } else if (this.#source[start] === '\\') {
      const rest = this.#source.slice(start)
      if (/^\\[1-9]|^\\k</.test(rest)) throw this.#refuse('a back-reference', 'write what it repeats')
      const unicode = this.#pattern.unicode
      const long = unicode
        ? /^\\(?:[pP]\{[^}]*\}|u\{[0-9a-fA-F]+\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})/.exec(
            rest,
          )
        : null
      this.#at += (long ?? /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[A-Za-z]|[\s\S])/.exec(rest)!)[0].length
    } else {
      const code = this.#source.codePointAt(start)!
      this.#at += this.#pattern.unicode && code > 0xffff ? 2 : 1
    }
    return this.#source.slice(start, this.#at)
  }

  /** The runtime's answer for a character, asked once a character. */
  #test(source: string): CharacterTest {
    const known = this.#tests.get(source)
    if (known !== undefined) return known
    const one = new RegExp(`^(?:${source})$`, this.#flags)
    const answers = new Map<number, boolean>()
    const test = (code: number): boolean => {
      let answer = answers.get(code)
      if (answer === undefined) {
        answer = one.test(String.fromCodePoint(code))
        answers.set(code, answer)
      }
      return answer
    }
    this.#tests.set(source, test)
    return test
  }

  /** `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`, each lazy with a `?` behind it, over the instructions from `start` on. */
  #quantifier(start: number): void {
    const found = /^(?:([*+?])|\{(\d+)(,(\d*))?\})(\??)/.exec(this.#source.slice(this.#at, this.#at + 40))
    if (found === null) return
    this.#at += found[0].length
    const [, sign, low, comma, high] = found
    const least = sign === undefined ? Number(low) : sign === '+' ? 1 : 0
    const most =
      sign === undefined
        ? comma === undefined
          ? least
          : high === ''
            ? Number.POSITIVE_INFINITY
            : Number(high)
        : sign === '?'
          ? 1
          : Number.POSITIVE_INFINITY
    this.#repeat(start, least, most, found[5] === '?')
  }

  #repeat(start: number, least: number, most: number, lazy: boolean): void {
    const body = this.#out.splice(start)
    const copy = (): void => {
      const shift = this.#out.length - start
      for (const instruction of body) this.#emit(shifted(instruction, shift))
    }
    const split = (): { op: 'split'; first: number; second: number } => {
      const instruction = { op: 'split' as const, first: this.#out.length + 1, second: this.#out.length + 1 }
      this.#emit(instruction)
      return instruction
    }
    const leave = (from: { first: number; second: number }): void => {
      if (lazy) from.first = this.#out.length
      else from.second = this.#out.length
    }
    if (body.length === 0) return
    for (let count = 0; count < least; count++) copy()
    if (most === Number.POSITIVE_INFINITY) {
      const from = this.#out.length
      const again = split()
      copy()
      this.#emit({ op: 'jump', to: from })
      leave(again)
      return
    }
    const exits: { first: number; second: number }[] = []
    for (let count = least; count < most; count++) {
      exits.push(split())
      copy()
    }
    for (const exit of exits) leave(exit)
  }

  /** Makes room for an instruction in front of those from `at` on. */
  #insert(at: number, instruction: Instruction): void {
    const moved = this.#out.splice(at).map((one) => shifted(one, 1))
    this.#emit(instruction)
    for (const one of moved) this.#emit(one)
  }
}

/** A copy whose targets lie `shift` further on: all targets of a term lie within it or right behind it. */
function shifted(instruction: Instruction, shift: number): Instruction {
  if (instruction.op === 'split') {
    return { op: 'split', first: instruction.first + shift, second: instruction.second + shift }
  }
  return instruction.op === 'jump' ? { op: 'jump', to: instruction.to + shift } : instruction
}
