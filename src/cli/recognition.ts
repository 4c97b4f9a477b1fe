/** What `iobert TEXT` and `iobert mask` share. */
import { checkTogether, recognizeRows } from '../entities/options.ts'
import type { Recognition, TextOptions } from '../entities/types.ts'
import type { LoadOptions } from '../load-options.ts'
import { bareType } from '../markup/marked-text.ts'
import { loadRecognizer } from '../node.ts'
import type { RuleSet } from '../rules/types.ts'
import { UsageError, valuesFor } from './arguments.ts'
import { documentReader, type Language } from './documents/document.ts'
import { findSources } from './inputs.ts'
import { withModel } from './loading.ts'
import { answerNames, checkRedacting, findIn, type Redacting } from './names.ts'
import { MAX_CHARS } from './options.ts'
import type { RecordFile } from './resume.ts'
import { conll, entityRows } from './shapes.ts'
import type { TableShape } from './tables/table.ts'

/** The library's options that are given by name. */
type Asked = Omit<TextOptions, 'rules' | 'words' | 'signal' | 'onProgress'>

interface Options extends Asked, Omit<LoadOptions, 'onProgress' | 'signal'> {
  readonly kind?: 'text' | 'file'
  readonly model?: string
  readonly format?: string
  readonly input?: Language
  readonly maxChars?: number
  readonly field?: readonly string[]
  readonly column?: readonly string[]
  readonly noHeader?: boolean
  readonly delimiter?: string
  readonly output?: 'csv' | 'tsv'
  readonly words?: boolean
  readonly rules?: readonly string[]
  readonly out?: string
  readonly force?: boolean
  readonly map?: string
  readonly encoding?: string
  readonly resume?: string
  readonly never?: string
  readonly placeholder?: 'type' | 'numbered' | 'fake'
}

interface Given {
  readonly options: Options
  readonly positionals: readonly string[]
  readonly beforeTerminator: number
}

/** @returns the exit code */
export async function runRecognize(given: Given, redacting: Redacting | undefined): Promise<number> {
  const { rules, words, ...rest } = given.options
  const { format, maxChars = MAX_CHARS } = rest
  const options: TextOptions = checkTogether(valuesFor(rest, recognizeRows))
  const table = tableShapeOf(rest)
  checkRedacting(words ? 'words' : format, redacting)
  if (words || format === 'conll') options.words = true
  if (rules !== undefined) {
    if (format === 'conll') {
      throw new UsageError("--conll prints the model's labels, to which --rules add nothing; use --json")
    }
    const { readRules } = await import('./rules-option.ts')
    options.rules = await readRules(rules)
  }
  const members = rest.field && [...new Set(rest.field)]
  const readDocument = documentReader(rest.input, format === 'jsonl' ? undefined : members)
  const { out, force, map = '', resume } = rest
  const { placeholder = 'type' } = rest
  if (resume !== undefined && redacting !== undefined && rest.map === undefined && placeholder !== 'type') {
    throw new UsageError(
      '--resume needs the names of the run before: use iobert mask, which keeps them in its map',
    )
  }
  if (out !== undefined && format !== undefined) {
    throw new UsageError(`--out writes each text to a file; leave --${format} out`)
  }
  const planned =
    out === undefined
      ? undefined
      : await (await import('./output-files.ts')).OutputFiles.plan((leave) => findSources(given, leave), {
          ...{ out, kept: map, ...(force && { force }) },
        })
  const sources = planned?.sources ?? (await findSources(given))
  return withModel(
    rest,
    (load) => loadRecognizer(rest.model, load),
    async (ner) => {
      // Checks, before anything is read, the options that depend on the model, such as labels.
      await ner.recognizeAll([], options)
      const find = (
        texts: readonly string[],
        onProgress?: TextOptions['onProgress'],
      ): Promise<Recognition[]> => ner.recognizeAll(texts, { ...options, ...(onProgress && { onProgress }) })
      if (planned !== undefined && redacting !== undefined) {
        const { maskFiles } = await import('./mask-files.ts')
        return maskFiles(planned.sources, planned.files, { redacting, maxChars, readDocument, find })
      }
      const answer = async (into?: RecordFile): Promise<number> => {
        if (table !== undefined) {
          const { runTable } = await import('./tables/table.ts')
          return runTable(sources, {
            ...table,
            compute: (texts) =>
              findIn(
                texts.map((text) => ({ text })),
                readDocument,
                find,
              ),
            types: redacting === undefined ? typesOf(ner.labels, options) : [],
            redactor: redacting?.redactor,
            maxChars,
            beforeWrite: redacting?.beforeWrite,
            into,
          })
        }
        const shape =
          format === 'conll'
            ? conll(options)
            : format === 'output'
              ? entityRows(rest.output === 'tsv' ? '\t' : ',')
              : undefined
        return answerNames(sources, { format, redacting, maxChars, members, shape, readDocument, find, into })
      }
      if (resume === undefined) return answer()
      const { withRecordFile } = await import('./resume.ts')
      const files = [rest.never, ...(rules ?? []).filter((one) => /\.json$|[\\/]/iu.test(one))]
      const begun = {
        ...{ sources, options: given.options as Readonly<Record<string, unknown>>, labels: ner.labels },
        files: files.filter((one) => one !== undefined),
        map: rest.map,
      }
      return withRecordFile(resume, begun, answer)
    },
  )
}

/** The properties of a table for `--csv` and `--tsv`. */
function tableShapeOf({ format, column = [], noHeader = false, delimiter }: Options): TableShape | undefined {
  if (format !== 'csv' && format !== 'tsv') return undefined
  if (column.length === 0) {
    throw new UsageError(`--${format} needs --column: which column's texts are read, by its name or number`)
  }
  const named = column.find((one) => !/^[1-9]\d{0,5}$/u.test(one))
  if (noHeader && named !== undefined) {
    throw new UsageError(`--column is '${named}', and with --no-header columns have numbers, from 1`)
  }
  const shape = { format, columns: column, header: !noHeader } as const
  if (delimiter === undefined) return { ...shape, delimiter: format === 'tsv' ? '\t' : undefined }
  const written = delimiter === 'tab' || delimiter === '\\t' ? '\t' : delimiter
  // A single-byte character: its byte never occurs inside another character's UTF-8.
  if (!/^[\t\x20-\x7e]$/u.test(written) || written === '"') {
    throw new UsageError(`--delimiter is '${delimiter}', expected one character of ASCII, or tab`)
  }
  return { ...shape, delimiter: written }
}

/** The types that entities can have; each is a column of a table. */
function typesOf(labels: readonly string[], { strategy, labels: wanted, rules }: TextOptions): string[] {
  const whole = labels.filter((label) => label !== 'O')
  const types = strategy === 'none' ? whole : whole.map(bareType)
  const ofRules =
    rules === undefined ? [] : Array.isArray(rules) ? rules.map(({ type }) => type) : (rules as RuleSet).types
  return [...new Set([...types, ...ofRules])].filter((type) => wanted?.includes(type) ?? true)
}
