/**
 * Finds all matches of a pattern in a text of any length: the same as JavaScript finds, but in time linear in
 * the text and in memory that hardly grows with it. The text is read twice. A backward pass finds, at each
 * place, whether a match begins there and which instructions of the program lead to one. Then each match is
 * followed forward, never into a way that fails.
 *
 * States are kept for two blocks of the text at a time. For the other blocks, only the state at their end is
 * kept; from it, a block is read again when a match begins in it or reaches into it.
 */

import { Automaton, leadsOn, type State } from './automaton.ts'
import type { Match } from './overlaps.ts'
import type { Steps } from './turns.ts'

/** Characters of text in a block. */
const BLOCK = 1024

/** Blocks read, matches looked for, and units of a match followed in one step. */
const STEP_BLOCKS = 4
const STEP_MATCHES = 16
const STEP_UNITS = 4096

/** In a rejected match, the search continues only within its last so many units. */
const LONGEST_RETRY = 128

/**
 * Where the accepted part of a match ends; `start` rejects the match, and the search continues after its
 * first character.
 */
export type Accept = (start: number, end: number) => number

export class Searcher {
  readonly #automaton: Automaton

  /** @throws {RangeError} for patterns that are refused */
  constructor(pattern: RegExp) {
    this.#automaton = new Automaton(pattern)
  }

  /** The matches in a text, from left to right, not overlapping, none empty. */
  *search(text: string, accept: Accept): Steps<Match[]> {
    const scan = new Scan(this.#automaton, text)
    yield* scan.readBackward()
    const found: Match[] = []
    let looked = 0
    for (let start = scan.nextStart(0); start >= 0; ) {
      if (++looked % STEP_MATCHES === 0) yield
      const end = yield* scan.endOf(start)
      const accepted = accept(start, end)
      if (accepted > start) found.push({ start, end: accepted })
      // In a long match the search continues near its end only: trying every part would take more than linear
      // time.
      start = scan.nextStart(Math.max(accepted, start + 1, end - LONGEST_RETRY))
    }
    return found
  }
}

/** One text as it is searched. */
class Scan {
  readonly #automaton: Automaton
  readonly #text: string
  /** By block: the state at the first place after it. */
  readonly #behind: State[]
  /** By block: whether a match begins in it. */
  readonly #begins: Uint8Array
  /** The states of two blocks, by place; none in the middle of a code point if characters are code points. */
  readonly #blocks = [0, 1].map(() => ({ index: -1, states: new Array<State | undefined>(BLOCK) }))

  constructor(automaton: Automaton, text: string) {
    this.#automaton = automaton
    this.#text = text
    const count = Math.floor(text.length / BLOCK) + 1
    this.#begins = new Uint8Array(count)
    this.#behind = new Array<State>(count)
  }

  /** Reads from the end of the text to its beginning; must run first. */
  *readBackward(): Steps<void> {
    let state = this.#automaton.last(this.#text)
    for (let index = this.#behind.length - 1; index >= 0; index--) {
      if (index % STEP_BLOCKS === 0) yield
      this.#behind[index] = state
      state = this.#read(index)
    }
  }

  /** The first place at or after `at` where a match begins, or -1. */
  nextStart(at: number): number {
    for (let index = Math.floor(at / BLOCK); index < this.#begins.length; index++) {
      if (this.#begins[index] === 0) continue
      const states = this.#block(index)
      for (let place = Math.max(0, at - index * BLOCK); place < BLOCK; place++)
        if (states[place]?.begins) return index * BLOCK + place
    }
    return -1
  }

  /** Where the match that begins at a place ends. */
  *endOf(start: number): Steps<number> {
    const { instructions, start: first } = this.#automaton.program
    let step = first
    let at = start
    let { leads } = this.#state(at)
    for (let steps = 1; ; steps++) {
      if (steps % STEP_UNITS === 0) yield
      const instruction = instructions[step]!
      if (instruction.op === 'character') {
        at += this.#automaton.unicode && this.#text.codePointAt(at)! > 0xffff ? 2 : 1
        leads = this.#state(at).leads
        step = instruction.next
      } else if (instruction.op === 'choice') {
        step = leadsOn(leads, instruction.first) ? instruction.first : instruction.second
      } else if (instruction.op === 'assertion') step = instruction.next
      else return at
    }
  }

  #state(at: number): State {
    return this.#block(Math.floor(at / BLOCK))[at % BLOCK]!
  }

  #block(index: number): readonly (State | undefined)[] {
    const block = this.#blocks[index & 1]!
    if (block.index !== index) this.#read(index)
    return block.states
  }

  /** Makes the states of a block, from its end to its beginning, and returns the one at its first place. */
  #read(index: number): State {
    const text = this.#text
    const automaton = this.#automaton
    const block = this.#blocks[index & 1]!
    const { states } = block
    block.index = index
    states.fill(undefined)
    const first = index * BLOCK
    let at = Math.min(first + BLOCK, text.length)
    let state = this.#behind[index]!
    if (at < first + BLOCK) states[at - first] = state
    else if (automaton.unicode && isWithinCodePoint(text, at)) at++
    let begins = state.begins && at < first + BLOCK
    while (at > first) {
      let code = text.charCodeAt(--at)
      if (automaton.unicode && isWithinCodePoint(text, at)) {
        // A code point belongs to the block in which its first unit lies.
        if (at === first) break
        code = text.codePointAt(--at)!
      }
      state = automaton.earlier(state, code, text, at)
      states[at - first] = state
      begins ||= state.begins
    }
    this.#begins[index] = begins ? 1 : 0
    return state
  }
}

/** Whether a place lies in the middle of a surrogate pair. */
function isWithinCodePoint(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800
}
