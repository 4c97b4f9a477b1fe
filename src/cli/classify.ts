/** `iobert classify`: labels of whole texts. */

import { loadClassifier } from '../node.ts'
import type { Classification, ClassifierInput } from '../tasks/classifier.ts'
import { answerInputs } from './answers.ts'
import { oneOf, type ParsedArguments, switches, valued } from './arguments.ts'
import type { Command } from './command.ts'
import { findSources, inputOptionTable, MAX_CHARS } from './inputs.ts'
import { loadOptionHelp, loadOptions, loadOptionTable, neededModel, withLoadingBar } from './model-options.ts'

const help = `Usage: iobert classify -m M [OPTIONS] TEXT|FILE...

Writes the label of each text and its score, with a model that classifies whole texts (...ForSequenceClassification).
Arguments are texts or files, as in iobert --help; - is stdin. What is longer than the model reads is cut at its end.

Output (default: a line a text: label, tab, score)
      --json           one array, an object a text: {"file"?, "label", "score", "labels", "truncated"}
      --jsonl          a line in, a line out: {"text", "id"?} or a JSON string becomes {"id"?, "label", "score", ...}, or
                       {"id"?, "error"} for a bad line

Input
      --pair TEXT      a second text that is read with each
  -t, --text           every argument is a text
  -f, --file           every argument is a file

${loadOptionHelp}  -h, --help           this page

Example
  iobert classify -m distilbert/distilbert-base-uncased-finetuned-sst-2-english "What a film!"
`

async function run(args: ParsedArguments): Promise<number> {
  const format = oneOf(args, 'json', 'jsonl')
  const model = neededModel(args, 'classify')
  const pair = args.value('pair')
  const load = loadOptions(args)
  const sources = await findSources(args)
  const classifier = await withLoadingBar((onProgress) => loadClassifier(model, { ...load, onProgress }))
  const inputOf = (text: string): ClassifierInput => (pair === undefined ? text : [text, pair])
  try {
    return await answerInputs(sources, {
      maxChars: MAX_CHARS,
      format,
      answer: async (texts) => (await classifier.classify(texts.map(inputOf))).map((result) => ({ result })),
      fields,
      lines: ({ label, score }) => `${label}\t${sixDigits(score)}\n`,
    })
  } finally {
    classifier.dispose()
  }
}

function fields({ label, score, labels, truncated }: Classification): object {
  const rounded = labels.map((each) => ({ label: each.label, score: sixDigits(each.score) }))
  return { label, score: sixDigits(score), labels: rounded, truncated }
}

function sixDigits(score: number): number {
  return Number(score.toPrecision(6))
}

export const command: Command = {
  help,
  options: { ...loadOptionTable, ...switches('json', 'jsonl'), ...valued('pair'), ...inputOptionTable },
  run,
}
