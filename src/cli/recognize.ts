/** `iobert TEXT`: what runs where no command is named. */
import type { TextOptions } from '../entities/types.ts'
import { loadRecognizer } from '../node.ts'
import { type ParsedArguments, UsageError } from './arguments.ts'
import type { Command } from './command.ts'
import { conll, html, json, recognitionFields, redacted, terminal } from './formats.ts'
import { recognizeHelp } from './help.ts'
import { findSources, inputOptionTable } from './inputs.ts'
import type { Compute } from './jsonl.ts'
import {
  checkWithModel,
  loadOptions,
  loadOptionTable,
  recognizeOptions,
  recognizeOptionTable,
  withLoadingBar,
} from './model-options.ts'
import {
  type Recognize,
  readMaxChars,
  readPlaceholder,
  readRulesOption,
  recognizeTexts,
} from './read-texts.ts'

const FORMATS = ['json', 'jsonl', 'conll', 'html', 'redact'] as const

async function run(args: ParsedArguments): Promise<number> {
  const [format, other] = FORMATS.filter((name) => args.has(name))
  if (other !== undefined) throw new UsageError(`Give one of --${format} and --${other}`)
  const options = recognizeOptions(args)
  if (args.has('words') && format !== 'json' && format !== 'jsonl') {
    throw new UsageError('--words goes with --json or --jsonl')
  }
  if (args.has('words') || format === 'conll') options.words = true
  const rules = await readRulesOption(args, format)
  if (rules !== undefined) options.rules = rules
  const placeholder = readPlaceholder(args, format)
  const maxChars = readMaxChars(args.value('max-chars'))
  const load = loadOptions(args)
  const sources = await findSources(args)
  const ner = await withLoadingBar((onProgress) =>
    loadRecognizer(args.value('model'), { ...load, onProgress }),
  )
  try {
    await checkWithModel(ner, options)
    if (format === 'jsonl') {
      const { runJsonl } = await import('./jsonl.ts')
      const compute: Compute = async (texts, onShare) => {
        const onProgress: TextOptions['onProgress'] = ({ done, total }) => onShare(done / total)
        return (await ner.recognizeAll(texts, { ...options, onProgress })).map(recognitionFields)
      }
      return await runJsonl(compute, sources, maxChars)
    }
    const formats = { json, html, redact: redacted({ placeholder }), conll: conll(options) }
    const shape = format === undefined ? terminal(sources.length) : formats[format]
    const recognize: Recognize = (text, onProgress) => ner.recognize(text, { ...options, onProgress })
    return await recognizeTexts(sources, { maxChars, recognize, shape })
  } finally {
    ner.dispose()
  }
}

export const command: Command = {
  help: recognizeHelp,
  options: {
    ...loadOptionTable,
    ...recognizeOptionTable,
    ...Object.fromEntries(FORMATS.map((name) => [name, { type: 'boolean' }] as const)),
    words: { type: 'boolean' },
    lines: { type: 'boolean' },
    ...inputOptionTable,
    'max-chars': { type: 'string' },
    placeholder: { type: 'string' },
    rules: { type: 'string' },
    'rule-policy': { type: 'string' },
    version: { type: 'boolean' },
  },
  run,
}
