/** Reads files of CoNLL columns: one word on each line, with its tag in the last column. */

/** Words of a text and their tags. */
export interface TaggedSentence {
  words: string[]
  /** Gold tags, one a word. */
  gold: string[]
  /** Predicted tags, one a word, where the file has them. */
  guess?: string[]
  /** Which document it is part of, counted from 0. */
  document: number
  /** Line of its first word, counted from 1. */
  line: number
  /** For a document: indices of words that began a line of the original text, as far as they can be known. */
  lineStarts?: number[]
}

/**
 * Reads CoNLL columns: a word a line, its tag in the last column, a blank line between sentences, `-DOCSTART-` lines
 * between documents (they are no words). Columns are parted by spaces or tabs; all lines have as many (2, or 4 as in
 * CoNLL-2003, or any number from 2). Line ends may be CRLF; a byte order mark is skipped.
 *
 * @param options predicted: the last two columns are gold and guess
 * @throws RangeError naming the line where the number of columns is wrong
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
 * Each document's sentences as one, for reading documents whole. Behind a sentence without a final mark a new line begins: it
 * was a headline or the row of a table, and the annotated words do not tell more of how they were printed.
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
