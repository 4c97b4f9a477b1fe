/** What commands that find entities have in common: texts read one after another, each written in its shape. */
import { basename } from 'node:path'

import type { Recognition, TextOptions } from '../entities/types.ts'
import { visibleName } from '../markup/visible.ts'
import { type ParsedArguments, UsageError } from './arguments.ts'
import type { Format } from './formats.ts'
import { type Input, readInputs, type Source } from './inputs.ts'
import { complain, write } from './output.ts'
import { createBar } from './progress.ts'

const MAX_CHARS = 10_000_000

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
