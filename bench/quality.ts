/**
 * How well names are found: in everyday texts, and as F1 of the ways to split a text, to join pieces into
 * words, and to decode. F1 is measured on the documents of CoNLL files, whose words are joined into running
 * text, with a line break after what ends without a final mark. Each way to split is computed once and
 * decoded in every way.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { trimClosing } from '#dist/entities/closings.js'
import type { Document } from '#dist/entities/document.js'
import { type LabelSet, parseLabels } from '#dist/entities/labels.js'
import type { Reading, Recount } from '#dist/entities/reading.js'
import { Findings, readSegments, type Segment } from '#dist/entities/segments.js'
import type { DecodeOptions } from '#dist/entities/types.js'
import { findChunks, parseTags } from '#dist/evaluate/chunks.js'
import { joinDocuments, parseConll, type TaggedSentence } from '#dist/evaluate/conll.js'
import { countPhrases, scorePhrases } from '#dist/evaluate/conlleval.js'
import { joinWords, labelsOfWords } from '#dist/evaluate/joined-words.js'
import { loadRecognizer, type Recognizer } from '#dist/node.js'
import { type Split, splitText } from '#dist/text/split.js'
import { cutWindow } from '#dist/text/windows.js'
import { withSpaceWords, withWrittenWords } from '#dist/text/written-words.js'
import { rootPath, sharedPath } from '../test/shared.ts'
import { measureEveryday, OUTCOMES, PARTS, readEveryday } from './everyday.ts'
import { check, quick, report } from './measure.ts'
import { models } from './models.ts'

/** Of text that was put together; paragraphs and lines, of which it has one, are the same as false. */
const SPLITS: readonly Split[] = [false, 'passages', 'sentences']
const STRATEGIES = ['first', 'simple', 'average', 'max', 'word'] as const
/** Texts whose windows are computed together. */
const TOGETHER = 32

/** A text, what is to be found in it, and what the model says of it. */
interface Answered {
  readonly unit: TaggedSentence
  readonly document: Document
  readonly windows: readonly { readonly segment: Segment; readonly ids: readonly number[] }[]
  readonly logits: readonly Float32Array[]
}

for (const { name, folder } of models()) {
  const ner = await loadRecognizer(folder, { threads: 1 })
  const labels = parseLabels(ner.labels, 'IOB2')
  for (const part of PARTS) {
    const { headings, rows } = await measureEveryday(ner, readEveryday(part))
    report(
      `${name}, names in everyday texts (bench/everyday/${part}.txt): ${OUTCOMES.join(' / ')}`,
      headings,
      rows,
    )
  }
  for (const file of files()) {
    const sentences = parseConll(readFileSync(file, 'utf8')).slice(0, quick ? 3 : undefined)
    const documents = joinDocuments(sentences)
    const title = `${name}, ${basename(file)}: ${documents.length} documents`
    let passages: Answered[] = []
    const told = await answer(ner, sentences, false)
    const others: DecodeOptions = { strategy: 'first', decode: 'argmax' }
    const row = (split: string, answered: readonly Answered[]): string[] => [
      split,
      byWords(answered, labels),
      byWords(answered, labels, others),
      byNames(answered, labels),
    ]
    const rows = [row('each sentence by itself, as annotated', told)]
    for (const split of SPLITS) {
      const answered = await answer(ner, documents, split)
      if (split === 'passages') passages = answered
      rows.push(row(String(split), answered))
    }
    report(
      `${title}, F1 by split`,
      ['split', 'words', "words, 'first', argmax", 'names to the character'],
      rows,
    )
    report(
      `${title}, in passages, F1 of names to the character`,
      ['strategy', 'argmax', 'viterbi'],
      STRATEGIES.map((strategy) => [
        strategy,
        byNames(passages, labels, { strategy, decode: 'argmax' }),
        byNames(passages, labels, { strategy, decode: 'viterbi' }),
      ]),
    )
  }
  ner.dispose()
}

function files(): readonly string[] {
  const given = process.env['IOBERT_BENCH_DATA']?.split(',')
  const beside = ['data/conll2003-dev.txt', 'data/wikigold.conll'].map(sharedPath)
  const found = given ?? beside.filter((path) => path !== undefined)
  return found.length > 0 && !quick ? found : [rootPath('examples/texts/news.conll')]
}

async function answer(ner: Recognizer, units: readonly TaggedSentence[], split: Split): Promise<Answered[]> {
  const answered: Answered[] = []
  const { marksContinuations, unkId } = ner.tokenizer
  const tellWords: Recount | undefined = marksContinuations
    ? undefined
    : (text, encoding) => withSpaceWords(text, encoding, unkId)
  for (let first = 0; first < units.length; first += TOGETHER) {
    const texts = units.slice(first, first + TOGETHER).map((unit) => {
      const { text } = joinWords(unit.words, unit.lineStarts)
      const document = { text, spans: splitText(text, split) }
      const segments = readSegments(document, ner.tokenizer, { maxLength: ner.model.maxLength, tellWords })
      const windows = Array.from(segments, (segment) =>
        segment.windows.map((window) => ({ segment, ids: cutWindow(segment.encoding, window).ids })),
      )
      return { unit, document, windows: windows.flat() }
    })
    const { logits } = await ner.model.forward(texts.flatMap(({ windows }) => windows.map(({ ids }) => ids)))
    let next = 0
    for (const text of texts) {
      answered.push({ ...text, logits: logits.slice(next, next + text.windows.length) })
      next += text.windows.length
    }
  }
  return answered
}

function decoded(
  { document, windows, logits }: Answered,
  labels: LabelSet,
  options: DecodeOptions,
  reading: Reading = {},
): Findings {
  const findings = new Findings(document.text, { labels, options, reading })
  for (const [index, { segment }] of windows.entries()) findings.add(segment, logits[index]!)
  return findings
}

/** As `iobert evaluate` prints it. */
function byWords(answered: readonly Answered[], labels: LabelSet, options: DecodeOptions = {}): string {
  const judged = answered.map((one) => {
    const { unit } = one
    const { words } = decoded(one, labels, { ...options, words: true })
    return { ...unit, guess: labelsOfWords(joinWords(unit.words, unit.lineStarts), words) }
  })
  return scorePhrases(countPhrases(judged)).f1.toFixed(2)
}

/** Of entities that begin and end where the annotated ones do, to the character. */
function byNames(answered: readonly Answered[], labels: LabelSet, options: DecodeOptions = {}): string {
  let [found, wanted, right] = [0, 0, 0]
  for (const one of answered) {
    const gold = goldNames(one.unit)
    const { entities } = decoded(one, labels, options, {
      trimName: trimClosing,
      recount: options.strategy === 'word' ? withWrittenWords : undefined,
    })
    found += entities.length
    wanted += gold.size
    right += entities.filter(({ type, start, end }) => gold.has(`${type} ${start} ${end}`)).length
  }
  check(wanted > 0, 'the file has no names')
  return ((200 * right) / (found + wanted)).toFixed(2)
}

function goldNames({ words, gold, lineStarts }: TaggedSentence): ReadonlySet<string> {
  const { starts } = joinWords(words, lineStarts)
  const chunks = findChunks(gold, parseTags(gold))
  return new Set(
    chunks.map(
      ({ type, start, end }) => `${type} ${starts[start]} ${starts[end - 1]! + words[end - 1]!.length}`,
    ),
  )
}
