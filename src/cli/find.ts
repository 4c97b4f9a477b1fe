/** `iobert find`: entities of types that are named on the command line, with a model of GLiNER. */

import { loadGliner } from '../node.ts'
import type { FindOptions } from '../tasks/gliner/gliner.ts'
import { choice, oneOf, type ParsedArguments, switches, UsageError, valued } from './arguments.ts'
import type { Command } from './command.ts'
import { findSources, inputOptionTable } from './inputs.ts'
import { loadOptionHelp, loadOptions, loadOptionTable, neededModel, withLoadingBar } from './model-options.ts'
import {
  checkRedacting,
  fieldsOf,
  readMaxChars,
  readRulesOption,
  recognizeTexts,
  redactingOf,
  shapeOf,
} from './read-texts.ts'

const help = `Usage: iobert find -m M --types T [OPTIONS] TEXT|FILE...

Finds entities of the types that you name, in plain words, with a model of GLiNER. Arguments are texts or files, as in
iobert --help; - is stdin.

      --types T        what to look for: person,drug,"contract number"
      --threshold P    only entities with a score above this, 0 to 1; default 0.5
      --nested         entities may lie in others; with --json or --jsonl
      --multi-label    the same words may be entities of several types; with --json or --jsonl
      --style gliner   exactly as the package gliner: with quotation marks, commas and brackets that names were taken with
      --rules R        beside them what rules find, as in iobert --help
      --rule-policy P  which entity stays where a rule's and the model's overlap: longest (default), rule or model
      --encoder E      where the encoder's config.json and tokenizer are, a folder or a Hub id, if the model has none of
                       its own; default: what its gliner_config.json names, from the Hub

Output (default: the text with entities marked; in colour on a terminal)
      --json           one array, an object an input: {"file"?, "entities", "truncated"}
      --jsonl          a line in, a line out: {"text", "id"?} or a JSON string becomes {"id"?, "entities", "truncated"},
                       or {"id"?, "error"} for a bad line
      --html           one page with entities marked and scores under the pointer
      --redact         the text with entities replaced by their types: [drug]; also with --json and --jsonl
      --placeholder P  with --redact: type (default), or numbered: [person_1]
      --aliases        with --placeholder numbered: one person, one number, as iobert mask --help tells

Input
  -t, --text           every argument is a text
  -f, --file           every argument is a file
      --max-chars N    the longest text that is read; default 10000000

${loadOptionHelp}  -h, --help           this page

Example
  iobert find -m urchade/gliner_small-v2.1 --types drug,dose "Take 20 mg of Lipitor daily."
`

async function run(args: ParsedArguments): Promise<number> {
  const format = oneOf(args, 'json', 'jsonl', 'html')
  const model = neededModel(args, 'find')
  const types = readTypes(args.value('types'))
  for (const name of ['nested', 'multi-label'] as const) {
    if (args.has(name) && format !== 'json' && format !== 'jsonl')
      throw new UsageError(
        `--${name} goes with --json or --jsonl: of entities that overlap no other format tells`,
      )
  }
  const rules = await readRulesOption(args, format)
  const style = choice(args, 'style', 'gliner')
  const rulePolicy = choice(args, 'rule-policy', 'longest', 'rule', 'model')
  const options: FindOptions = {
    ...readThreshold(args.value('threshold')),
    nested: args.has('nested'),
    multiLabel: args.has('multi-label'),
    ...(style === undefined ? {} : { style }),
    ...(rules === undefined ? {} : { rules, ...(rulePolicy === undefined ? {} : { rulePolicy }) }),
  }
  const redacting = redactingOf(args)
  checkRedacting(format, redacting)
  const maxChars = readMaxChars(args.value('max-chars'))
  const load = loadOptions(args)
  const encoder = args.value('encoder')
  const sources = await findSources(args)
  const gliner = await withLoadingBar((onProgress) =>
    loadGliner(model, { ...load, ...(encoder === undefined ? {} : { encoder }), onProgress }),
  )
  try {
    if (format === 'jsonl') {
      const { runJsonl } = await import('./jsonl.ts')
      const compute = async (texts: readonly string[]): Promise<object[]> =>
        (await gliner.findAll(texts, types, options)).map((one, index) =>
          fieldsOf(texts[index]!, one, redacting),
        )
      return await runJsonl(compute, sources, maxChars)
    }
    return await recognizeTexts(sources, {
      maxChars,
      recognize: (text, onProgress) => gliner.find(text, types, { ...options, onProgress }),
      shape: shapeOf(format, redacting, sources.length),
    })
  } finally {
    gliner.dispose()
  }
}

function readTypes(written: string | undefined): string[] {
  const types = (written ?? '').split(',').map((type) => type.trim())
  if (types.every((type) => type !== '')) return types
  throw new UsageError(
    written === undefined
      ? 'find takes --types: what to look for, as person,drug'
      : `--types is '${written}', expected names with commas between them, as person,drug`,
  )
}

function readThreshold(written: string | undefined): { threshold?: number } {
  if (written === undefined) return {}
  const threshold = Number(written)
  if (written.trim() !== '' && threshold >= 0 && threshold <= 1) return { threshold }
  throw new UsageError(`--threshold is '${written}', expected a number from 0 to 1`)
}

export const command: Command = {
  help,
  options: {
    ...loadOptionTable,
    ...switches('json', 'jsonl', 'html', 'nested', 'multi-label', 'redact', 'aliases'),
    ...valued('types', 'threshold', 'style', 'rules', 'rule-policy', 'encoder', 'placeholder', 'max-chars'),
    ...inputOptionTable,
  },
  run,
}
