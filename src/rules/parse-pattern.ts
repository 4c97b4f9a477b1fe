/**
 * Parses a regular expression into a tree. Only the structure is parsed here. Which characters `[a-z]`, `\d`,
 * `\p{Lu}` or a letter under `i` match is left to the runtime's own RegExp (character-classes.ts).
 */

import { codePointAt, unitsOf } from '../text/code-points.ts'

/** A part of a pattern. */
export type PatternNode = {
  /** Whether the part can match without taking a character. */
  readonly canBeEmpty: boolean
  /** Whether the part can take characters. */
  readonly canConsume: boolean
} & (
  | { readonly kind: 'empty' }
  /** One character that passes the test of this number: a code point with the flag u, else a UTF-16 unit. */
  | { readonly kind: 'character'; readonly test: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly head: PatternNode; readonly tail: PatternNode }
  | { readonly kind: 'alternatives'; readonly first: PatternNode; readonly second: PatternNode }
  | {
      readonly kind: 'repetition'
      readonly body: PatternNode
      readonly least: number
      /** Infinity where there is no bound. */
      readonly most: number
      readonly lazy: boolean
    }
)

export type Assertion = '^' | '$' | 'b' | 'B'

/** A parsed pattern. */
export interface ParsedPattern {
  readonly root: PatternNode
  /** By number: the one code that matches, or a RegExp that finds runs of all characters that match. */
  readonly tests: readonly (number | RegExp)[]
  /** The pattern as written, for errors. */
  readonly pattern: RegExp
}

/**
 * How many characters, assertions and quantifiers a pattern may have, and how deep its groups may be nested.
 */
const MOST_PARTS = 4000
const DEEPEST_GROUP = 200
/** Different classes of characters, such as `[a-z]` or a letter under `i`, in a pattern. */
const MOST_CLASSES = 256

const LOOK_AROUND = ['(?=', '(?!', '(?<=', '(?<!']

const EMPTY: PatternNode = { kind: 'empty', canBeEmpty: true, canConsume: false }

/** @throws {RangeError} for what is refused: look-around, back-references, modifiers, the flag v, very long patterns */
export function parsePattern(pattern: RegExp): ParsedPattern {
  return new Parser(pattern).parse()
}

/** Joins nodes pairwise, half and half, so that a long pattern does not become a deep tree. */
function folded(
  nodes: readonly PatternNode[],
  join: (first: PatternNode, second: PatternNode) => PatternNode,
): PatternNode {
  if (nodes.length === 1) return nodes[0]!
  const half = nodes.length >>> 1
  return join(folded(nodes.slice(0, half), join), folded(nodes.slice(half), join))
}

