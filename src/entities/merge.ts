/** Joins what was found in the overlapping windows of one text. */
import { cutWindow, type Window } from '../text/windows.ts'
import { type Decoded, type DecodeInput, decodeEntities, filterEntities } from './entity.ts'
import type { Entity } from './types.ts'

/** A text read in windows. */
export interface WindowedInput extends Omit<DecodeInput, 'logits'> {
  windows: readonly Window[]
  /** Of each window with its `[CLS]` and `[SEP]`, [end - start + 2, C]. */
  logits: readonly Float32Array[]
}

/**
 * Entities of a text that was read in one window or more, merged as `options.merge` says: 'context' groups once over
 * the whole text, each piece with the logits of the window that judges it; 'huggingface' takes each window's entities
 * and keeps the longest of those that overlap. `words` are always made by 'context'.
 */
export function decodeWindows(input: WindowedInput): Decoded {
  const { windows, logits, options = {}, ...rest } = input
  const classes = input.labels.labels.length
  const whole = (): Decoded =>
    decodeEntities({
      ...rest,
      options,
      logits: mergeLogits(windows, logits, classes, input.encoding.ids.length),
    })
  if (options.merge !== 'huggingface' || windows.length < 2) return whole()
  // The filter on labels comes before merging, as in the pipeline; what is ours comes after.
  const { threshold: _threshold, labels: _labels, words: _words, ...unfiltered } = options
  const parts = windows.map((window, i) => {
    const encoding = cutWindow(input.encoding, window)
    return decodeEntities({ ...rest, encoding, options: unfiltered, logits: logits[i]! }).entities
  })
  const entities = filterEntities(mergeOverlapping(parts), input.labels, options)
  return options.words ? { ...whole(), entities } : { entities }
}

/**
 * Puts together one row a position from the windows' judged parts. The rows of `[CLS]`, `[SEP]` and of pieces that no
 * window judges stay 0.
 *
 * @param logits of each window, [end - start + 2, C]
 * @param length T, positions of the whole encoding with `[CLS]` and `[SEP]`
 * @returns [T, C]
 */
export function mergeLogits(
  windows: readonly Window[],
  logits: readonly Float32Array[],
  classes: number,
  length: number,
): Float32Array {
  const merged = new Float32Array(length * classes)
  windows.forEach(({ start, judgedStart, judgedEnd }, i) => {
    const rows = logits[i]!.subarray((judgedStart - start + 1) * classes, (judgedEnd - start + 1) * classes)
    merged.set(rows, (judgedStart + 1) * classes)
  })
  return merged
}

/**
 * The Hugging Face pipeline's `aggregate_overlapping_entities`: in the order of their starts, an entity that begins
 * inside the one before replaces it when it is longer, or as long and surer; whatever their types.
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
    const longer = entity.end - entity.start - (before.end - before.start)
    if (longer > 0 || (longer === 0 && entity.score > before.score)) merged[merged.length - 1] = entity
  }
  return merged
}
