/** Recognition on the command line: what `iobert TEXT` and `iobert mask` have in common. */
import type { TextOptions } from '../entities/types.ts'
import { loadRecognizer } from '../node.ts'
import { type OptionTable, type ParsedArguments, UsageError } from './arguments.ts'
import { conll } from './formats.ts'
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
  checkRedacting,
  fieldsOf,
  type Recognize,
  type Redacting,
  readMaxChars,
  readRulesOption,
  recognizeTexts,
  shapeOf,
} from './read-texts.ts'

const FORMATS = ['json', 'jsonl', 'conll', 'html'] as const

/** The options that all who recognise have: all but those of the shapes that show names. */
export const recognizeTable: OptionTable = {
  ...loadOptionTable,
  ...recognizeOptionTable,
  json: { type: 'boolean' },
  jsonl: { type: 'boolean' },
  lines: { type: 'boolean' },
  ...inputOptionTable,
  'max-chars': { type: 'string' },
  rules: { type: 'string' },
  'rule-policy': { type: 'string' },
  aliases: { type: 'boolean' },
}

/** @returns the exit code */
export async function runRecognize(args: ParsedArguments, redacting: Redacting | undefined): Promise<number> {
  const [format, other] = FORMATS.filter((name) => args.has(name))
  if (other !== undefined) throw new UsageError(`Give one of --${format} and --${other}`)
  const options = recognizeOptions(args)
  if (args.has('words') && format !== 'json' && format !== 'jsonl') {
    throw new UsageError('--words goes with --json or --jsonl')
  }
  checkRedacting(args.has('words') ? 'words' : format, redacting)
  if (args.has('words') || format === 'conll') options.words = true
  const rules = await readRulesOption(args, format)
  if (rules !== undefined) options.rules = rules
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
        const found = await ner.recognizeAll(texts, { ...options, onProgress })
        return found.map((one, index) => fieldsOf(texts[index]!, one, redacting))
      }
      return await runJsonl(compute, sources, maxChars, redacting?.beforeWrite)
    }
    const shape = format === 'conll' ? conll(options) : shapeOf(format, redacting, sources.length)
    const recognize: Recognize = (text, onProgress) => ner.recognize(text, { ...options, onProgress })
    return await recognizeTexts(sources, { maxChars, recognize, shape, beforeWrite: redacting?.beforeWrite })
  } finally {
    ner.dispose()
  }
}
