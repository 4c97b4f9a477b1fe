/** `iobert evaluate`: how often a model's tags are right on a file of CoNLL columns. */
import { rmSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { recognizeRows } from '../entities/options.ts'
import type { TextOptions } from '../entities/types.ts'
import { formatClassificationReport } from '../evaluate/classification-report.ts'
import { joinDocuments, parseConll, type TaggedSentence } from '../evaluate/conll.ts'
import { formatConlleval } from '../evaluate/conlleval.ts'
import {
  type ConfusionMatrix,
  evaluate,
  formatWrongSpan,
  type PredictedSentence,
  summarize,
} from '../evaluate/evaluation.ts'
import { joinWords, labelsOfWords } from '../evaluate/joined-words.ts'
import { reportHtml } from '../evaluate/report-html.ts'
import { renameOverSync, temporaryName } from '../hub/rename.node.ts'
import { loadRecognizer } from '../node.ts'
import type { Recognizer } from '../recognizer.ts'
import { take, UsageError, valuesFor } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { explain, fileOrStdin, nameOf, openSource, readText } from './inputs.ts'
import { withModel } from './loading.ts'
import { inputRows, MAX_CHARS, maxCharsRows, modelRows, taggingRows } from './options.ts'
import { complain, write } from './output.ts'
import { createBar, progressRow } from './progress.ts'

type Context = 'sentence' | 'document'

export const command: Command = defineCommand({
  usage: 'evaluate [OPTIONS] FILE',
  about: [
    `Reads CoNLL columns (a word a line, its tag in the last column, a blank line between sentences, -DOCSTART-
      between documents; 2 columns, 4, or more), predicts the tags, and prints the classification report over tags
      other than O as scikit-learn does, conlleval's table, and how often each tag was taken for another. Phrases of
      any scheme are read by conlleval's rule; token figures compare tags as they are written. The speed is told on
      stderr.`,
    '  FILE   CoNLL columns, UTF-8; - is stdin',
  ],
  options: {
    Input: {
      predicted: {
        type: 'boolean',
        help: 'the last two columns are gold and guess: no model runs',
      },
      context: {
        type: 'word',
        words: { sentence: 'default', document: 'for more context' },
        value: 'C',
        help: 'what is read together',
      },
      // An option of earlier versions.
      sentences: { type: 'boolean', means: ['context', 'sentence'] },
      documents: { type: 'boolean', means: ['context', 'document'] },
      ...take(inputRows, 'encoding'),
      maxChars: { ...maxCharsRows.maxChars, help: 'the longest FILE that is read' },
    },
    Output: {
      json: {
        type: 'boolean',
        help: '{"tokens", "accuracy", "nonOAccuracy", "precision", "recall", "f1", "types": {"PER": ...}} in percent',
      },
      errors: {
        type: 'boolean',
        help: 'also the wrong phrases, a line each: [gold] and {predicted} in their context',
      },
      html: {
        type: 'string',
        value: 'OUT',
        help: 'also writes a page with the tables, drawings and wrong phrases',
      },
    },
    Recognition: {
      ...taggingRows,
      decode: {
        ...taggingRows.decode,
        more: `The defaults are what iobert finds; the figures of other systems, model cards' among them, are mostly
          of --strategy first --decode argmax`,
      },
      split: {
        ...taggingRows.split,
        needs: ['context document'],
        help: `what is read by itself of a document's words, which are put together as a text with a new line after
          what ends without a final mark (headlines, rows of tables)`,
      },
    },
    Model: modelRows,
    Other: progressRow,
  },
  takes: ['FILE'],
  after: `Examples
  iobert evaluate dev.conll
  iobert evaluate --predicted predictions.conll --json
`,
  async run({ options, positionals }) {
    const [file] = positionals as [string]
    const {
      context = 'sentence',
      predicted = false,
      maxChars = MAX_CHARS,
      html: page,
      json,
      errors,
    } = options
    if (page !== undefined && (await isSameFile(page, file))) {
      throw new UsageError(`--html is ${page}, the FILE that is read: give the page another name`)
    }
    const sentences = await readConll(fileOrStdin(file, options.encoding), maxChars, predicted)
    const units = context === 'document' ? joinDocuments(sentences) : sentences
    // As iobert reads a text; a sentence is read by its words as they are.
    const byDefault: TextOptions = context === 'document' ? { split: 'passages' } : {}
    const judged = predicted
      ? (units as PredictedSentence[])
      : await withModel(
          options,
          (load) => loadRecognizer(options.model, load),
          (ner) => predict(ner, units, { ...byDefault, ...valuesFor(options, recognizeRows) }, context),
        )
    const evaluation = evaluate(judged)
    if (page !== undefined) writePage(page, reportHtml(evaluation, file))
    if (json) {
      await write(`${JSON.stringify(summarize(evaluation))}\n`, 'json')
      return 0
    }
    const { report, counts, confusion, wrongSpans } = evaluation
    await write(`${formatClassificationReport(report)}\n${formatConlleval(counts, { nonO: true })}\n`)
    await write(formatConfusion(confusion))
    if (errors) await write(`\n${wrongSpans.map((span) => `${formatWrongSpan(span)}\n`).join('')}`)
    return 0
  },
})

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path, { bigint: true }).catch(() => {})))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

