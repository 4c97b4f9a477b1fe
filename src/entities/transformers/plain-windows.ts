/** Cuts a long text into windows as the Hugging Face pipeline does, and joins what was found in each. */
import { checkWindowSettings, type Window, type WindowSettings, withJudged } from '../../text/windows.ts'
import type { OtherWindows } from '../document.ts'
import type { Entity } from '../types.ts'

/**
 * Windows as the Hugging Face tokenizers cut them: each as long as may be, starting `maxPieces - stride` behind the one before,
 * in the middle of a word too, until one reaches the end.
 *
 * @param total pieces of the body
 */
export function planPlainWindows(total: number, { maxPieces, stride }: WindowSettings): Window[] {
  checkWindowSettings(maxPieces, stride)
  const ranges: { start: number; end: number }[] = []
  let start = 0
  for (; start + maxPieces < total; start += maxPieces - stride)
    ranges.push({ start, end: start + maxPieces })
  ranges.push({ start, end: total })
  return withJudged(ranges, total)
}

/**
 * The Hugging Face pipeline's `aggregate_overlapping_entities`: in the order of their starts, an entity that begins
 * inside the one before replaces it when it is longer, or as long and surer; whatever their types. Lengths are in code points,
 * as Python counts them.
 *
 * @param parts entities of each window, in the order of the windows
 */
export function mergeOverlapping(parts: readonly (readonly Entity[])[]): Entity[] {
  const merged: Entity[] = []
  for (const entity of parts.flat().sort((a, b) => a.start - b.start)) {
    const before = merged.at(-1)
    if (before === undefined || entity.start >= before.end) {
      merged.push(entity)
      continue
    }
    const longer = [...entity.text].length - [...before.text].length
    if (longer > 0 || (longer === 0 && entity.score > before.score)) merged[merged.length - 1] = entity
  }
  return merged
}

export const plainWindows: OtherWindows = { plan: planPlainWindows, join: mergeOverlapping }
