/** `iobert classify`: labels of whole texts, a model's own or those given on the command line. */
import { loadClassifier, loadGliner } from '../node.ts'
import type { Classification, LabelScore } from '../tasks/classifier.ts'
import { labelRows, type NamedClassification } from '../tasks/gliner/classify.ts'
import { checkLabels } from '../tasks/gliner/types.ts'
import { answerTexts, plainLines } from './answers.ts'
import { take, UsageError, valuesFor } from './arguments.ts'
import { readAsked } from './option-files.ts'
import { type Command, defineCommand } from './command.ts'
import { findSources, type Source } from './inputs.ts'
import { withModel } from './loading.ts'
import { inputRows, jsonRows, neededModelRows } from './options.ts'
import { progressRow } from './progress.ts'

export const command: Command = defineCommand({
  usage: 'classify -m M [OPTIONS] TEXT|FILE...',
  about: [
    `Writes the label of each text and its score, with a model that classifies whole texts
      (...ForSequenceClassification), or with --labels by a model of GLiNER2. Arguments are texts or files, as in
      iobert --help; - is stdin. What is longer than the model reads is cut at its end.`,
  ],
  options: {
    Labels: {
      labels: {
        type: 'strings',
        value: 'L',
        help: `what a text may be, for a model of GLiNER2: positive,negative,"no opinion", and of a file that ends in .json
          an array of names, or of {"label": "refund", "description": "money is wanted back", "threshold": 0.3}`,
        default: "the model's own",
      },
      ...take(labelRows, 'task', 'multiLabel', 'threshold'),
    },
    'Output (default: a line a text: label, tab, score)': {
      json: {
        ...jsonRows.json,
        help: `one array, an object a text: {"file"?, "label", "score", "labels", "truncated"}, and with --labels
          "chosen"`,
      },
      jsonl: jsonRows.jsonl,
    },
    Input: {
      pair: { type: 'string', value: 'TEXT', help: 'a second text that is read with each' },
      ...inputRows,
    },
    Model: neededModelRows,
    Other: progressRow,
  },
  after: `Example
  iobert classify -m distilbert/distilbert-base-uncased-finetuned-sst-2-english "What a film!"
  iobert classify -m fastino/gliner2-base-v1 --labels positive,negative --task sentiment "What a film!"
`,
  async run(given) {
    const { model, pair, format, labels, ...rest } = given.options
    if (labels !== undefined && pair !== undefined)
      throw new UsageError('Give one of --labels and --pair: GLiNER2 reads a text alone')
    const asked = labels && (await readAsked('--labels', labels, checkLabels))
    const sources = await findSources(given)
    if (asked !== undefined) {
      return withModel(
        rest,
        (load) => loadGliner(model, load),
        (gliner) =>
          answer<NamedClassification>(sources, format, {
            classify: (texts) => gliner.classify(texts, asked, valuesFor(rest, labelRows)),
            more: ({ chosen }) => ({ chosen: chosen.map(rounded) }),
            written: ({ chosen }) => chosen,
          }),
      )
    }
    return withModel(
      given.options,
      (load) => loadClassifier(model, load),
      (classifier) =>
        answer<Classification>(sources, format, {
          classify: (texts) =>
            classifier.classify(texts.map((text) => (pair === undefined ? text : ([text, pair] as const)))),
          more: () => ({}),
          written: ({ label, score }) => [{ label, score }],
        }),
    )
  },
})

/** How a model answers, and what of it is written. */
interface Classifying<Result> {
  classify(texts: readonly string[]): Promise<readonly Result[]>
  /** Fields of JSON beside those of every classification. */
  more(result: Result): object
  /** The labels in a line of text. */
  written(result: Result): readonly LabelScore[]
}

function answer<Result extends Classification>(
  sources: readonly Source[],
  format: string | undefined,
  { classify, more, written }: Classifying<Result>,
): Promise<number> {
  return answerTexts<Result>(sources, {
    format,
    answer: (texts) => classify(texts.map(({ text }) => text)),
    fields: (result) => {
      const { label, score, labels, truncated } = result
      return { label, score: sixDigits(score), labels: labels.map(rounded), ...more(result), truncated }
    },
    shape: plainLines(
      (result) =>
        `${written(result)
          .map(({ label, score }) => `${label}\t${sixDigits(score)}`)
          .join('\t')}\n`,
    ),
  })
}

function rounded({ label, score }: LabelScore): LabelScore {
  return { label, score: sixDigits(score) }
}

function sixDigits(score: number): number {
  return Number(score.toPrecision(6))
}
