/** `iobert rerank`: lines in the order in which they answer a query. */
import { loadClassifier } from '../node.ts'
import { type ParsedArguments, switches, UsageError, valued } from './arguments.ts'
import type { Command } from './command.ts'
import { MAX_CHARS, readInputs, type Source } from './inputs.ts'
import { loadOptionHelp, loadOptions, loadOptionTable, neededModel, withLoadingBar } from './model-options.ts'
import { complain, write } from './output.ts'

const help = `Usage: iobert rerank -m M [OPTIONS] QUERY FILE

Writes the lines of FILE, a passage each, in the order in which they answer QUERY, the best first, with a cross-encoder: a
model with one output. FILE - is stdin. Empty lines are left out.

Output (default: a line a passage: score, tab, passage)
      --json           one array, an object a passage: {"line", "text", "score", "logit"}; line counts from 1
      --top N          only the N best

${loadOptionHelp}  -h, --help           this page

Example
  iobert rerank -m cross-encoder/ms-marco-MiniLM-L6-v2 "capital of France" passages.txt
`

async function run(args: ParsedArguments): Promise<number> {
  const [query, file, ...more] = args.positionals
  if (query === undefined || file === undefined || more.length > 0) {
    throw new UsageError(`rerank takes QUERY and FILE, found ${args.positionals.length} arguments`)
  }
  const model = neededModel(args, 'rerank')
  const top = Number(args.value('top') ?? Number.POSITIVE_INFINITY)
  if (!(top >= 1)) throw new UsageError(`--top is ${args.value('top')}, expected a number from 1`)
  const source: Source = file === '-' ? { kind: 'stdin' } : { kind: 'file', path: file }
  const passages: { line: number; text: string }[] = []
  for await (const { text, error } of readInputs([source], MAX_CHARS)) {
    if (text === undefined) {
      complain(error!)
      return 1
    }
    for (const [index, each] of text.split(/\r?\n/u).entries()) {
      if (each.trim() !== '') passages.push({ line: index + 1, text: each })
    }
  }
  const load = loadOptions(args)
  const classifier = await withLoadingBar((onProgress) => loadClassifier(model, { ...load, onProgress }))
  try {
    const texts = passages.map(({ text }) => text)
    const ranked = (await classifier.rerank(query, texts)).slice(0, top)
    if (args.has('json')) {
      const rows = ranked.map(({ index, text, score, logit }) =>
        JSON.stringify({ line: passages[index]!.line, text, score, logit }),
      )
      await write(`[\n${rows.join(',\n')}\n]\n`, 'json')
    } else for (const { score, text } of ranked) await write(`${score.toPrecision(6)}\t${text}\n`)
    return 0
  } finally {
    classifier.dispose()
  }
}

export const command: Command = {
  help,
  options: { ...loadOptionTable, ...switches('json'), ...valued('top') },
  run,
}