/**
 * Writes a temporary file next to the target first, so that no incomplete page is ever seen there;
 * synchronously, so that a signal leaves no such file behind.
 */
function writePage(path: string, html: string): void {
  const beside = temporaryName(path)
  try {
    writeFileSync(beside, html, { flag: 'wx' })
    renameOverSync(beside, path)
  } finally {
    rmSync(beside, { force: true })
  }
}

async function readConll(
  source: ReturnType<typeof fileOrStdin>,
  maxChars: number,
  predicted: boolean,
): Promise<TaggedSentence[]> {
  try {
    return parseConll(await readText(openSource(source), maxChars), { predicted })
  } catch (error) {
    throw new Error(`${nameOf(source)}: ${explain(error)}`, { cause: error })
  }
}

/** The model's tags, one a word. */
async function predict(
  ner: Recognizer,
  units: readonly TaggedSentence[],
  options: TextOptions,
  context: Context,
): Promise<PredictedSentence[]> {
  const bar = createBar()
  const started = performance.now()
  const judged: PredictedSentence[] = []
  let tokens = 0
  const name = `${context}s`
  // For a single document its pieces are counted.
  const onProgress = ({ done, total }: { done: number; total: number }): void => {
    if (units.length === 1) bar.update('Evaluating', { done, total, unit: 'pieces' })
  }
  try {
    for await (const guess of guesses(ner, units, { ...options, onProgress })) {
      judged.push({ ...units[judged.length]!, guess })
      tokens += guess.length
      if (units.length > 1) bar.update('Evaluating', { done: judged.length, total: units.length, unit: name })
    }
  } finally {
    bar.end()
  }
  const seconds = Math.max(1e-3, (performance.now() - started) / 1000)
  complain(
    `${judged.length} ${name}, ${tokens} words in ${seconds.toFixed(1)} s: ${(judged.length / seconds).toFixed(1)} ${name}/s, ${(tokens / seconds).toFixed(0)} words/s`,
  )
  return judged
}

/** Predicts the tags of each unit: from its words as they are, or, with a split, from a text made of them. */
async function* guesses(
  ner: Recognizer,
  units: readonly TaggedSentence[],
  { split, ...options }: TextOptions,
): AsyncGenerator<string[]> {
  if (split === undefined) {
    const lists = units.map(({ words }) => words)
    const found = ner.stream(lists, { ...options, pretokenized: true, words: true })
    for await (const { words = [] } of found) yield words.map(({ label }) => label)
    return
  }
  const texts = units.map(({ words, lineStarts }) => joinWords(words, lineStarts))
  let next = 0
  const found = ner.stream(
    texts.map(({ text }) => text),
    { ...options, split, words: true },
  )
  for await (const { words = [] } of found) yield labelsOfWords(texts[next++]!, words)
}

/** Gold tags down, predicted ones across. */
function formatConfusion({ tags, counts }: ConfusionMatrix): string {
  const width = Math.max(
    ...tags.map((tag) => tag.length),
    ...counts.flat().map((count) => String(count).length),
    4,
  )
  const line = (name: string, cells: readonly (string | number)[]): string =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${String(cell).padStart(width)}`).join('')}\n`
  return line('gold', tags) + tags.map((tag, row) => line(tag, counts[row]!)).join('')
}
