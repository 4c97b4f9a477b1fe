/** The complete evaluation of predicted tags: both reports, the confusions of tags, and the wrong phrases. */
import { type Chunk, findChunks, parseTags } from './chunks.ts'
import { type ClassificationReport, classificationReport } from './classification-report.ts'
import type { TaggedSentence } from './conll.ts'
import {
  type ConllevalCounts,
  chunkKey,
  countPhrases,
  percentage,
  type Scores,
  scorePhrases,
  type TagPair,
} from './conlleval.ts'
import { compareCodePoints } from './format-number.ts'

/** A sentence with gold and predicted tags. */
export interface PredictedSentence extends TaggedSentence {
  guess: string[]
}

/** How often each gold tag was predicted as each tag. */
export interface ConfusionMatrix {
  /** Tags that occur, O first, the others in the order of code points, [C]. */
  tags: string[]
  /** Tokens by gold tag (row) and predicted tag (column), [C, C]. */
  counts: number[][]
}

/** A phrase that was missed, made up, or found with another type or bounds. */
export interface WrongSpan {
  kind: 'missed' | 'spurious' | 'wrong type' | 'wrong bounds'
  /** Line of the sentence in the file, counted from 1. */
  line: number
  /** The gold phrase; none where `kind` is 'spurious'. */
  gold?: Chunk
  /** The predicted phrase; none where `kind` is 'missed'. */
  guess?: Chunk
  /** All words of the sentence, for context. */
  words: readonly string[]
}

/** Everything that is measured of predicted tags. */
export interface Evaluation {
  counts: ConllevalCounts
  report: ClassificationReport
  confusion: ConfusionMatrix
  wrongSpans: WrongSpan[]
}

/** The numbers of an evaluation as JSON; in percent, not rounded. */
export interface EvaluationSummary extends Scores {
  tokens: number
  accuracy: number
  /** Over tokens whose gold tag is not O. */
  nonOAccuracy: number
  types: Record<string, Scores & { support: number; found: number }>
}

/**
 * Measures predicted tags against gold ones, by token and by phrase.
 *
 * @throws RangeError where a sentence has not as many predicted tags as gold ones
 */
export function evaluate(sentences: readonly PredictedSentence[]): Evaluation {
  const counts = countPhrases(sentences)
  return {
    counts,
    report: classificationReport(sentences),
    confusion: confuse(sentences),
    wrongSpans: findWrongSpans(sentences),
  }
}

/**
 * What `iobert evaluate --json` prints.
 *
 * @example
 * summarize(evaluate(sentences)).types.PER // { precision: 96.5, recall: 95.4, f1: 95.9, support: 1617, found: 1599 }
 */
export function summarize({ counts }: Evaluation): EvaluationSummary {
  return {
    tokens: counts.tokens,
    accuracy: percentage(counts.correctTokens, counts.tokens),
    nonOAccuracy: percentage(counts.correctNonOTokens, counts.nonOTokens),
    ...scorePhrases(counts),
    types: Object.fromEntries(
      Array.from(counts.types, ([type, of]) => [
        type,
        { ...scorePhrases(of), support: of.support, found: of.found },
      ]),
    ),
  }
}

function confuse(sentences: readonly TagPair[]): ConfusionMatrix {
  const rows = new Map<string, Map<string, number>>()
  const seen = new Set<string>()
  for (const { gold, guess } of sentences) {
    gold.forEach((tag, t) => {
      const predicted = guess[t]!
      seen.add(tag).add(predicted)
      const row = rows.get(tag) ?? new Map<string, number>()
      rows.set(tag, row.set(predicted, (row.get(predicted) ?? 0) + 1))
    })
  }
  const tags = [...seen].sort((a, b) => Number(b === 'O') - Number(a === 'O') || compareCodePoints(a, b))
  return { tags, counts: tags.map((tag) => tags.map((predicted) => rows.get(tag)?.get(predicted) ?? 0)) }
}

/**
 * Pairs each wrong phrase with one that it overlaps on the other side, if there is one; each phrase is listed
 * once.
 */
function findWrongSpans(sentences: readonly PredictedSentence[]): WrongSpan[] {
  const parsed = parseTags(sentences.flatMap(({ gold, guess }) => [...gold, ...guess]))
  return sentences.flatMap(({ gold, guess, words, line }) => {
    const wanted = findChunks(gold, parsed)
    const found = findChunks(guess, parsed)
    const wantedKeys = new Set(wanted.map(chunkKey))
    const foundKeys = new Set(found.map(chunkKey))
    const missed = wanted.filter((chunk) => !foundKeys.has(chunkKey(chunk)))
    const spurious = new Set(found.filter((chunk) => !wantedKeys.has(chunkKey(chunk))))
    const wrong: WrongSpan[] = missed.map((chunk) => {
      const overlapping = [...spurious].filter(({ start, end }) => start < chunk.end && end > chunk.start)
      const other =
        overlapping.find((one) => one.start === chunk.start && one.end === chunk.end) ?? overlapping[0]
      if (other === undefined) return { kind: 'missed', line, gold: chunk, words }
      spurious.delete(other)
      const sameBounds = other.start === chunk.start && other.end === chunk.end
      return { kind: sameBounds ? 'wrong type' : 'wrong bounds', line, gold: chunk, guess: other, words }
    })
    for (const chunk of spurious) wrong.push({ kind: 'spurious', line, guess: chunk, words })
    const first = ({ gold: wantedChunk, guess: foundChunk }: WrongSpan): number =>
      (wantedChunk ?? foundChunk)!.start
    return wrong.sort((a, b) => first(a) - first(b))
  })
}

/**
 * A wrong phrase on one line: kind, line, and the words around it with the gold phrase in `[ ]` and the predicted one in `{ }`.
 *
 * @param context words shown on either side
 *
 * @example
 * 'wrong bounds  line 12  in [{Sao} Paulo] today  LOC -> LOC'
 */
export function formatWrongSpan(span: WrongSpan, context = 5): string {
  const { kind, line, gold, guess, words } = span
  const start = Math.min(gold?.start ?? words.length, guess?.start ?? words.length)
  const end = Math.max(gold?.end ?? 0, guess?.end ?? 0)
  const shown: string[] = []
  for (let i = Math.max(0, start - context); i < Math.min(words.length, end + context); i++) {
    const before = (gold?.start === i ? '[' : '') + (guess?.start === i ? '{' : '')
    const after = (guess?.end === i + 1 ? '}' : '') + (gold?.end === i + 1 ? ']' : '')
    shown.push(before + words[i]! + after)
  }
  return `${kind.padEnd(12)}  line ${line}  ${shown.join(' ')}  ${gold?.type ?? 'O'} -> ${guess?.type ?? 'O'}`
}
