/** `iobert TEXT`: what runs where no command is named. */
import { basename } from 'node:path'

import type { Recognition, TextOptions } from '../entities/types.ts'
import { visibleName } from '../markup/visible.ts'
import { loadRecognizer } from '../node.ts'
import type { ParsedArguments } from './arguments.ts'
import { UsageError } from './arguments.ts'
import type { Command } from './command.ts'
import { conll, type Format, html, json, recognitionFields, redacted, terminal } from './formats.ts'
import { recognizeHelp } from './help.ts'
import { findSources, type Input, inputOptionTable, readInputs, type Source } from './inputs.ts'
import type { Compute } from './jsonl.ts'
import {
  checkWithModel,
  loadOptions,
  loadOptionTable,
  recognizeOptions,
  recognizeOptionTable,
  withLoadingBar,
} from './model-options.ts'
import { complain, write } from './output.ts'
import { createBar } from './progress.ts'

const MAX_CHARS = 10_000_000
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

/** What is found in a text. */
export type Recognize = (
  text: string,
  onProgress: NonNullable<TextOptions['onProgress']>,
) => Promise<Recognition>

interface Reading {
  readonly maxChars: number
  readonly recognize: Recognize
  readonly shape: Format
}

/** Texts one after another, each written in its shape. @returns the exit code */
export async function recognizeTexts(
  sources: readonly Source[],
  { maxChars, recognize, shape }: Reading,
): Promise<number> {
  const bar = createBar()
  let failed = false
  let index = 0
  /** Of one text its pieces are counted, of several the texts. */
  const progressOf =
    ({ file }: Input): NonNullable<TextOptions['onProgress']> =>
    ({ done, total }) => {
      const title = file === undefined ? 'Reading' : `Reading ${visibleName(basename(file)).slice(0, 24)}`
      if (sources.length === 1) bar.update(title, { done, total, unit: 'pieces' })
      else bar.update('Reading', { done: index + done / total, total: sources.length, unit: 'texts' })
    }
  await write(shape.head, shape.kind)
  for await (const input of readInputs(sources, maxChars)) {
    const { text, error } = input
    if (text === undefined) {
      failed = true
      complain(error!)
      await write(shape.error(input, index), shape.kind)
    } else {
      const recognition = await recognize(text, progressOf(input))
      const shown = shape.one(text, recognition, input, index)
      // Both may be one terminal.
      if (process.stdout.isTTY) bar.end()
      await write(shown, shape.kind)
    }
    index++
  }
  await write(shape.tail, shape.kind)
  bar.end()
  return failed ? 1 : 0
}

/** `--rules`, which goes with what has entities. */
export async function readRulesOption(
  args: ParsedArguments,
  format: string | undefined,
): Promise<TextOptions['rules'] | undefined> {
  const rules = args.value('rules')
  if (rules === undefined) {
    if (args.value('rule-policy') !== undefined) throw new UsageError('--rule-policy goes with --rules')
    return undefined
  }
  if (format === 'conll') {
    throw new UsageError("--conll prints the model's labels, to which --rules add nothing; use --json")
  }
  const { readRules } = await import('./rules-option.ts')
  return readRules(rules)
}

/** `--max-chars` */
export function readMaxChars(text: string | undefined): number {
  if (text === undefined) return MAX_CHARS
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new UsageError(`--max-chars is '${text}', expected a whole number from 1`)
}

/** `--placeholder` */
export function readPlaceholder(args: ParsedArguments, format: string | undefined): 'type' | 'numbered' {
  const value = args.value('placeholder')
  if (value !== undefined && format !== 'redact') throw new UsageError('--placeholder goes with --redact')
  if (value === undefined || value === 'type') return 'type'
  if (value === 'numbered') return value
  throw new UsageError(`--placeholder is '${value}', expected type or numbered`)
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
