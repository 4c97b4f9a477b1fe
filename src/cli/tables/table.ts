/**
 * The options `--csv` and `--tsv`: a table is read, and the same table is written with columns added, or with the names in
 * its columns taken out. Cells that are not read stay as they are written, byte for byte. So do line ends and the byte order
 * mark. A row with other cells than the first row says is an error: what would be read of it may stand anywhere.
 */
import { didYouMean } from '../../check/nearest.ts'
import type { Redactor } from '../../markup/redact.ts'
import { UsageError } from '../arguments.ts'
import { type Compute, type Job, runBatches } from '../batches.ts'
import { NO_LETTERS, NOT_UTF8, nameOf, type Source } from '../inputs.ts'
import type { RecordFile } from '../resume.ts'
import { type Found, redactedFields } from '../shapes.ts'
import { cellText, readRow, writeAddedCell, writeCell } from './cells.ts'
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
  /** Where the rows go, in place of stdout. */
  readonly into?: RecordFile | undefined
}

/** The byte order mark that may stand before a table. */
const MARK = '\ufeff'

/** Separates names within a cell. */
const SEPARATOR = '; '

/** @returns the exit code */
export function runTable(sources: readonly Source[], table: TableOptions): Promise<number> {
  const { compute, format, columns, header, types, redactor, maxChars, beforeWrite, into } = table
  const said = table.delimiter
  if (sources.length !== 1)
    throw new UsageError(`--${format} reads one table, found ${sources.length} inputs`)
  const refuse = (number: number, what: string): never => {
    throw new RangeError(`${nameOf(sources[0]!)}: row ${number} ${what}`)
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const decode = (record: Uint8Array, number: number): string => {
    if (record.includes(0)) return refuse(number, NO_LETTERS)
    try {
      return decoder.decode(record)
    } catch {
      return refuse(number, NOT_UTF8)
    }
  }
  let delimiter = said ?? ','
  const tellDelimiter = (first: Uint8Array): number => {
    if (said === undefined) {
      const line = new TextDecoder().decode(first).replace(/\r$/u, '')
      // Where numbers contain commas, spreadsheets separate cells by semicolons or tabs.
      const rows = [',', ';', '\t'].map((one) => ({ one, cells: readRow(line, one).written }))
      const fits = rows.filter(({ cells }) =>
        columns.every((column) => columnsOf(cells, column, header).length > 0),
      )
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
      const added = newNames(written, types).map((name) => writeAddedCell(name, delimiter))
      const cells = [row.slice(0, row.length - lineEnd.length), ...added]
      const head = mark + cells.join(delimiter) + lineEnd
      // Of columns that are given by number nobody has said that the first row names them.
      const unnamed = redactor === undefined ? [] : indexes.filter((index) => !isNamed(written[index]!))
      if (unnamed.length === 0) return { bytes, write: () => head }
      return {
        bytes,
        texts: unnamed.map((index) => cellText(written[index]!)),
        write(answered) {
          for (const [at, answer] of answered.entries()) {
            if (!(answer instanceof Error) && answer.recognition.entities.length === 0) continue
            const column = unnamed[at]! + 1
            refuse(
              number,
              `has a name in column ${column}, where the column's name is expected: give --no-header if the table has none, else --column with the column's name`,
            )
          }
          return head
        },
      }
    }
    if (written.length === 1 && written[0]!.trim() === '') return { bytes, write: () => decoded }
    const last = Math.max(...indexes) + 1
    if (written.length > width || written.length < last) {
      const wanted = written.length > width ? `the first row has ${width}` : `column ${last} is to be read`
      refuse(
        number,
        `has ${written.length} cell${written.length === 1 ? '' : 's'}, but ${wanted}; a cell that holds ${shownDelimiter(delimiter)} needs quotes, see also --delimiter`,
      )
    }
    return {
      bytes,
      texts: indexes.map((index) => cellText(written[index]!)),
      // A last row without a line end gets none.
      write(answered) {
        const wrong = answered.find((answer) => answer instanceof Error)
        if (wrong !== undefined) refuse(number, `has no answer: ${wrong.message}`)
        return mark + addTo(written, answered as readonly Found[]).join(delimiter) + lineEnd
      },
    }
  }
  const isNamed = (written: string): boolean => columns.includes(cellText(written).trim())
  const addTo = (written: readonly string[], answered: readonly Found[]): readonly string[] => {
    if (redactor !== undefined) {
      const cells = [...written]
      for (const [at, index] of indexes.entries()) {
        const cell = cells[index]!
        const { text } = redactedFields(redactor, cellText(cell), answered[at]!)
        if (text !== cellText(cell)) cells[index] = writeCell(text, delimiter, cell.startsWith('"'))
      }
      return cells
    }
    const entities = answered.flatMap(({ recognition }) => recognition.entities)
    const names = types.map((type) =>
      entities.filter((entity) => entity.type === type).map(({ text }) => text.replace(/\s+/gu, ' ')),
    )
    const missing = Array.from({ length: width - written.length }, () => '')
    return [
      ...written,
      ...missing,
      ...names.map((all) => writeAddedCell([...new Set(all)].join(SEPARATOR), delimiter)),
    ]
  }
  return runBatches(sources, {
    compute,
    createSplitter: (most = maxChars) => new RecordSplitter(tellDelimiter, most),
    jobOf,
    kind: 'text',
    unit: 'rows',
    beforeWrite,
    into,
  })
}

/** Where a column stands: by its name, where there are names, or by its number from 1; nowhere, or at several places by its name. */
function columnsOf(first: readonly string[], column: string, header: boolean): number[] {
  const names = first.map((cell) => cellText(cell.replace(/^\ufeff/u, '')).trim())
  const named = header ? [...names.keys()].filter((index) => names[index] === column) : []
  const number = /^\d{1,6}$/u.test(column) ? Number(column) - 1 : -1
  return named.length > 0 || number < 0 || number >= first.length ? named : [number]
}

/** @throws {UsageError} where it does not stand there, or at several places */
function foundColumn(first: readonly string[], column: string, header: boolean): number {
  const [index, ...more] = columnsOf(first, column, header)
  if (more.length > 0) {
    const numbers = [index!, ...more].map((one) => one + 1).join(', ')
    throw new UsageError(
      `--column is '${column}', and the table's first row has it ${more.length + 1} times, as columns ${numbers}: give numbers, once for each that is to be read`,
    )
  }
  if (index !== undefined) return index
  const names = first.slice(0, 20).map((cell) => cellText(cell))
  throw new UsageError(
    header
      ? `--column is '${column}', but the table's first row has ${names.join(', ')}${didYouMean(column, names)}`
      : `--column is '${column}', but the table's first row has ${first.length} cells; see --delimiter`,
  )
}

function shownDelimiter(delimiter: string): string {
  return delimiter === '\t' ? 'a tab' : `'${delimiter}'`
}

/** Names of added columns: the types, with a number where the table has such a column. */
function newNames(header: readonly string[], types: readonly string[]): string[] {
  const taken = new Set(header.map(cellText))
  return types.map((type) => {
    let name = type
    for (let number = 2; taken.has(name); number++) name = `${type} ${number}`
    taken.add(name)
    return name
  })
}
