/**
 * Hugging Face's `pipeline('token-classification')` as implemented in Python (transformers 5.24,
 * src/transformers/pipelines/token_classification.py), where it differs from our way: options, labels, words,
 * windows.
 */
import type { Encoding } from '../text/encoding.ts'
import type { Span } from '../text/split.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { checkWindowSettings, type Window, type WindowSettings, withJudged } from '../text/windows.ts'
import { withSpaceWords } from '../text/written-words.ts'
import { type Document, readDocument } from './document.ts'
import type { LabelSet } from './labels.ts'
import type { OtherWindows, Style } from './reading.ts'
import type { Entity, RecognizeOptions } from './types.ts'

/**
 * The pipeline's defaults, except that `aggregation_strategy` is 'simple'. Without a stride a long text is
 * cut.
 */
export function transformersOptions(asked: RecognizeOptions): RecognizeOptions {
  const { stride } = asked
  return {
    ...{ strategy: 'simple', decode: 'argmax', windows: stride !== undefined },
    ...(asked.strategy === 'none' ? {} : { merge: 'huggingface' }),
    ...asked,
  }
}

/**
 * Reads and answers as the pipeline does.
 *
 * @param spansOf gives the stretches of a text that are read separately
 */
export function transformersStyle(
  options: RecognizeOptions,
  labels: LabelSet,
  tokenizer: Tokenizer,
  spansOf: (text: string) => Iterable<Span>,
): Style {
  return {
    options,
    // A scheme that the call states holds; the pipeline knows none.
    labels: options.decode === 'viterbi' || options.scheme ? labels : asThePipelineReads(labels.labels),
    reading: { recount: options.strategy === 'simple' ? undefined : countsWords(tokenizer) },
    read(input): Document {
      // From given words the pipeline takes the pieces only, not the words.
      const { words: _words, ...document } = readDocument(input, options.pretokenized, spansOf)
      return document
    },
  }
}

/**
 * `get_tag`: labels that begin with B- or I- are split, all others are tags as they are. But an entity's name
 * is what follows the first hyphen of its first label.
 */
function asThePipelineReads(labels: readonly string[]): LabelSet {
  return {
    labels,
    parsed: labels.map((label) => {
      const position = label.startsWith('B-') ? 'B' : label.startsWith('I-') ? 'I' : ''
      return { position, type: position === '' ? label : label.slice(2) }
    }),
    scheme: 'IOB',
    outside: labels.indexOf('O'),
    names: labels.map((label) => label.slice(label.indexOf('-') + 1)),
  }
}

/**
 * A piece continues the word before it if its length differs from that of the text it stands for, in code
 * points (`##` counts): right for WordPiece unless a character was deleted or decomposed. For other
 * tokenizers, it does if no space lies between.
 */
function countsWords(tokenizer: Tokenizer): (text: string, encoding: Encoding) => Encoding {
  const { marksContinuations, unkId } = tokenizer
  if (!marksContinuations) return (text, encoding) => withSpaceWords(text, encoding, unkId)
  return (text, encoding) => {
    let word = -1
    const wordIds = encoding.wordIds.map((old, t) => {
      if (old === null) return null
      const stands = text.slice(...encoding.offsets[t]!)
      const goesOn = encoding.ids[t] !== unkId && [...encoding.tokens[t]!].length !== [...stands].length
      return goesOn && word >= 0 ? word : ++word
    })
    return { ...encoding, wordIds }
  }
}

/**
 * Windows as the Hugging Face tokenizers cut them: each as long as possible, starting `maxPieces - stride`
 * after the one before, even in the middle of a word, until one reaches the end.
 *
 * @param total pieces of the body
 */
export function planPipelineWindows(total: number, { maxPieces, stride }: WindowSettings): Window[] {
  checkWindowSettings(maxPieces, stride)
  const ranges: { start: number; end: number }[] = []
  let start = 0
  for (; start + maxPieces < total; start += maxPieces - stride)
    ranges.push({ start, end: start + maxPieces })
  ranges.push({ start, end: total })
  return withJudged(ranges, total)
}

/**
 * The Hugging Face pipeline's `aggregate_overlapping_entities`: in the order of their starts, an entity that
 * begins inside the one before replaces it if it is longer, or as long with a higher score; whatever their
 * types. Lengths are in code points, as Python counts them.
 *
 * @param parts entities of each window, in the order of the windows
 */
export function mergeOverlapping(parts: readonly (readonly Entity[])[]): Entity[] {
  const merged: Entity[] = []
  for (const entity of parts.flat().sort((a, b) => a.start - b.start)) {
    const before = merged.at(-1)
    if (before === undefined || entity.start >= before.end) {
      merged.push(entity)
      continue
    }
    const longer = [...entity.text].length - [...before.text].length
    if (longer > 0 || (longer === 0 && entity.score > before.score)) merged[merged.length - 1] = entity
  }
  return merged
}

export const pipelineWindows: OtherWindows = { plan: planPipelineWindows, join: mergeOverlapping }
