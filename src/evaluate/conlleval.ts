/** Scores of phrases, counted and printed as the CoNLL script conlleval does. */
import { type Chunk, findChunks, parseTags } from './chunks.ts'
import { compareCodePoints, formatFixed } from './format-number.ts'

/** Gold and predicted tags of a sentence, of one length. */
export interface TagPair {
  gold: readonly string[]
  guess: readonly string[]
}

/** Phrase counts; of one type or of all. */
export interface PhraseCounts {
  /** Phrases in the gold tags. */
  support: number
  /** Phrases in the predicted tags. */
  found: number
  /** Predicted phrases with the type and both bounds of a gold one. */
  correct: number
}

/** What conlleval.pl counts. */
export interface ConllevalCounts extends PhraseCounts {
  tokens: number
  /** Tokens whose two tags are equal. */
  correctTokens: number
  /** Tokens whose gold tag is not O. */
  nonOTokens: number
  /** Those of them whose two tags are equal. */
  correctNonOTokens: number
  /** By type, in the order of code points. */
  types: Map<string, PhraseCounts>
}

/** Precision, recall and their harmonic mean, in percent; 0 where they would divide by 0. */
export interface Scores {
  precision: number
  recall: number
  f1: number
}

/**
 * Counts tokens and phrases as conlleval.pl does; the tags of both sides may be in any scheme. A sentence's end ends
 * its phrases.
 *
 * @throws RangeError where a sentence has not as many predicted tags as gold ones
 */
export function countPhrases(sentences: readonly TagPair[]): ConllevalCounts {
  const counts: ConllevalCounts = {
    tokens: 0,
    correctTokens: 0,
    nonOTokens: 0,
    correctNonOTokens: 0,
    support: 0,
    found: 0,
    correct: 0,
    types: new Map(),
  }
  const parsed = parseTags(sentences.flatMap(({ gold, guess }) => [...gold, ...guess]))
  const add = (chunks: readonly Chunk[], name: keyof PhraseCounts): void => {
    for (const { type } of chunks) {
      if (!counts.types.has(type)) counts.types.set(type, { support: 0, found: 0, correct: 0 })
      counts.types.get(type)![name]++
      counts[name]++
    }
  }
  sentences.forEach(({ gold, guess }, i) => {
    if (gold.length !== guess.length) {
      throw new RangeError(`sentence ${i + 1} has ${guess.length} predicted tags, expected ${gold.length}`)
    }
    gold.forEach((tag, t) => {
      const right = tag === guess[t]
      counts.tokens++
      if (right) counts.correctTokens++
      if (tag === 'O') return
      counts.nonOTokens++
      if (right) counts.correctNonOTokens++
    })
    const wanted = findChunks(gold, parsed)
    const found = findChunks(guess, parsed)
    const known = new Set(wanted.map(chunkKey))
    add(wanted, 'support')
    add(found, 'found')
    add(
      found.filter((chunk) => known.has(chunkKey(chunk))),
      'correct',
    )
  })
  counts.types = new Map([...counts.types].sort(([a], [b]) => compareCodePoints(a, b)))
  return counts
}

/** Two chunks of a sentence are the same where their keys are. */
export function chunkKey({ type, start, end }: Chunk): string {
  return `${start} ${end} ${type}`
}

/** Precision, recall and F1 from counts, with conlleval.pl's operations in its order. */
export function scorePhrases({ support, found, correct }: PhraseCounts): Scores {
  const precision = found > 0 ? (100 * correct) / found : 0
  const recall = support > 0 ? (100 * correct) / support : 0
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0
  return { precision, recall, f1 }
}

/** A share in percent, 0 of nothing. */
export function percentage(part: number, whole: number): number {
  return whole > 0 ? (100 * part) / whole : 0
}

/**
 * The table that conlleval.pl prints, digit for digit.
 *
 * @param options nonO: adds the accuracy over gold tokens other than O, in a line before the accuracy
 */
export function formatConlleval(counts: ConllevalCounts, options: { nonO?: boolean } = {}): string {
  const { tokens, support, found, correct } = counts
  const percent = (value: number): string => formatFixed(value, 2).padStart(6)
  const scores = (of: PhraseCounts): string => {
    const { precision, recall, f1 } = scorePhrases(of)
    return `precision: ${percent(precision)}%; recall: ${percent(recall)}%; FB1: ${percent(f1)}`
  }
  const lines = [
    `processed ${tokens} tokens with ${support} phrases; found: ${found} phrases; correct: ${correct}.`,
  ]
  if (tokens > 0) {
    if (options.nonO) {
      lines.push(`accuracy: ${percent(percentage(counts.correctNonOTokens, counts.nonOTokens))}%; (non-O)`)
    }
    lines.push(`accuracy: ${percent(percentage(counts.correctTokens, tokens))}%; ${scores(counts)}`)
  }
  for (const [type, of] of counts.types) lines.push(`${type.padStart(17)}: ${scores(of)}  ${of.found}`)
  return `${lines.join('\n')}\n`
}
