/**
 * Finds all matches of a pattern in a text of any length: the same as JavaScript finds, but in time linear in
 * the text and in memory that hardly grows with it. The text is read twice. A backward pass finds, at each
 * place, whether a match begins there and which instructions of the program lead to one. Then each match is
 * followed forward, never into a way that fails.
 *
 * States are kept for two blocks of the text at a time. For the other blocks, only the state at their end is
 * kept; from it, a block is read again when a match begins in it or reaches into it.
 */

import { codePointAt, isWithinPair, unitsOf } from '../text/code-points.ts'
import { Automaton, leadsOn, type State } from './automaton.ts'
import type { Match } from './overlaps.ts'
import type { Steps } from './turns.ts'

/** Characters of text in a block. */
const BLOCK = 1024

/** Blocks read, instructions looked at to make states, matches looked for, and units of a match followed in one step. */
const STEP_BLOCKS = 4
const STEP_WORK = 2 ** 16
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
    for (let start = yield* scan.nextStart(0); start >= 0; ) {
      if (++looked % STEP_MATCHES === 0) yield
      const end = yield* scan.endOf(start)
      const accepted = accept(start, end)
      if (accepted > start) found.push({ start, end: accepted })
      // In a long match the search continues near its end only: trying every part would take more than linear
      // time.
      start = yield* scan.nextStart(Math.max(accepted, start + 1, end - LONGEST_RETRY))
    }
    return found
  }
}

/** How far a block is read. */
interface Reading {
  at: number
  state: State
  begins: boolean
}

/** What reading on stopped at, where that was no character. */
const DONE = -1
const PAUSE = -2

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
      state = yield* this.#read(index)
    }
  }

  /** The first place at or after `at` where a match begins, or -1. */
  *nextStart(at: number): Steps<number> {
    for (let index = Math.floor(at / BLOCK); index < this.#begins.length; index++) {
      if (this.#begins[index] === 0) continue
      const states = yield* this.#states(index)
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
    let { leads } = this.#state(at) ?? (yield* this.#reread(at))
    for (let steps = 1; ; steps++) {
      if (steps % STEP_UNITS === 0) yield
      const instruction = instructions[step]!
      if (instruction.op === 'character') {
        at += this.#automaton.unicode ? unitsOf(codePointAt(this.#text, at)) : 1
        leads = (this.#state(at) ?? (yield* this.#reread(at))).leads
        step = instruction.next
      } else if (instruction.op === 'choice') {
        step = leadsOn(leads, instruction.first) ? instruction.first : instruction.second
      } else if (instruction.op === 'assertion') step = instruction.next
      else return at
    }
  }

  /** The state at a place, where its block is at hand. */
  #state(at: number): State | undefined {
    const index = Math.floor(at / BLOCK)
    const block = this.#blocks[index & 1]!
    return block.index === index ? block.states[at % BLOCK] : undefined
  }

  *#reread(at: number): Steps<State> {
    return (yield* this.#states(Math.floor(at / BLOCK)))[at % BLOCK]!
  }

  *#states(index: number): Steps<readonly (State | undefined)[]> {
    const block = this.#blocks[index & 1]!
    if (block.index !== index) yield* this.#read(index)
    return block.states
  }

  /** Makes the states of a block, from its end to its beginning, and returns the one at its first place. */
  *#read(index: number): Steps<State> {
    const { unicode, characters } = this.#automaton
    const block = this.#blocks[index & 1]!
    block.index = index
    block.states.fill(undefined)
    const first = index * BLOCK
    const end = Math.min(first + BLOCK, this.#text.length)
    const last = this.#behind[index]!
    if (end < first + BLOCK) block.states[end - first] = last
    const reading = {
      at: unicode && isWithinPair(this.#text, end) ? end + 1 : end,
      state: last,
      begins: last.begins && end < first + BLOCK,
    }
    for (;;) {
      const unknown = this.#readOn(reading, first, block.states)
      if (unknown === DONE) break
      if (unknown === PAUSE) yield
      else yield* characters.ask(unknown)
    }
    this.#begins[index] = reading.begins ? 1 : 0
    return reading.state
  }

  /** Reads on to the first place of a block, to a character that was not met before, or as far as a step goes. */
  #readOn(reading: Reading, first: number, states: (State | undefined)[]): number {
    const text = this.#text
    const automaton = this.#automaton
    const { unicode } = automaton
    let { at, state, begins } = reading
    let stopped = DONE
    while (at > first) {
      let before = at - 1
      let code = text.charCodeAt(before)
      if (unicode && (code & 0xfc00) === 0xdc00 && isWithinPair(text, before)) {
        // A code point belongs to the block in which its first unit lies.
        if (before === first) break
        code = codePointAt(text, --before)
      }
      const earlier = automaton.earlier(state, code, text, before)
      if (earlier === undefined) {
        stopped = code
        break
      }
      at = before
      state = earlier
      states[at - first] = state
      begins ||= state.begins
      if (automaton.work >= STEP_WORK) {
        automaton.work = 0
        stopped = PAUSE
        break
      }
    }
    reading.at = at
    reading.state = state
    reading.begins = begins
    return stopped
  }
}
