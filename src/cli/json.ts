import type { Entity, Recognition } from '../entities/types.ts'

/** What JSON output holds of a recognition; probabilities as plain arrays, in the order of the model's labels. */
export function recognitionFields({ entities, truncated, words }: Recognition): {
  entities: readonly Entity[]
  truncated: boolean
  words?: readonly unknown[]
} {
  if (words === undefined) return { entities, truncated }
  return {
    entities,
    truncated,
    words: words.map((word) => ({ ...word, probabilities: Array.from(word.probabilities) })),
  }
}
