/** `iobert evaluate`: how often a model's tags are right on a file of CoNLL columns. */
import { rmSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
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
import { temporaryName } from '../hub/paths.node.ts'
import { renameOverSync } from '../hub/rename.node.ts'
import { loadRecognizer } from '../node.ts'
import type { Recognizer } from '../recognizer.ts'
import { choice, type ParsedArguments, switches, UsageError, valued } from './arguments.ts'
import type { Command } from './command.ts'
import { explain } from './inputs.ts'
import {
  loadOptionHelp,
  loadOptions,
  loadOptionTable,
  recognizeOptions,
  recognizeOptionTable,
  withLoadingBar,
} from './model-options.ts'
import { complain, write } from './output.ts'
import { createBar } from './progress.ts'

const help = `Usage: iobert evaluate [OPTIONS] FILE

Reads CoNLL columns (a word a line, its tag in the last column, a blank line between sentences, -DOCSTART- between
documents; 2 columns, 4, or more), predicts the tags, and prints the classification report over tags other than O as
scikit-learn does, conlleval's table, and how often each tag was taken for another. Phrases of any scheme are read by
conlleval's rule; token figures compare tags as they are written. The speed is told on stderr.

  FILE               CoNLL columns, UTF-8; - is stdin

Options
      --predicted    the last two columns are gold and guess: no model runs
      --context C    what is read together: sentence (default), or document, for more context
      --split S      with --context document: put its words together as a text, with a new line
                     behind what ends without a final mark (headlines, rows of tables), and read by itself what
                     passages, paragraphs, lines, sentences or none makes of it, as iobert --split does
      --json         {"tokens", "accuracy", "nonOAccuracy", "precision", "recall", "f1", "types": {"PER": ...}} in percent
      --errors       also the wrong phrases, a line each: [gold] and {predicted} in their context
      --html OUT     also writes a page with the tables, drawings and wrong phrases
  -s, --strategy S   how the pieces of a word agree: average (default), first, max, word
      --decode D     viterbi (default where the scheme is known) or argmax. The defaults are what iobert finds; the figures
                     of other systems, model cards' among them, are mostly of --strategy first --decode argmax
      --scheme S     how the model's labels are written, where they do not tell
      --stride N     pieces that neighbouring windows share
  -h, --help         this page

${loadOptionHelp}
Examples
  iobert evaluate dev.conll
  iobert evaluate --predicted predictions.conll --json
`

type Context = 'sentence' | 'document'

async function run(args: ParsedArguments): Promise<number> {
  const [file, ...rest] = args.positionals
  if (file === undefined || rest.length > 0) {
    throw new UsageError(`evaluate takes one FILE, found ${args.positionals.length}`)
  }
  const context = readContext(args)
  const predicted = args.has('predicted')
  const page = args.value('html')
  if (page !== undefined && (await isSameFile(page, file))) {
    throw new UsageError(`--html is ${page}, the FILE that is read: give the page another name`)
  }
  const options = recognizeOptions(args)
  const sentences = readConll(file, await readWhole(file), predicted)
  const units = context === 'document' ? joinDocuments(sentences) : sentences
  const judged = predicted ? (units as PredictedSentence[]) : await predict(units, args, options, context)
  const evaluation = evaluate(judged)
  if (page !== undefined) writePage(page, reportHtml(evaluation, file))
  if (args.has('json')) {
    await write(`${JSON.stringify(summarize(evaluation))}\n`, 'json')
    return 0
  }
  const { report, counts, confusion, wrongSpans } = evaluation
  await write(`${formatClassificationReport(report)}\n${formatConlleval(counts, { nonO: true })}\n`)
  await write(formatConfusion(confusion))
  if (args.has('errors')) await write(`\n${wrongSpans.map((span) => `${formatWrongSpan(span)}\n`).join('')}`)
  return 0
}

/** Of earlier versions, --sentences and --documents mean the same. */
function readContext(args: ParsedArguments): Context {
  const said = [
    choice(args, 'context', 'sentence', 'document'),
    args.has('sentences') ? ('sentence' as const) : undefined,
    args.has('documents') ? ('document' as const) : undefined,
  ].filter((context) => context !== undefined)
  const [context = 'sentence'] = said
  if (said.some((other) => other !== context))
    throw new UsageError('Give one of --context sentence and --context document')
  if (args.value('split') !== undefined && context === 'sentence') {
    throw new UsageError('--split goes with --context document')
  }
  return context
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path, { bigint: true }).catch(() => {})))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

/** Beside its place first, so that no half of it is ever seen there; in one turn, so that no signal leaves one behind. */
function writePage(path: string, html: string): void {
  const beside = temporaryName(path)
  try {
    writeFileSync(beside, html, { flag: 'wx' })
    renameOverSync(beside, path)
  } finally {
    rmSync(beside, { force: true })
  }
}

async function readWhole(file: string): Promise<Uint8Array> {
  try {
    if (file !== '-') return await readFile(file)
    const chunks: Uint8Array[] = []
    for await (const chunk of process.stdin) chunks.push(chunk)
    return Buffer.concat(chunks)
  } catch (error) {
    throw new Error(`${file}: ${explain(error)}`, { cause: error })
  }
}

function readConll(file: string, bytes: Uint8Array, predicted: boolean): TaggedSentence[] {
  try {
    return parseConll(new TextDecoder('utf-8', { fatal: true }).decode(bytes), { predicted })
  } catch (error) {
    const what = error instanceof TypeError ? 'it is not UTF-8 text' : explain(error)
    throw new Error(`${file}: ${what}`, { cause: error })
  }
}

/** The model's tags, one a word. */
async function predict(
  units: readonly TaggedSentence[],
  args: ParsedArguments,
  options: TextOptions,
  context: Context,
): Promise<PredictedSentence[]> {
  const load = loadOptions(args)
  const ner = await withLoadingBar((onProgress) =>
    loadRecognizer(args.value('model'), { ...load, onProgress }),
  )
  const bar = createBar()
  const started = performance.now()
  const judged: PredictedSentence[] = []
  let tokens = 0
  const name = `${context}s`
  // Of one document its pieces are counted.
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
    ner.dispose()
  }
  const seconds = Math.max(1e-3, (performance.now() - started) / 1000)
  complain(
    `${judged.length} ${name}, ${tokens} words in ${seconds.toFixed(1)} s: ${(judged.length / seconds).toFixed(1)} ${name}/s, ${(tokens / seconds).toFixed(0)} words/s`,
  )
  return judged
}

/** The tags of each unit: of its words as they stand, or where it is to be split of a text that is made of them. */
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

const { labels: _labels, threshold: _threshold, style: _style, ...taggingOptions } = recognizeOptionTable

export const command: Command = {
  help,
  options: {
    ...loadOptionTable,
    ...taggingOptions,
    ...switches('predicted', 'sentences', 'documents', 'json', 'errors'),
    ...valued('context', 'html'),
  },
  run,
}
