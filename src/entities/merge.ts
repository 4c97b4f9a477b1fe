/** Joins what was found in the overlapping windows of one text. */
import { cutWindow, type Window } from '../text/windows.ts'
import { type Decoded, type DecodeInput, decodeEntities, filterEntities } from './entity.ts'

/** A text read in windows. */
export interface WindowedInput extends Omit<DecodeInput, 'logits'> {
  windows: readonly Window[]
  /** The logits of each window including `[CLS]` and `[SEP]`, [end - start + 2, C]. */
  logits: readonly Float32Array[]
}

/**
 * Entities of a text that was read in one window or more. They are grouped once over the whole text; each
 * piece has the logits of the window that judges it. If another system's windows are requested
 * (`options.merge` 'huggingface'), the entities of each window are found separately and joined as that system
 * does; `words` are made our way even then.
 */
export function decodeWindows(input: WindowedInput): Decoded {
  const { windows, logits, otherWindows, options = {}, ...rest } = input
  const classes = input.labels.labels.length
  const whole = (): Decoded =>
    decodeEntities({
      ...rest,
      options,
      logits: mergeLogits(windows, logits, classes, input.encoding.ids.length),
    })
  if (otherWindows === undefined || windows.length < 2) return whole()
  // The filter on labels comes before merging, as in the pipeline; our own filters come after.
  const { threshold: _threshold, labels: _labels, words: _words, ...unfiltered } = options
  const parts = windows.map((window, i) => {
    const encoding = cutWindow(input.encoding, window)
    return decodeEntities({ ...rest, encoding, options: unfiltered, logits: logits[i]! }).entities
  })
  const entities = filterEntities(otherWindows.join(parts), input.labels, options)
  return options.words ? { ...whole(), entities } : { entities }
}

/**
 * Assembles one row for each position from the parts that each window judges; `[CLS]` is the first window's, and
 * `[SEP]` the last one's. The rows of pieces that no window judges stay 0.
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
  const last = logits.at(-1)
  if (last !== undefined) {
    merged.set(logits[0]!.subarray(0, classes))
    merged.set(last.subarray(last.length - classes), (length - 1) * classes)
  }
  return merged
}
