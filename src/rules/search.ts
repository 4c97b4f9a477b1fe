/**
 * Runs a program over a line, as JavaScript would run the pattern but in time linear in the line: a state (instruction,
 * position) that did not lead to a match never will, so each is tried once (the bit-state search of RE2).
 */

import { isDigit } from '../text/split/letters.ts'
import type { Program } from './parse-pattern.ts'

/** Where a match that was not accepted may be this long at most to be looked into again. */
const LONGEST_RETRY = 256

export interface Found {
  readonly start: number
  readonly end: number
}

export class Searcher {
  readonly #program: Program
  /** Bits: `position - from` × instructions + instruction. Kept for the next line. */
  #visited = new Uint32Array(0)
  readonly #stack: number[] = []

  constructor(program: Program) {
    this.#program = program
  }

  /**
   * The matches in `[from, to)` of a text, from left to right, not overlapping, none empty.
   *
   * @param accept where the part of a match that counts ends; `start` where none does: then one that begins behind the match's
   *   first character may still be found
   */
  find(text: string, from: number, to: number, accept: (start: number, end: number) => number): Found[] {
    const words = Math.ceil(((to - from + 1) * this.#program.instructions.length) / 32)
    if (this.#visited.length < words) this.#visited = new Uint32Array(words)
    else this.#visited.fill(0, 0, words)
    const found: Found[] = []
    let start = from
    while (start < to) {
      const end = this.#matchAt(text, start, from, to)
      if (end < 0) {
        start++
        continue
      }
      const accepted = accept(start, end)
      if (accepted > start) found.push({ start, end: accepted })
      // A long match is not looked into again, which would take time that grows with its length for each of its parts.
      const next = end - start > LONGEST_RETRY ? end : Math.max(accepted, start + 1)
      this.#forget(Math.min(next, end) - from, end - from)
      start = next
    }
    return found
  }

  /** Where the match that begins at `start` ends, -1 where none does. */
  #matchAt(text: string, start: number, from: number, to: number): number {
    const { instructions, unicode } = this.#program
    const count = instructions.length
    const stack = this.#stack
    const visited = this.#visited
    stack.length = 0
    stack.push(0, start)
    while (stack.length > 0) {
      let at = stack.pop()!
      let step = stack.pop()!
      for (;;) {
        const bit = (at - from) * count + step
        const mask = 1 << (bit & 31)
        if (visited[bit >>> 5]! & mask) break
        visited[bit >>> 5]! |= mask
        const instruction = instructions[step]!
        if (instruction.op === 'character') {
          if (at >= to) break
          const code = unicode ? text.codePointAt(at)! : text.charCodeAt(at)
          if (!instruction.test(code)) break
          at += code > 0xffff ? 2 : 1
          step++
        } else if (instruction.op === 'split') {
          stack.push(instruction.second, at)
          step = instruction.first
        } else if (instruction.op === 'jump') {
          step = instruction.to
        } else if (instruction.op === 'assert') {
          if (!this.#holds(instruction.kind, text, at)) break
          step++
        } else {
          if (at > start) return at
          break
        }
      }
    }
    return -1
  }

  /** Makes the states of positions `first` to `last` new again. */
  #forget(first: number, last: number): void {
    const count = this.#program.instructions.length
    for (let bit = first * count; bit < (last + 1) * count; bit++)
      this.#visited[bit >>> 5]! &= ~(1 << (bit & 31))
  }

  #holds(kind: '^' | '$' | 'b' | 'B', text: string, at: number): boolean {
    if (kind === '^') return at === 0 || (this.#program.multiline && isNewline(text.charCodeAt(at - 1)))
    if (kind === '$') return at === text.length || (this.#program.multiline && isNewline(text.charCodeAt(at)))
    const boundary = isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at))
    return boundary === (kind === 'b')
  }
}

/** LineTerminator of ECMAScript. */
function isNewline(unit: number): boolean {
  return unit === 0x0a || unit === 0x0d || unit === 0x2028 || unit === 0x2029
}

/** `\w` */
function isWord(unit: number): boolean {
  return (
    (unit >= 0x41 && unit <= 0x5a) ||
    (unit >= 0x61 && unit <= 0x7a) ||
    unit === 0x5f ||
    (unit < 0x80 && isDigit(unit))
  )
}
