/**
 * The options `--csv` and `--tsv`: a table is read, and written again with columns added or with the names in
 * its columns redacted. Cells that are not read stay as written, byte for byte, and so do line ends and the
 * byte order mark.
 */
import type { Redactor } from '../../markup/redact.ts'
import { UsageError } from '../arguments.ts'
import { type Compute, type Job, runBatches } from '../batches.ts'
import type { Source } from '../inputs.ts'
import { type Found, redactedFields } from '../shapes.ts'
import { readRow, textOf, writeCell } from './cells.ts'
import { RecordSplitter } from './record-splitter.ts'

/** The properties of a table. */
export interface TableShape {
  readonly format: 'csv' | 'tsv'
  /** The columns to read, each by its name or its number from 1. */
  readonly columns: readonly string[]
  /** Whether the first row contains the columns' names. */
  readonly header: boolean
  /** The delimiter; if undefined, it is found from the first row. */
  readonly delimiter: string | undefined
}

export interface TableOptions extends TableShape {
  readonly compute: Compute<Found>
  /** Entity types, each of which becomes a new column; undefined if the columns are redacted. */
  readonly types: readonly string[]
  /** Redacts the names. */
  readonly redactor: Redactor | undefined
  readonly maxChars: number
  readonly beforeWrite?: (() => Promise<void>) | undefined
}

/** The byte order mark that may stand before a table. */
const MARK = '\ufeff'

/** Separates names within a cell. */
const SEPARATOR = '; '

/** @returns the exit code */
export function runTable(
  sources: readonly Source[],
  { compute, format, columns, header, delimiter: said, types, redactor, maxChars, beforeWrite }: TableOptions,
): Promise<number> {
  if (sources.length !== 1)
    throw new UsageError(`--${format} reads one table, found ${sources.length} inputs`)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const decode = (record: Uint8Array, number: number): string => {
    try {
      return decoder.decode(record)
    } catch {
      throw new TypeError(`Row ${number} is not UTF-8; save the table as UTF-8`)
    }
  }
  let delimiter = said ?? ','
  const tellDelimiter = (first: Uint8Array): number => {
    if (said === undefined) {
      const line = new TextDecoder().decode(first).replace(/\r$/u, '')
      // Where numbers contain commas, spreadsheets separate cells by semicolons or tabs.
      const rows = [',', ';', '\t'].map((one) => ({ one, cells: readRow(line, one).written }))
      const fits = rows.filter(({ cells }) => columns.every((column) => columnOf(cells, column, header) >= 0))
      const most = Math.max(...fits.map(({ cells }) => cells.length))
      delimiter = fits.find(({ cells }) => cells.length === most)?.one ?? ','
    }
    return delimiter.charCodeAt(0)
  }
  let indexes: readonly number[] = []
  let width = 0
  const jobOf = (record: Uint8Array, number: number): Job<Found> => {
    const decoded = decode(record, number)
    const mark = number === 1 && decoded.startsWith(MARK) ? MARK : ''
    const row = decoded.slice(mark.length)
    const { written, lineEnd } = readRow(row, delimiter)
    const bytes = record.length
    if (number === 1) {
      indexes = [...new Set(columns.map((column) => foundColumn(written, column, header)))]
      width = written.length
    }
    if (number === 1 && header) {
      const cells = [row.slice(0, row.length - lineEnd.length), ...newNames(written, types)]
      return { bytes, write: () => mark + cells.join(delimiter) + lineEnd }
    }
    const blank = written.length === 1 && written[0] === ''
    const there = indexes.filter((index) => redactor === undefined || written[index] !== undefined)
    if (blank || there.length === 0) return { bytes, write: () => decoded }
    return {
      bytes,
      texts: there.map((index) => textOf(written[index] ?? '')),
      // A last row without a line end stays without one.
      write: (answered) =>
        mark + addTo(written, there, answered as readonly Found[]).join(delimiter) + lineEnd,
    }
  }
  const addTo = (
    written: readonly string[],
    there: readonly number[],
    answered: readonly Found[],
  ): readonly string[] => {
    if (redactor !== undefined) {
      const cells = [...written]
      for (const [at, index] of there.entries()) {
        const cell = cells[index]!
        const { text } = redactedFields(redactor, textOf(cell), answered[at]!)
        if (text !== textOf(cell)) cells[index] = writeCell(text, delimiter, cell.startsWith('"'))
      }
      return cells
    }
    const entities = answered.flatMap(({ recognition }) => recognition.entities)
    const names = types.map((type) =>
      entities.filter((entity) => entity.type === type).map(({ text }) => text.replace(/\s+/gu, ' ')),
    )
    const missing = Array.from({ length: Math.max(0, width - written.length) }, () => '')
    return [
      ...written,
      ...missing,
      ...names.map((all) => writeCell([...new Set(all)].join(SEPARATOR), delimiter)),
    ]
  }
  return runBatches(sources, {
    compute,
    createSplitter: () => new RecordSplitter(tellDelimiter, maxChars),
    jobOf,
    kind: 'text',
    unit: 'rows',
    beforeWrite,
  })
}

/** Index of a column: by its name if there are names, or by its number from 1; -1 if it does not exist. */
function columnOf(first: readonly string[], column: string, header: boolean): number {
  const names = first.map((cell) => textOf(cell.replace(/^\ufeff/u, '')).trim())
  const named = header ? names.indexOf(column) : -1
  const number = /^\d{1,6}$/u.test(column) ? Number(column) - 1 : -1
  return named >= 0 || number >= first.length ? named : number
}

/**
 * @throws {UsageError} if the column does not exist
 */
function foundColumn(first: readonly string[], column: string, header: boolean): number {
  const index = columnOf(first, column, header)
  if (index >= 0) return index
  const names = first.slice(0, 20).map((cell) => textOf(cell))
  throw new UsageError(
    header
      ? `--column is '${column}', but the table's first row has ${names.join(', ')}`
      : `--column is '${column}', but the table's first row has ${first.length} cells; see --delimiter`,
  )
}

/** Names of added columns: the types, with a number if the table already has such a column. */
function newNames(header: readonly string[], types: readonly string[]): string[] {
  const taken = new Set(header.map(textOf))
  return types.map((type) => {
    let name = type
    for (let number = 2; taken.has(name); number++) name = `${type} ${number}`
    taken.add(name)
    return name
  })
}
