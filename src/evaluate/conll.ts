/** Reads files of CoNLL columns: one word on each line, with its tag in the last column. */

/** Words of a text and their tags. */
export interface TaggedSentence {
  words: string[]
  /** Gold tags, one for each word. */
  gold: string[]
  /** Predicted tags, one for each word, if the file has them. */
  guess?: string[]
  /** Index of its document, counted from 0. */
  document: number
  /** Line of its first word, counted from 1. */
  line: number
  /** For a document: indices of words that began a line of the original text, as far as they can be known. */
  lineStarts?: number[]
}

/**
 * Reads CoNLL columns: one word on each line, with its tag in the last column, a blank line between
 * sentences, and `-DOCSTART-` lines, which are not words, between documents. Columns are separated by spaces
 * or tabs; all lines have the same number (2, or 4 as in CoNLL-2003, or any number from 2). Line ends may be
 * CRLF; a byte order mark is skipped.
 *
 * @param options predicted: the last two columns are gold and guess
 * @throws RangeError naming the line with the wrong number of columns
 *
 * @example
 * parseConll('EU B-ORG\nrejects O\n')
 * // [{ words: ['EU', 'rejects'], gold: ['B-ORG', 'O'], document: 0, line: 1 }]
 */
export function parseConll(text: string, options: { predicted?: boolean } = {}): TaggedSentence[] {
  const predicted = options.predicted ?? false
  const least = predicted ? 3 : 2
  const sentences: TaggedSentence[] = []
  let document = 0
  let started = false
  let columns = 0
  let sentence: TaggedSentence | undefined
  text
    .replace(/^\uFEFF/u, '')
    .split(/\r\n|\n|\r/u)
    .forEach((content, index) => {
      const line = index + 1
      const fields = content.split(/[ \t]+/u).filter((field) => field !== '')
      if (fields.length === 0 || fields[0] === '-DOCSTART-') {
        sentence = undefined
        if (fields.length > 0 && started) document++
        if (fields.length > 0) started = false
        return
      }
      if (columns === 0) columns = fields.length
      if (fields.length < least) {
        throw new RangeError(
          `line ${line} has ${countColumns(fields.length)}, expected at least ${least}: ${content}`,
        )
      }
      if (fields.length !== columns) {
        throw new RangeError(
          `line ${line} has ${countColumns(fields.length)}, expected ${columns} as on the lines before: ${content}`,
        )
      }
      if (sentence === undefined) {
        sentence = { words: [], gold: [], document, line }
        if (predicted) sentence.guess = []
        sentences.push(sentence)
      }
      started = true
      sentence.words.push(fields[0]!)
      sentence.gold.push(fields[columns - (predicted ? 2 : 1)]!)
      sentence.guess?.push(fields[columns - 1]!)
    })
  return sentences
}

/** The end of a sentence, ignoring quotation marks and brackets after it. */
const FINAL = /[.!?…]["'”’)\]]*$/u

/**
 * Joins the sentences of each document, for reading documents whole. After a sentence without a final mark a
 * new line begins: it was a headline or a table row, and the annotated words show no more of the original
 * layout.
 */
export function joinDocuments(sentences: readonly TaggedSentence[]): TaggedSentence[] {
  const documents: TaggedSentence[] = []
  for (const { words, gold, guess, document, line } of sentences) {
    const last = documents.at(-1)
    if (last?.document === document) {
      if (!FINAL.test(last.words.slice(-2).join(''))) {
        last.lineStarts ??= []
        last.lineStarts.push(last.words.length)
      }
      for (const word of words) last.words.push(word)
      for (const tag of gold) last.gold.push(tag)
      for (const tag of guess ?? []) last.guess?.push(tag)
      continue
    }
    const joined: TaggedSentence = { words: [...words], gold: [...gold], document, line }
    if (guess !== undefined) joined.guess = [...guess]
    documents.push(joined)
  }
  return documents
}

function countColumns(count: number): string {
  return count === 1 ? '1 column' : `${count} columns`
}
