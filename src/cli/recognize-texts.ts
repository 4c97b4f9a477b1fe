/** Recognition on the command line: what `iobert TEXT` and `iobert mask` have in common. */
import type { TextOptions } from '../entities/types.ts'
import { bareType } from '../markup/marked-text.ts'
import { loadRecognizer } from '../node.ts'
import type { RuleSet } from '../rules/types.ts'
import {
  choice,
  type OptionTable,
  oneOf,
  type ParsedArguments,
  switches,
  UsageError,
  valued,
} from './arguments.ts'
import type { Compute } from './batches.ts'
import { documentReader } from './documents/document.ts'
import { conll, redactedFields } from './formats.ts'
import { findSources, inputOptionTable } from './inputs.ts'
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
import { entityRows } from './tables/entity-rows.ts'
import type { CellAnswer, Shape } from './tables/table.ts'

/** The options that all who recognise have: all but those of the shapes that show names. */
export const recognizeTable: OptionTable = {
  ...loadOptionTable,
  ...recognizeOptionTable,
  ...switches('json', 'jsonl', 'csv', 'tsv', 'no-header', 'lines', 'aliases'),
  ...valued('field', 'input', 'column', 'delimiter', 'max-chars', 'rules', 'rule-policy'),
  ...inputOptionTable,
}

/** What is said of a table, with `--csv` and `--tsv`. */
function readTableOptions(args: ParsedArguments, format: string | undefined): Shape | undefined {
  if (format !== 'csv' && format !== 'tsv') {
    const name = ['column', 'no-header', 'delimiter'].find((one) => args.has(one))
    if (name !== undefined) throw new UsageError(`--${name} goes with --csv or --tsv`)
    return undefined
  }
  const columns = args.values('column')
  if (columns.length === 0) {
    throw new UsageError(`--${format} needs --column: which column's texts are read, by its name or number`)
  }
  const header = !args.has('no-header')
  const named = columns.find((column) => !/^[1-9]\d{0,5}$/u.test(column))
  if (!header && named !== undefined) {
    throw new UsageError(`--column is '${named}', and with --no-header columns have numbers, from 1`)
  }
  const delimiter = args.value('delimiter')
  if (delimiter === undefined)
    return { format, columns, header, delimiter: format === 'tsv' ? '\t' : undefined }
  if (format === 'tsv') throw new UsageError('--delimiter goes with --csv; --tsv is for tabs')
  const written = delimiter === 'tab' || delimiter === '\\t' ? '\t' : delimiter
  // A character of one byte: no byte of another one's UTF-8 is it.
  if (!/^[\t\x20-\x7e]$/u.test(written) || written === '"') {
    throw new UsageError(`--delimiter is '${delimiter}', expected one character of ASCII, or tab`)
  }
  return { format, columns, header, delimiter: written }
}

/** The types that entities can have, each a column of a table. */
function typesOf(labels: readonly string[], { strategy, labels: wanted, rules }: TextOptions): string[] {
  const whole = labels.filter((label) => label !== 'O')
  const types = strategy === 'none' ? whole : whole.map(bareType)
  const ofRules =
    rules === undefined ? [] : Array.isArray(rules) ? rules.map(({ type }) => type) : (rules as RuleSet).types
  return [...new Set([...types, ...ofRules])].filter((type) => wanted?.includes(type) ?? true)
}

/** @returns the exit code */
export async function runRecognize(args: ParsedArguments, redacting: Redacting | undefined): Promise<number> {
  const format = oneOf(args, 'json', 'jsonl', 'csv', 'tsv', 'conll', 'html', 'output')
  const options = recognizeOptions(args)
  if (args.has('words') && format !== 'json' && format !== 'jsonl') {
    throw new UsageError('--words goes with --json or --jsonl')
  }
  const table = readTableOptions(args, format)
  if (args.has('field') && format !== 'jsonl') throw new UsageError('--field goes with --jsonl')
  checkRedacting(args.has('words') ? 'words' : format, redacting)
  if (args.has('words') || format === 'conll') options.words = true
  const rules = await readRulesOption(args, format)
  if (rules !== undefined) options.rules = rules
  const readDocument = documentReader(args)
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
        const documents = await Promise.all(texts.map((text) => readDocument(text)))
        const plain = texts.map((text, index) => documents[index]?.text ?? text)
        const found = await ner.recognizeAll(plain, { ...options, onProgress })
        return found.map((one, index) => fieldsOf(texts[index]!, one, redacting, documents[index]))
      }
      return await runJsonl(compute, sources, maxChars, {
        field: args.value('field'),
        beforeWrite: redacting?.beforeWrite,
      })
    }
    if (format === 'csv' || format === 'tsv') {
      const { runTable } = await import('./tables/table.ts')
      const compute: Compute<CellAnswer> = async (texts) => {
        const documents = await Promise.all(texts.map((text) => readDocument(text)))
        const plain = texts.map((text, index) => documents[index]?.text ?? text)
        const found = await ner.recognizeAll(plain, options)
        if (redacting === undefined) return found
        return found.map(
          (one, index) => () => redactedFields(redacting.redactor, texts[index]!, one, documents[index]),
        )
      }
      const types = redacting === undefined ? typesOf(ner.labels, options) : undefined
      const beforeWrite = redacting?.beforeWrite
      return await runTable(compute, sources, { ...table!, types, maxChars, beforeWrite })
    }
    const shape =
      format === 'conll'
        ? conll(options)
        : format === 'output'
          ? entityRows(choice(args, 'output', 'csv', 'tsv') === 'tsv' ? '\t' : ',')
          : shapeOf(format, redacting, sources.length)
    const recognize: Recognize = (text, onProgress) => ner.recognize(text, { ...options, onProgress })
    const beforeWrite = redacting?.beforeWrite
    return await recognizeTexts(sources, { maxChars, recognize, shape, beforeWrite, readDocument })
  } finally {
    ner.dispose()
  }
}