/** The error for a construct that would take more than linear time or bounded memory. */
export function patternRefusal(pattern: RegExp, what: string, instead: string): RangeError {
  return new RangeError(
    `The pattern ${shortened(String(pattern))} has ${what}, which rules do not take, since their time must be linear: ${instead}`,
  )
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

class Parser {
  readonly #pattern: RegExp
  readonly #source: string
  /** The flags that decide which characters match. */
  readonly #flags: string
  readonly #tests: (number | RegExp)[] = []
  #classes = 0
  readonly #testOf = new Map<string, number>()
  #at = 0
  #parts = 0
  #depth = 0

  constructor(pattern: RegExp) {
    this.#pattern = pattern
    this.#source = pattern.source
    this.#flags = `g${pattern.flags.replace(/[^isu]/g, '')}`
    if (pattern.flags.includes('v')) throw this.#refuse('the flag v', 'use u')
  }

  parse(): ParsedPattern {
    return { root: this.#disjunction(), tests: this.#tests, pattern: this.#pattern }
  }

  #refuse(what: string, instead: string): RangeError {
    return patternRefusal(this.#pattern, what, instead)
  }

  #next(text: string): boolean {
    return this.#source.startsWith(text, this.#at)
  }

  #takes(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at
    return expression.exec(this.#source)
  }

  #count(): void {
    if (++this.#parts > MOST_PARTS) throw this.#refuse(`more than ${MOST_PARTS} parts`, 'make it shorter')
  }

  /** alternative | alternative | … */
  #disjunction(): PatternNode {
    const choices = [this.#alternative()]
    while (this.#next('|')) {
      this.#count()
      this.#at++
      choices.push(this.#alternative())
    }
    return folded(choices, (first, second) => ({
      kind: 'alternatives',
      first,
      second,
      canBeEmpty: first.canBeEmpty || second.canBeEmpty,
      canConsume: first.canConsume || second.canConsume,
    }))
  }

  #alternative(): PatternNode {
    const terms: PatternNode[] = []
    while (this.#at < this.#source.length && !this.#next('|') && !this.#next(')')) terms.push(this.#term())
    if (terms.length === 0) return EMPTY
    return folded(terms, (head, tail) => ({
      kind: 'sequence',
      head,
      tail,
      canBeEmpty: head.canBeEmpty && tail.canBeEmpty,
      canConsume: head.canConsume || tail.canConsume,
    }))
  }

  #term(): PatternNode {
    this.#count()
    const assertion = this.#takes(/[$^]|\\[bB]/y)
    if (assertion !== null) {
      this.#at += assertion[0].length
      const kind = assertion[0].at(-1) as Assertion
      return { kind: 'assertion', assertion: kind, canBeEmpty: true, canConsume: false }
    }
    if (this.#next('(')) return this.#quantified(this.#group())
    const test = this.#test(this.#atom())
    return this.#quantified({ kind: 'character', test, canBeEmpty: false, canConsume: true })
  }

  #group(): PatternNode {
    const around = LOOK_AROUND.find((opening) => this.#next(opening))
    if (around)
      throw this.#refuse(`look-around, ${around}`, 'match what is around too, or sort out with accept')
    this.#at += this.#takes(/\((?:\?:|\?<[^>]+>)?/y)![0].length
    if (this.#next('?')) throw this.#refuse('modifiers of a group', 'set the flags of the whole pattern')
    if (++this.#depth > DEEPEST_GROUP)
      throw this.#refuse(`more than ${DEEPEST_GROUP} groups one within another`, 'make it simpler')
    const node = this.#disjunction()
    this.#depth--
    this.#at++
    return node
  }

  /**
   * The source of one character as written; where JavaScript reads it as several, a form that means the same.
   */
  #atom(): string {
    const start = this.#at
    const { unicode } = this.#pattern
    if (this.#next('[')) {
      for (this.#at++; !this.#next(']'); this.#at++) if (this.#next('\\')) this.#at++
      this.#at++
    } else if (this.#next('\\')) {
      if (this.#takes(/\\[1-9]|\\k</y))
        throw this.#refuse('a back-reference or an octal escape', 'write what it stands for')
      // `\c` without a letter after it is a backslash and a c.
      if (!unicode && this.#takes(/\\c(?![A-Za-z])/y)) {
        this.#at++
        return '\\\\'
      }
      const long = unicode
        ? this.#takes(
            /\\(?:[pP]\{[^}]*\}|u\{[0-9a-fA-F]+\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})/y,
          )
        : this.#takes(/\\0[0-7]{1,2}/y)
      this.#at += (long ?? this.#takes(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[A-Za-z]|[\s\S])/y)!)[0].length
    } else {
      this.#at += unicode ? unitsOf(codePointAt(this.#source, start)) : 1
    }
    return this.#source.slice(start, this.#at)
  }

  #test(source: string): number {
    const known = this.#testOf.get(source)
    if (known !== undefined) return known
    // A character written as itself, or after a backslash that takes away its meaning, needs no RegExp.
    const single = this.#pattern.ignoreCase ? null : /^(?:[^\\[.]|\\[^\p{L}\p{N}_])$/su.exec(source)
    if (single === null && ++this.#classes > MOST_CLASSES) {
      throw this.#refuse(
        `more than ${MOST_CLASSES} different classes of characters, letters whose case is ignored among them`,
        'write [...] once for several, or make it several rules',
      )
    }
    this.#testOf.set(source, this.#tests.length)
    const written = source.startsWith('\\') ? source.slice(1) : source
    return this.#tests.push(single ? codePointAt(written, 0) : new RegExp(`(?:${source})+`, this.#flags)) - 1
  }

  /** A part followed by `*`, `+`, `?`, `{n}`, `{n,}` or `{n,m}`, each of them lazy with a `?` after it. */
  #quantified(body: PatternNode): PatternNode {
    const found = this.#takes(/(?:([*+?])|\{(\d+)(,(\d*))?\})(\??)/y)
    if (found === null) return body
    this.#count()
    this.#at += found[0].length
    const [, sign, low, comma, high] = found
    let least = sign === '+' ? 1 : 0
    let most = sign === '?' ? 1 : Number.POSITIVE_INFINITY
    if (sign === undefined) {
      least = Number(low)
      most = comma === undefined ? least : high === '' ? Number.POSITIVE_INFINITY : Number(high)
    }
    return {
      kind: 'repetition',
      body,
      least,
      most,
      lazy: found[5] === '?',
      canBeEmpty: least === 0 || body.canBeEmpty,
      canConsume: most > 0 && body.canConsume,
    }
  }
}
