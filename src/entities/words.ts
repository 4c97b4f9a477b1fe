import type { Unit } from './aggregate.ts'
import type { LabelSet } from './labels.ts'
import type { Word } from './types.ts'

/**
 * One entry a word. A given word of no pieces (all its characters are deleted by the tokenizer, or it lies behind the
 * cut) keeps its place: its label is `O`, its score 0 and its probabilities all 0, since nothing was judged.
 *
 * @param labelIds one a unit
 */
export function makeWords(
  text: string,
  units: readonly Unit[],
  labelIds: Int32Array,
  labels: LabelSet,
): Word[] {
  return units.map(({ start, end, piece, probabilities }, i) => ({
    text: text.slice(start, end),
    start,
    end,
    label: piece < 0 ? 'O' : labels.labels[labelIds[i]!]!,
    score: probabilities[labelIds[i]!]!,
    probabilities,
  }))
}
