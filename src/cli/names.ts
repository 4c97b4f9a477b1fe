/** What the commands that find entities have in common: rules, documents in markup, names taken out, and the shapes of answers. */
import type { Recognition, TextOptions } from '../entities/types.ts'
import { createRedactor, type Redactor } from '../markup/redact.ts'
import { type Answering, answerTexts, type Text } from './answers.ts'
import { UsageError } from './arguments.ts'
import type { ReadDocument } from './documents/document.ts'
import type { Source } from './inputs.ts'
import { type Found, htmlPage, inSource, redacted, redactedFields, terminal } from './shapes.ts'

/** Names taken out: with `--redact`, and `iobert mask`. */
export interface Redacting {
  readonly redactor: Redactor
  /** Ends before what was redacted is written. */
  readonly beforeWrite?: () => Promise<void>
}

/** What is asked of a command that finds entities. */
export interface Finding {
  readonly format: string | undefined
  readonly redacting: Redacting | undefined
  readonly maxChars?: number | undefined
  readonly members?: readonly string[] | undefined
  /** Where the format is one of the command's own. */
  readonly shape?: Answering<Found>['shape'] | undefined
  readonly readDocument?: ReadDocument
  find(
    texts: readonly string[],
    onProgress: NonNullable<TextOptions['onProgress']>,
  ): Promise<readonly Recognition[]>
}

/** Finds entities in texts and writes them. @returns the exit code */
export function answerNames(sources: readonly Source[], finding: Finding): Promise<number> {
  const { format, redacting, maxChars, members, shape, readDocument, find } = finding
  return answerTexts<Found>(sources, {
    ...{ format, maxChars, members, hides: redacting !== undefined, beforeWrite: redacting?.beforeWrite },
    answer: (texts, onProgress) => findIn(texts, readDocument, (plain) => find(plain, onProgress)),
    fields: (found, text) =>
      redacting === undefined ? fieldsOf(found) : redactedFields(redacting.redactor, text, found),
    shape: shape ?? shapeOf(format, redacting, sources.length),
  })
}

/** Finds entities in texts, or in what of them is text. */
export async function findIn(
  texts: readonly Text[],
  readDocument: ReadDocument | undefined,
  find: (plain: readonly string[]) => Promise<readonly Recognition[]>,
): Promise<Found[]> {
  const documents = await Promise.all(texts.map(({ text, file }) => readDocument?.(text, file)))
  const found = await find(texts.map(({ text }, index) => documents[index]?.text ?? text))
  return found.map((recognition, index) => ({ recognition, document: documents[index] }))
}

function shapeOf(
  format: string | undefined,
  redacting: Redacting | undefined,
  inputs: number,
): Answering<Found>['shape'] {
  if (redacting !== undefined) return redacted(redacting.redactor)
  return format === 'html' ? htmlPage : terminal(inputs)
}

/** `--redact`, `--placeholder`, `--aliases` */
export function redactingOf({
  redact,
  placeholder = 'type',
  aliases = false,
}: {
  readonly redact?: boolean
  readonly placeholder?: 'type' | 'numbered'
  readonly aliases?: boolean
}): Redacting | undefined {
  return redact === true ? { redactor: createRedactor({ placeholder, aliases }) } : undefined
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

/** What JSON output holds of a recognition. */
function fieldsOf(found: Found): Pick<Recognition, 'entities' | 'truncated' | 'words'> {
  const { entities, truncated, words } = inSource(found)
  return { entities, truncated, ...(words && { words }) }
}
