/** Scores of single tokens by tag, in the form of scikit-learn's classification report. */
import type { TagPair } from './conlleval.ts'
import { compareCodePoints, formatFixed } from './format-number.ts'

/** One line of the report, as fractions, not percent. */
export interface ReportRow {
  name: string
  precision: number
  recall: number
  f1: number
  support: number
}

/** Token scores by tag. */
export interface ClassificationReport {
  /** One row for each tag, in the order of code points. */
  tags: ReportRow[]
  micro: ReportRow
  macro: ReportRow
  weighted: ReportRow
  /** Whether micro equals the accuracy, because no token has a tag outside the report. */
  complete: boolean
}

/**
 * Precision, recall and F1 over tokens for each tag except O, with their micro, macro and weighted averages,
 * as in scikit-learn's `classification_report` (0 in place of a division by 0).
 */
export function classificationReport(sentences: readonly TagPair[]): ClassificationReport {
  const counts = new Map<string, { both: number; gold: number; guess: number }>()
  const countOf = (tag: string): { both: number; gold: number; guess: number } => {
    if (!counts.has(tag)) counts.set(tag, { both: 0, gold: 0, guess: 0 })
    return counts.get(tag)!
  }
  for (const { gold, guess } of sentences) {
    gold.forEach((tag, t) => {
      countOf(tag).gold++
      countOf(guess[t]!).guess++
      if (tag === guess[t]) countOf(tag).both++
    })
  }
  const complete = !counts.delete('O')
  const names = [...counts.keys()].sort(compareCodePoints)
  const tags = names.map((name) => makeRow(name, counts.get(name)!))
  const total = { both: 0, gold: 0, guess: 0 }
  for (const { both, gold, guess } of counts.values()) {
    total.both += both
    total.gold += gold
    total.guess += guess
  }
  const average = (name: string, weightOf: (row: ReportRow) => number): ReportRow => {
    const mean = (of: 'precision' | 'recall' | 'f1'): number =>
      weightedMean(
        tags.map((row) => row[of]),
        tags.map(weightOf),
      )
    return { name, precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support: total.gold }
  }
  return {
    tags,
    micro: makeRow('micro avg', total),
    macro: average('macro avg', () => 1),
    weighted: average('weighted avg', ({ support }) => support),
    complete: complete && tags.length > 0,
  }
}

/**
 * The report as scikit-learn prints it, digit for digit, with one exception: if no token is right, its
 * version 1.9.1 prints the supports with a decimal, `3.0`.
 */
export function formatClassificationReport(report: ClassificationReport): string {
  const { tags, micro, macro, weighted, complete } = report
  const width = tags.reduce((most, { name }) => Math.max(most, [...name].length), 'weighted avg'.length)
  const line = (name: string, cells: readonly string[]): string =>
    `${' '.repeat(width - [...name].length)}${name} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}`
  const row = ({ name, precision, recall, f1, support }: ReportRow): string =>
    line(name, [...[precision, recall, f1].map((share) => formatFixed(share, 2)), String(support)])
  const first = complete
    ? line('accuracy', ['', '', formatFixed(micro.f1, 2), String(micro.support)])
    : row(micro)
  const head = line('', ['precision', 'recall', 'f1-score', 'support'])
  return `${[head, '', ...tags.map(row), '', first, row(macro), row(weighted)].join('\n')}\n`
}

function makeRow(
  name: string,
  { both, gold, guess }: { both: number; gold: number; guess: number },
): ReportRow {
  return {
    name,
    precision: guess > 0 ? both / guess : 0,
    recall: gold > 0 ? both / gold : 0,
    f1: gold + guess > 0 ? (2 * both) / (gold + guess) : 0,
    support: gold,
  }
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const whole = pairwiseSum(weights)
  return whole > 0 ? pairwiseSum(values.map((value, i) => value * weights[i]!)) / whole : 0
}

/** A sum in NumPy's order, so that even the last digit agrees: eight running sums to 128 values, halves above. */
function pairwiseSum(values: readonly number[]): number {
  const { length } = values
  if (length > 128) {
    const half = Math.floor(length / 2)
    const middle = half - (half % 8)
    return pairwiseSum(values.slice(0, middle)) + pairwiseSum(values.slice(middle))
  }
  if (length < 8) return values.reduce((sum, value) => sum + value, 0)
  const sums = values.slice(0, 8)
  let i = 8
  for (; i + 8 <= length; i += 8) for (let lane = 0; lane < 8; lane++) sums[lane]! += values[i + lane]!
  const [a, b, c, d, e, f, g, h] = sums as [number, number, number, number, number, number, number, number]
  let sum = a + b + (c + d) + (e + f + (g + h))
  for (; i < length; i++) sum += values[i]!
  return sum
}
