/** Joins given words into a text, and finds the label of each word in the model's answer for that text. */
import type { Word } from '../entities/types.ts'

/** Words joined into a text. */
export interface JoinedWords {
  readonly text: string
  /** Where each word begins, in UTF-16 units. */
  readonly starts: readonly number[]
}

/**
 * Joins words into a text, separated by spaces and line breaks.
 *
 * @param lineStarts indices of words before which a line ends, in order
 */
export function joinWords(words: readonly string[], lineStarts: readonly number[] = []): JoinedWords {
  const starts: number[] = []
  let text = ''
  let line = 0
  for (const [index, word] of words.entries()) {
    const breaks = lineStarts[line] === index
    if (breaks) line++
    if (index > 0) text += breaks ? '\n' : ' '
    starts.push(text.length)
    text += word
  }
  return { text, starts }
}

/**
 * The labels of the words in a joined text, in which the model finds words of its own (`U.S.` is four of
 * them): the label of the first one in each word, as for the first piece of a word; O if there is none.
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
