/** What commands that find entities have in common: texts read one after another, each written in its shape. */
import { basename } from 'node:path'

import type { Recognition, TextOptions } from '../entities/types.ts'
import { createRedactor, type Redactor } from '../markup/redact.ts'
import { visibleName } from '../markup/visible.ts'
import { choice, type ParsedArguments, UsageError } from './arguments.ts'
import type { ReadDocument } from './documents/document.ts'
import type { PlainText } from './documents/plain-text.ts'
import {
  type Format,
  html,
  json,
  recognitionFields,
  redacted,
  redactedFields,
  redactedJson,
  terminal,
} from './formats.ts'
import { type Input, MAX_CHARS, readInputs, type Source } from './inputs.ts'
import { complain, write } from './output.ts'
import { createBar } from './progress.ts'

/** What is found in a text. */
export type Recognize = (
  text: string,
  onProgress: NonNullable<TextOptions['onProgress']>,
) => Promise<Recognition>

/** Names taken out: with `--redact`, and `iobert mask`. */
export interface Redacting {
  readonly redactor: Redactor
  /** Ends before what was redacted is written. */
  readonly beforeWrite?: () => Promise<void>
}

interface Reading {
  readonly maxChars: number
  readonly recognize: Recognize
  readonly shape: Format
  readonly beforeWrite?: (() => Promise<void>) | undefined
  /** Where texts may be in markup. */
  readonly readDocument?: ReadDocument
}

/** So long texts may wait for others, where something must be done before they are written. */
const PATIENCE_MS = 1000

/** Texts one after another, each written in its shape. @returns the exit code */
export async function recognizeTexts(
  sources: readonly Source[],
  { maxChars, recognize, shape, beforeWrite, readDocument }: Reading,
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
  let held = shape.head
  let flushed = performance.now()
  const flush = async (): Promise<void> => {
    await beforeWrite?.()
    // Both may be one terminal.
    if (process.stdout.isTTY) bar.end()
    await write(held, shape.kind)
    held = ''
    flushed = performance.now()
  }
  for await (const input of readInputs(sources, maxChars)) {
    const { text, error } = input
    if (text === undefined) {
      failed = true
      complain(error!)
      held += shape.error(input, index)
    } else {
      const document = await readDocument?.(text, input.file)
      const recognition = await recognize(document?.text ?? text, progressOf(input))
      const placed = document === undefined || shape.redacts ? recognition : document.toSource(recognition)
      held += shape.one(text, placed, { ...input, document }, index)
      if (beforeWrite === undefined || performance.now() - flushed > PATIENCE_MS) await flush()
    }
    index++
  }
  held += shape.tail
  await flush()
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

/** `--redact`, `--placeholder`, `--aliases` */
export function redactingOf(args: ParsedArguments): Redacting | undefined {
  const given = ['placeholder', 'aliases'].find((name) => args.has(name))
  if (!args.has('redact')) {
    if (given !== undefined) throw new UsageError(`--${given} goes with --redact`)
    return undefined
  }
  const placeholder = choice(args, 'placeholder', 'type', 'numbered') ?? 'type'
  if (args.has('aliases') && placeholder !== 'numbered') {
    throw new UsageError('--aliases goes with --placeholder numbered')
  }
  return { redactor: createRedactor({ placeholder, aliases: args.has('aliases') }) }
}

/** How texts are written, with or without their names. */
export function shapeOf(
  format: 'json' | 'html' | undefined,
  redacting: Redacting | undefined,
  inputs: number,
): Format {
  if (redacting === undefined) return format === undefined ? terminal(inputs) : { json, html }[format]
  return format === 'json' ? redactedJson(redacting.redactor) : redacted(redacting.redactor)
}

/** Outputs that have a redacted form. */
const WITHOUT_NAMES: readonly string[] = ['json', 'jsonl', 'csv', 'tsv']

/** @throws {UsageError} for an output that shows names which are to be taken out */
export function checkRedacting(shown: string | undefined, redacting: Redacting | undefined): void {
  if (redacting === undefined || shown === undefined || WITHOUT_NAMES.includes(shown)) return
  throw new UsageError(
    `--${shown} shows the names; with names taken out give one of --${WITHOUT_NAMES.join(', --')}, or none`,
  )
}

/** What a line of JSON is answered with. */
export function fieldsOf(
  text: string,
  recognition: Recognition,
  redacting: Redacting | undefined,
  document?: PlainText,
): object | (() => object) {
  if (redacting !== undefined) return () => redactedFields(redacting.redactor, text, recognition, document)
  return recognitionFields(document === undefined ? recognition : document.toSource(recognition))
}
