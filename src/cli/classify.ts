/** `iobert classify`: labels of whole texts. */
import type { Classification, ClassifierInput } from '../classifier.ts'
import { loadClassifier } from '../node.ts'
import type { ParsedArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { findSources, readInputs } from './inputs.ts'
import { loadOptionHelp, loadOptions, loadOptionTable, withLoadingBar } from './model-options.ts'
import { complain, write } from './output.ts'
import { UsageError } from './usage-error.ts'

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
const MAX_CHARS = 10_000_000

async function run(args: ParsedArguments): Promise<number> {
  if (args.has('json') && args.has('jsonl')) throw new UsageError('Give one of --json and --jsonl')
  const model = args.value('model')
  if (model === undefined) throw new UsageError('classify takes --model: no model of this kind ships')
  const pair = args.value('pair')
  const load = loadOptions(args)
  const sources = await findSources(args)
  const classifier = await withLoadingBar((onProgress) => loadClassifier(model, { ...load, onProgress }))
  const classify = async (texts: readonly string[]): Promise<object[]> => {
    const inputs = texts.map((text): ClassifierInput => (pair === undefined ? text : [text, pair]))
    return (await classifier.classify(inputs)).map(fields)
  }
  try {
    if (args.has('jsonl')) {
      const { runJsonl } = await import('./jsonl.ts')
      return await runJsonl(classify, sources, MAX_CHARS)
    }
    let failed = false
    let separator = '[\n'
    for await (const { file, text, error } of readInputs(sources, MAX_CHARS)) {
      if (text === undefined) {
        failed = true
        complain(error!)
      }
      const answer = text === undefined ? { error } : (await classify([text]))[0]!
      if (args.has('json')) {
        await write(separator + JSON.stringify({ ...(file === undefined ? {} : { file }), ...answer }))
        separator = ',\n'
      } else if ('label' in answer) {
        const { label, score } = answer as Classification
        await write(`${label}\t${score}\n`)
      }
    }
    if (args.has('json')) await write('\n]\n')
    return failed ? 1 : 0
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
  options: {
    ...loadOptionTable,
    json: { type: 'boolean' },
    jsonl: { type: 'boolean' },
    pair: { type: 'string' },
    text: { type: 'boolean', short: 't' },
    file: { type: 'boolean', short: 'f' },
  },
  run,
}
