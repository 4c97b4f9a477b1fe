/** The input of a recognition: its text, and what is known about the text before the model reads it. */
import { kindOf } from '../check/kind.ts'
import type { Span } from '../text/split.ts'
import type { WordSpans } from './aggregate.ts'

export interface Document {
  /** What offsets refer to. */
  readonly text: string
  /** The stretches that are read separately, in order. */
  readonly spans: Iterable<Span>
  /**
   * Spans of the words to label, if the caller or Spark NLP's tokenizer gives them; no word lies across two
   * stretches.
   */
  readonly words?: WordSpans
  /**
   * The words given by the caller; the text is these words joined by spaces, but they are encoded one by one.
   */
  readonly list?: readonly string[]
}

/**
 * @param spansOf gives the stretches of a text that are read separately
 * @throws {TypeError} for an input that is not a text (or, with `pretokenized`, not a list of words)
 */
export function readDocument(
  input: unknown,
  pretokenized: boolean | undefined,
  spansOf: (text: string) => Iterable<Span>,
): Document {
  if (pretokenized) return readWords(input)
  if (typeof input === 'string') return { text: input, spans: spansOf(input) }
  const hint = Array.isArray(input) ? '; for a list of words say pretokenized: true' : ''
  throw new TypeError(`The input is ${kindOf(input)}, expected a string${hint}`)
}

function readWords(list: unknown): Document {
  const wanted = 'with pretokenized: true an array of words is expected'
  if (!Array.isArray(list)) throw new TypeError(`The input is ${kindOf(list)}: ${wanted}`)
  let at = 0
  const words = list.map((word: unknown, index): Span => {
    if (typeof word !== 'string') {
      const hint = Array.isArray(word) ? '; for several lists use recognizeAll' : ''
      throw new TypeError(`Word ${index} of the input is ${kindOf(word)}: ${wanted}${hint}`)
    }
    const start = at
    at += word.length + 1
    return [start, start + word.length]
  })
  const text = list.join(' ')
  return { text, spans: [[0, text.length]], words, list }
}

/** The only span of a text that is not split. */
export const wholeText = (text: string): readonly Span[] => [[0, text.length]]
