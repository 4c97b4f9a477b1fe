/** Answers texts: one by one in a form that the command chooses, or many as JSON Lines. */
import { basename } from 'node:path'
import { visibleName } from '../markup/visible.ts'
import type { Compute } from './batches.ts'
import { type Input, readSources, type Source } from './inputs.ts'
import { runJsonl } from './jsonl.ts'
import { MAX_CHARS } from './options.ts'
import { complain, type Kind, write } from './output.ts'
import { createBar } from './progress.ts'
import type { RecordFile } from './resume.ts'

/** A text to be answered, and the file it comes from. */
export type Text = Pick<Input, 'file' | 'left'> & { readonly text: string }

type OnProgress = (progress: { readonly done: number; readonly total: number }) => void

/** How answers are written, one after another. */
export interface Shape<Result> {
  readonly kind: Kind
  readonly head: string
  readonly tail: string
  /** @param index of the input, counted from 0 */
  one(result: Result, text: Text, index: number): string
  /** Writes an input without an answer; '' if the format has no place for it, since stderr reports it. */
  error(error: string, input: Pick<Input, 'file'>, index: number): string
}

export interface Answering<Result> {
  readonly maxChars?: number | undefined
  readonly format: string | undefined
  /** Computes one answer for each text; an Error takes the place of an answer. */
  answer(texts: readonly Text[], onProgress: OnProgress): Promise<readonly (Result | Error)[]>
  /** The JSON fields of an answer. */
  fields(result: Result, text: string): object
  /** Used if the format is not JSON. */
  readonly shape: Shape<Result>
  /** With `jsonl`: the members that contain texts. */
  readonly members?: readonly string[] | undefined
  /** Whether names are redacted, so that nothing of an unreadable or unanswered text may be written. */
  readonly hides?: boolean | undefined
  /** Must be done before the computed answers are written. */
  readonly beforeWrite?: (() => Promise<void>) | undefined
  /** With `jsonl`: where the answers go, in place of stdout. */
  readonly into?: RecordFile | undefined
}

/**
 * @returns the exit code: 1 if an input could not be read or answered
 */
export function answerTexts<Result>(
  sources: readonly Source[],
  answering: Answering<Result>,
): Promise<number> {
  const { maxChars = MAX_CHARS, format, answer, fields, members, hides, beforeWrite, into } = answering
  if (format !== 'jsonl') return answerInTurn(sources, { ...answering, maxChars })
  const compute: Compute<Result> = (texts, onShare) =>
    answer(
      texts.map((text) => ({ text })),
      ({ done, total }) => onShare(done / total),
    )
  return runJsonl(sources, { compute, fields, maxChars, members, hides, beforeWrite, into })
}

/** One array, with an object for each input, one on each line. */
function jsonArray<Result>(fields: (result: Result, text: string) => object): Shape<Result> {
  const row = (members: object, file: string | undefined, index: number): string => {
    const named = file === undefined ? {} : { file }
    return `${index === 0 ? '\n' : ',\n'}${JSON.stringify({ ...named, ...members })}`
  }
  return {
    kind: 'json',
    head: '[',
    tail: '\n]\n',
    // Where the text is nowhere else, offsets are in this one.
    one: (result, { text, file, left }, index) =>
      row({ ...(left && { text }), ...fields(result, text) }, file, index),
    error: (error, { file }, index) => row({ error }, file, index),
  }
}

/** For people: a few lines for each text. */
export function plainLines<Result>(
  lines: (result: Result, text: Text) => string,
  between: string = '',
): Shape<Result> {
  let written = false
  return {
    kind: 'text',
    head: '',
    tail: '',
    one(result, text) {
      const before = written ? between : ''
      written = true
      return before + lines(result, text)
    },
    error: () => '',
  }
}

/** How long texts may wait for others, if something must be done before they are written. */
const PATIENCE_MS = 1000

async function answerInTurn<Result>(
  sources: readonly Source[],
  {
    maxChars,
    format,
    answer,
    fields,
    beforeWrite,
    ...rest
  }: Answering<Result> & { readonly maxChars: number },
): Promise<number> {
  const shape = format === 'json' ? jsonArray(fields) : rest.shape
  const bar = createBar()
  let failed = false
  let index = 0
  /** For one text its pieces are counted, for several the texts. */
  const progressOf =
    ({ file }: Input): OnProgress =>
    ({ done, total }) => {
      const title = file === undefined ? 'Reading' : `Reading ${visibleName(basename(file)).slice(0, 24)}`
      if (sources.length === 1) bar.update(title, { done, total, unit: 'pieces' })
      else bar.update('Reading', { done: index + done / total, total: sources.length, unit: 'texts' })
    }
  let held = shape.head
  let flushed = performance.now()
  const flush = async (): Promise<void> => {
    await beforeWrite?.()
    // Stdout and stderr may be the same terminal.
    if (process.stdout.isTTY) bar.end()
    await write(held, shape.kind)
    held = ''
    flushed = performance.now()
  }
  for await (const input of readSources(sources, maxChars)) {
    const { file, text, error } = input
    const answers = text === undefined ? [] : await answer([{ ...input, text }], progressOf(input))
    const answered = text === undefined ? new Error(error) : answers[0]!
    if (answered instanceof Error) {
      failed = true
      complain(text === undefined || file === undefined ? answered.message : `${file}: ${answered.message}`)
      held += shape.error(answered.message, input, index)
    } else {
      held += shape.one(answered, { ...input, text: text! }, index)
      for (const part of input.left ?? []) {
        failed = true
        complain(`${file}: ${part}`)
      }
      if (beforeWrite === undefined || performance.now() - flushed > PATIENCE_MS) await flush()
    }
    index++
  }
  held += shape.tail
  await flush()
  bar.end()
  return failed ? 1 : 0
}
