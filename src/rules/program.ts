/**
 * Compiles a pattern's tree into a short program (Thompson 1968; Cox 2009, "Regular Expression Matching: the
 * Virtual Machine Approach"). Its instructions form a graph; a choice prefers its first way, as in
 * JavaScript.
 *
 * JavaScript rejects a loop iteration that took no character, and then tries the loop's other ways: `(a*?)*`
 * takes all of `aa`. So each part is built for two continuations: one if the iteration has taken nothing yet,
 * one if it has (Barrière and Pit-Claudel 2024, "Linear Matching of JavaScript Regular Expressions"). An
 * empty iteration leads nowhere, so every cycle of the graph takes a character. An empty match is excluded in
 * the same way.
 */

import { type Assertion, type ParsedPattern, type PatternNode, patternRefusal } from './parse-pattern.ts'

export type Instruction =
  /** No match this way. */
  | { readonly op: 'fail' }
  /** The match ends here. */
  | { readonly op: 'match' }
  /** Takes a character that passes a test. */
  | { readonly op: 'character'; readonly test: number; readonly next: number }
  /** Continues at `first` if that leads to a match, else at `second`. */
  | { readonly op: 'choice'; first: number; second: number }
  | { readonly op: 'assertion'; readonly assertion: Assertion; readonly next: number }

export interface Program {
  readonly instructions: readonly Instruction[]
  readonly start: number
}

const FAIL = 0
const MATCH = 1

/** Maximum number of instructions, with counted repetitions written out. */
const LONGEST_PROGRAM = 4000

/** @throws {RangeError} for counted repetitions that make the program too long */
export function compilePattern({ root, pattern }: ParsedPattern): Program {
  const compiler = new Compiler(pattern)
  const start = compiler.build(root, FAIL, MATCH)
  return { instructions: compiler.instructions, start }
}

class Compiler {
  readonly instructions: Instruction[] = [{ op: 'fail' }, { op: 'match' }]
  readonly #pattern: RegExp
  readonly #built = new Map<PatternNode, Map<string, number>>()
  readonly #loops = new Map<PatternNode, Map<number, number>>()

  constructor(pattern: RegExp) {
    this.#pattern = pattern
  }

  /**
   * The instruction at which a part and then its continuation begin.
   *
   * @param empty where to continue if no character was taken
   * @param consumed where to continue if one was
   */
  build(node: PatternNode, empty: number, consumed: number): number {
    const key = node.canBeEmpty ? `${empty} ${consumed}` : `${consumed}`
    const known = this.#built.get(node) ?? new Map<string, number>()
    this.#built.set(node, known)
    let start = known.get(key)
    if (start === undefined) {
      start = this.#build(node, node.canBeEmpty ? empty : consumed, consumed)
      known.set(key, start)
    }
    return start
  }

  #build(node: PatternNode, empty: number, consumed: number): number {
    switch (node.kind) {
      case 'empty':
        return empty
      case 'character':
        return this.#emit({ op: 'character', test: node.test, next: consumed })
      case 'assertion':
        return empty === FAIL ? FAIL : this.#emit({ op: 'assertion', assertion: node.assertion, next: empty })
      case 'sequence': {
        const after = node.head.canConsume ? this.build(node.tail, consumed, consumed) : FAIL
        return this.build(
          node.head,
          node.head.canBeEmpty ? this.build(node.tail, empty, consumed) : after,
          after,
        )
      }
      case 'alternatives':
        return this.#choice(this.build(node.first, empty, consumed), this.build(node.second, empty, consumed))
      case 'repetition':
        return this.#repetition(node, empty, consumed)
    }
  }

  #repetition(
    { body, least, most, lazy }: PatternNode & { kind: 'repetition' },
    empty: number,
    consumed: number,
  ): number {
    if (!body.canConsume) return least > 0 ? this.build(body, empty, consumed) : empty
    // From the last iteration to the first: its beginning if the repetition has taken nothing so far, and if
    // it has.
    let fresh = empty
    let started = consumed
    if (most === Number.POSITIVE_INFINITY) {
      started = this.#loop(body, consumed, lazy)
      fresh = empty === consumed ? started : this.#optional(this.build(body, FAIL, started), empty, lazy)
    } else {
      for (let turns = least; turns < most; turns++) {
        const turn = this.build(body, FAIL, started)
        fresh = this.#optional(turn, empty, lazy)
        started = empty === consumed ? fresh : this.#optional(turn, consumed, lazy)
      }
    }
    for (let turns = 0; turns < least; turns++) {
      const turn = this.build(body, fresh, started)
      if (turns + 1 < least) started = this.build(body, started, started)
      fresh = turn
    }
    return fresh
  }

  /**
   * Any number of iterations. With none, it continues at `consumed`, so that one loop serves all who enter
   * it.
   */
  #loop(body: PatternNode, consumed: number, lazy: boolean): number {
    const loops = this.#loops.get(body) ?? new Map<number, number>()
    this.#loops.set(body, loops)
    let start = loops.get(consumed)
    if (start === undefined) {
      const choice = { op: 'choice' as const, first: consumed, second: consumed }
      start = this.#emit(choice)
      loops.set(consumed, start)
      choice[lazy ? 'second' : 'first'] = this.build(body, FAIL, start)
    }
    return start
  }

  /** An iteration that may be left out. */
  #optional(turn: number, without: number, lazy: boolean): number {
    return lazy ? this.#choice(without, turn) : this.#choice(turn, without)
  }

  #choice(first: number, second: number): number {
    if (first === FAIL || first === second) return second
    return second === FAIL ? first : this.#emit({ op: 'choice', first, second })
  }

  #emit(instruction: Instruction): number {
    if (this.instructions.length >= LONGEST_PROGRAM) {
      throw patternRefusal(
        this.#pattern,
        `more than ${LONGEST_PROGRAM} steps, counted repetitions written out`,
        'make it shorter',
      )
    }
    return this.instructions.push(instruction) - 1
  }
}
