/**
 * Plans overlapping windows over a text that is longer than the model's maximum. Each piece is judged by the
 * window in which it is farthest from an edge that is not an end of the text; on a tie, by the earlier one.
 */

import { OptionError } from '../check/options.ts'
import type { Encoding } from './encoding.ts'

/** A window over body pieces: those between `[CLS]` and `[SEP]`, counted from 0. */
export interface Window {
  /** The pieces the window reads, `[start, end)`. */
  readonly start: number
  readonly end: number
  /** The pieces it judges, `[judgedStart, judgedEnd)`: the windows' judged ranges follow each other without a gap. */
  readonly judgedStart: number
  readonly judgedEnd: number
}

export interface WindowSettings {
  /** Body pieces a window may have: the model's longest sequence less `[CLS]` and `[SEP]`. */
  readonly maxPieces: number
  /** Pieces that neighbouring windows share, about: cuts are moved to where a word begins. */
  readonly stride: number
  /**
   * How bad it is to cut before a body piece; of the places in the last part of a window the best is taken. Where this
   * depends on the pieces around the place alone (`contentCost`), the same text is cut at the same places whatever comes
   * before it. Without it the last place is taken.
   */
  readonly cost?: (piece: number) => number
}

/**
 * Splits a body of pieces into windows, in time linear in the pieces the windows read. Cuts fall between words where a
 * word begins near enough (a window keeps at least half its step); a longer word is cut.
 *
 * The judged ranges are contiguous: of windows a and b with a first, piece i is farther from the edges in b exactly when
 * its distance to b's start is greater than to a's end, i - b.start > a.end - 1 - i, so there is one border between them,
 * and it moves right with either window.
 *
 * @param wordIds the word of each body piece, [T - 2]
 * @throws {RangeError} when `maxPieces` is not at least 1 or `stride` not in `[0, maxPieces)`
 *
 * @example
 * planWindows(encoding.wordIds.slice(1, -1), { maxPieces: 510, stride: 128 })
 */
export function planWindows(wordIds: readonly (number | null)[], settings: WindowSettings): Window[] {
  const { maxPieces, stride } = settings
  checkWindowSettings(maxPieces, stride)
  const total = wordIds.length
  const ranges: { start: number; end: number }[] = []
  const leastStep = Math.ceil((maxPieces - stride) / 2)
  const cut = (wanted: number, least: number): number => wordStartIn(wordIds, wanted, least) ?? wanted
  const { cost } = settings
  const bestCut = (wanted: number, least: number): number => {
    let best = cut(wanted, least)
    if (cost === undefined) return best
    for (let index = best - 1, lowest = cost(best); index >= least; index--) {
      if (wordIds[index] === wordIds[index - 1] || cost(index) >= lowest) continue
      best = index
      lowest = cost(index)
    }
    return best
  }
  let start = 0
  let end = 0
  for (;;) {
    if (total - start <= maxPieces) {
      ranges.push({ start, end: total })
      break
    }
    // An earlier end leaves room for the stride and the least step, and is still later than the last window's.
    end = bestCut(start + maxPieces, Math.max(start + leastStep + stride, end + 1))
    ranges.push({ start, end })
    start = cut(end - stride, Math.max(start + leastStep, end - 2 * stride))
  }
  return withJudged(ranges, total)
}

/** What a window reads: its part of an encoding, with `[CLS]` and `[SEP]` around it. */
export function cutWindow(encoding: Encoding, { start, end }: Pick<Window, 'start' | 'end'>): Encoding {
  if (start === 0 && end === encoding.ids.length - 2) return encoding
  const cut = <Value>(values: readonly Value[]): Value[] => [
    values[0]!,
    ...values.slice(start + 1, end + 1),
    values.at(-1)!,
  ]
  const { ids, tokens, offsets, wordIds } = encoding
  return { ids: cut(ids), tokens: cut(tokens), offsets: cut(offsets), wordIds: cut(wordIds) }
}

/** Pieces that end sentences. */
const SENTENCE_ENDS: ReadonlySet<string> = new Set(['.', '!', '?', '。', '！', '？'])

/**
 * A cost for `WindowSettings.cost`: before a sentence rather than inside it, and among such places by a hash of the
 * pieces around, as content-defined chunking does (Muthitacharoen et al. 2001): two texts that differ at their beginning
 * soon have the same windows again, and so the same entities.
 */
export function contentCost({ ids, tokens }: Encoding): (piece: number) => number {
  return (piece) => {
    const at = piece + 1 // [CLS] stands first
    let hash = Math.imul(ids[at - 1]! + 1, 0x9e3779b1) ^ Math.imul(ids[at]! + 1, 0x85ebca77)
    hash = Math.imul(hash ^ (hash >>> 15) ^ ids[at + 1]!, 0xc2b2ae3d)
    return (SENTENCE_ENDS.has(tokens[at - 1]!) ? 0 : 1) + ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
  }
}

/** @throws {RangeError} */
export function checkWindowSettings(maxPieces: number, stride: number): void {
  if (!Number.isInteger(maxPieces) || maxPieces < 1) {
    throw new RangeError(`maxPieces must be a whole number of at least 1, not ${maxPieces}`)
  }
  if (!Number.isInteger(stride) || stride < 0 || stride >= maxPieces) {
    throw new OptionError(
      (name) =>
        `${name('stride')} is ${stride}, expected a whole number from 0 to ${maxPieces - 1}: a window has at most ${maxPieces} pieces`,
    )
  }
}

/** Each piece is judged where it is farthest from an edge. */
export function withJudged(ranges: readonly { start: number; end: number }[], total: number): Window[] {
  return ranges.map(({ start, end }, index) => ({
    start,
    end,
    judgedStart: index === 0 ? 0 : border(ranges[index - 1]!.end, start),
    judgedEnd: index === ranges.length - 1 ? total : border(end, ranges[index + 1]!.start),
  }))
}

/** The first piece that the later of two windows judges. */
function border(earlierEnd: number, laterStart: number): number {
  return Math.floor((laterStart + earlierEnd - 1) / 2) + 1
}

/** The last index in `[least, wanted]` where a word begins. */
function wordStartIn(wordIds: readonly (number | null)[], wanted: number, least: number): number | undefined {
  for (let index = wanted; index >= least; index--) {
    if (wordIds[index] !== wordIds[index - 1]) return index
  }
  return undefined
}
