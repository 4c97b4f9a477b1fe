/**
 * Hugging Face's `pipeline('token-classification')`, as its Python does it (transformers 5.24,
 * src/transformers/pipelines/token_classification.py), where that differs from our way: its options, labels, words, and windows.
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

/** The pipeline's defaults, but for `aggregation_strategy`, which is 'simple' here. A long text is cut where no stride is given. */
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
 * @param spansOf what of a text is read one by one
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
      // Of given words the pipeline takes the pieces, and the words no more.
      const { words: _words, ...document } = readDocument(input, options.pretokenized, spansOf)
      return document
    },
  }
}

/**
 * `get_tag`: labels with B- and I- are taken apart and all others are tags as they are; but an entity is called by what is
 * behind the first hyphen of its first label.
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
 * A piece goes on with the word before it where it is not as long as what it stands for, in code points (`##` counts): right
 * for WordPiece but where a character was deleted or decomposed. For other tokenizers where no space is between.
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
 * Windows as the Hugging Face tokenizers cut them: each as long as may be, starting `maxPieces - stride` behind the one before,
 * in the middle of a word too, until one reaches the end.
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
 * The Hugging Face pipeline's `aggregate_overlapping_entities`: in the order of their starts, an entity that begins
 * inside the one before replaces it when it is longer, or as long and surer; whatever their types. Lengths are in
 * code points, as Python counts them.
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
