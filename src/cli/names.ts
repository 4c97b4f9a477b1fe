/** What the commands that find entities share: rules, documents in markup, redaction, and output formats. */
import type { Recognition, TextOptions } from '../entities/types.ts'
import { createRedactor, type Redactor } from '../markup/redact.ts'
import { loadStandIns, type StandInLocale } from '../node.ts'
import { type Answering, answerTexts, type Text } from './answers.ts'
import { UsageError } from './arguments.ts'
import type { ReadDocument } from './documents/document.ts'
import { explain, openSource, readText, type Source } from './inputs.ts'
import { type Found, htmlPage, inSource, redacted, redactedFields, terminal } from './shapes.ts'

/** How names are redacted, with `--redact` and in `iobert mask`. */
export interface Redacting {
  readonly redactor: Redactor
  /** Must be done before the redacted text is written. */
  readonly beforeWrite?: () => Promise<void>
}

/** The settings of a command that finds entities. */
export interface Finding {
  readonly format: string | undefined
  readonly redacting: Redacting | undefined
  readonly maxChars?: number | undefined
  readonly members?: readonly string[] | undefined
  /** With `jsonl`: where the answers go, in place of stdout. */
  readonly into?: Answering<Found>['into']
  /** Present if the format is specific to the command. */
  readonly shape?: Answering<Found>['shape'] | undefined
  readonly readDocument: ReadDocument
  find(
    texts: readonly string[],
    onProgress: NonNullable<TextOptions['onProgress']>,
  ): Promise<readonly Recognition[]>
}

/** Finds entities in texts and writes them. @returns the exit code */
export function answerNames(sources: readonly Source[], finding: Finding): Promise<number> {
  const { format, redacting, maxChars, members, shape, readDocument, find, into } = finding
  return answerTexts<Found>(sources, {
    ...{
      format,
      maxChars,
      members,
      into,
      hides: redacting !== undefined,
      beforeWrite: redacting?.beforeWrite,
    },
    answer: (texts, onProgress) => findIn(texts, readDocument, (plain) => find(plain, onProgress)),
    fields: (found, text) =>
      redacting === undefined ? fieldsOf(found) : redactedFields(redacting.redactor, text, found),
    shape: shape ?? shapeOf(format, redacting, sources.length),
  })
}

/** Finds entities in texts, or in the textual part of documents. */
export async function findIn(
  texts: readonly Text[],
  readDocument: ReadDocument,
  find: (plain: readonly string[]) => Promise<readonly Recognition[]>,
): Promise<(Found | Error)[]> {
  const documents = await Promise.all(texts.map(({ text, file }) => readDocument(text, file)))
  const plain = texts.flatMap(({ text }, index) => {
    const document = documents[index]
    return document instanceof Error ? [] : [document?.text ?? text]
  })
  const found = (await find(plain)).values()
  return documents.map((document) =>
    document instanceof Error ? document : { recognition: found.next().value!, document },
  )
}

function shapeOf(
  format: string | undefined,
  redacting: Redacting | undefined,
  inputs: number,
): Answering<Found>['shape'] {
  if (redacting !== undefined) return redacted(redacting.redactor, inputs)
  return format === 'html' ? htmlPage : terminal(inputs)
}

/** `--redact`, `--placeholder`, `--locale`, `--aliases`, `--never` */
export async function redactingOf({
  redact,
  placeholder = 'type',
  locale,
  aliases = false,
  never,
}: {
  readonly redact?: boolean
  readonly placeholder?: 'type' | 'numbered' | 'fake'
  readonly locale?: StandInLocale
  readonly aliases?: boolean
  readonly never?: string
}): Promise<Redacting | undefined> {
  if (redact !== true) return undefined
  const standIns = placeholder === 'fake' ? { standIns: await loadStandIns(locale && { locale }) } : {}
  return { redactor: createRedactor({ placeholder, ...standIns, aliases, never: await readNever(never) }) }
}

/** UTF-16 units: some hundred thousand names. */
const LONGEST_FILE = 10_000_000

/**
 * The names of the file that `--never` names, one a line; none without it.
 *
 * @throws {UsageError} for a file that cannot be read
 */
export async function readNever(path: string | undefined): Promise<readonly string[]> {
  if (path === undefined) return []
  try {
    const text = await readText(openSource({ kind: 'file', path }), LONGEST_FILE)
    return text.split(/\r?\n/u).filter((line) => line.trim() !== '')
  } catch (error) {
    throw new UsageError(`--never ${path}: ${explain(error)}`)
  }
}

/** Output formats that have a redacted form. */
const WITHOUT_NAMES: readonly string[] = ['json', 'jsonl', 'csv', 'tsv']

/**
 * @throws {UsageError} for an output format that would show names that are to be redacted
 */
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
