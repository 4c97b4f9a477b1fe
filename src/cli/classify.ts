/** `iobert classify`: labels of whole texts. */
import { loadClassifier } from '../node.ts'
import type { Classification } from '../tasks/classifier.ts'
import { answerTexts, plainLines } from './answers.ts'
import { type Command, defineCommand } from './command.ts'
import { findSources } from './inputs.ts'
import { withModel } from './loading.ts'
import { inputRows, jsonRows, neededModelRows } from './options.ts'
import { progressRow } from './progress.ts'

export const command: Command = defineCommand({
  usage: 'classify -m M [OPTIONS] TEXT|FILE...',
  about: [
    `Writes the label of each text and its score, with a model that classifies whole texts
      (...ForSequenceClassification). Arguments are texts or files, as in iobert --help; - is stdin. What is longer
      than the model reads is cut at its end.`,
  ],
  options: {
    'Output (default: a line a text: label, tab, score)': {
      json: {
        ...jsonRows.json,
        help: 'one array, an object a text: {"file"?, "label", "score", "labels", "truncated"}',
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
`,
  async run(given) {
    const { model, pair, format } = given.options
    const sources = await findSources(given)
    return withModel(
      given.options,
      (load) => loadClassifier(model, load),
      (classifier) =>
        answerTexts<Classification>(sources, {
          format,
          answer: (texts) =>
            classifier.classify(
              texts.map(({ text }) => (pair === undefined ? text : ([text, pair] as const))),
            ),
          fields: ({ label, score, labels, truncated }) => {
            const rounded = labels.map((each) => ({ label: each.label, score: sixDigits(each.score) }))
            return { label, score: sixDigits(score), labels: rounded, truncated }
          },
          shape: plainLines(({ label, score }) => `${label}\t${sixDigits(score)}\n`),
        }),
    )
  },
})

function sixDigits(score: number): number {
  return Number(score.toPrecision(6))
}
