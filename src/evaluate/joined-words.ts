import type { Word } from '../entities/types.ts'

/** Words put together as a text. */
export interface JoinedWords {
  readonly text: string
  /** Where each word begins, in UTF-16 units. */
  readonly starts: readonly number[]
}

/** Words as a text, parted by spaces. */
export function joinWords(words: readonly string[]): JoinedWords {
  const starts: number[] = []
  let at = 0
  for (const word of words) {
    starts.push(at)
    at += word.length + 1
  }
  return { text: words.join(' '), starts }
}

/**
 * The labels that a model gives to the words of a text that was put together, of which it makes words of its own (`U.S.` is
 * four of them): that of the first one in each, as of the first piece of a word; O where there is none.
 *
 * @param found the model's words, in order
 *
 * @example
 * labelsOfWords(joinWords(['U.S.', 'troops']), [{ start: 0, label: 'B-LOC' }, { start: 1, label: 'O' }])
 * // ['B-LOC', 'O']
 */
export function labelsOfWords(
  { text, starts }: JoinedWords,
  found: readonly Pick<Word, 'start' | 'label'>[],
): string[] {
  let next = 0
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? text.length + 1
    while (next < found.length && found[next]!.start < start) next++
    const first = found[next]
    return first !== undefined && first.start < end ? first.label : 'O'
  })
}
