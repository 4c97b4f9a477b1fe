/**
 * The options `--csv` and `--tsv`: a table is read, and the same table is written with columns added, or with the names in
 * a column taken out. Cells that are not read stay as they are written, byte for byte. So do line ends and the byte order
 * mark.
 */
import type { Entity } from '../../entities/types.ts'
import { UsageError } from '../arguments.ts'
import { type Compute, runBatches, type Task } from '../batches.ts'
import type { Source } from '../inputs.ts'
import { readRow, textOf, writeCell } from './cells.ts'
import { RecordSplitter } from './record-splitter.ts'

/** What is answered to a cell. */
export type CellAnswer = { readonly entities: readonly Entity[] } | { readonly text: string }

export interface TableOptions {
  readonly format: 'csv' | 'tsv'
  /** The name of the column that is read, or its number from 1. */
  readonly column: string
  /** Types of entities, a new column each; none where the column's names are taken out. */
  readonly types: readonly string[] | undefined
  readonly maxChars: number
  readonly beforeWrite?: (() => Promise<void>) | undefined
}

/** What separates names in a cell. */
const SEPARATOR = '; '

/** @returns the exit code */
export function runTable(
  compute: Compute<CellAnswer>,
  sources: readonly Source[],
  { format, column, types, maxChars, beforeWrite }: TableOptions,
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
  let delimiter = format === 'tsv' ? '\t' : ','
  const tellDelimiter = (header: Uint8Array): number => {
    const line = new TextDecoder().decode(header).replace(/\r$/u, '')
    // Where commas are in numbers, spreadsheets write semicolons or tabs.
    const has = (one: string): boolean => columnOf(readRow(line, one).written, column) >= 0
    if (format === 'csv') delimiter = [',', ';', '\t'].find(has) ?? ','
    return delimiter.charCodeAt(0)
  }
  let index = -1
  let width = 0
  const taskOf = (record: Uint8Array, number: number): Task<CellAnswer> => {
    const row = decode(record, number)
    const { written, lineEnd } = readRow(number === 1 ? row.replace(/^\ufeff/u, '') : row, delimiter)
    const bytes = record.length
    if (number === 1) {
      index = columnOf(written, column)
      width = written.length
      if (index < 0) throw missingColumn(column, written)
      const cells = [row.slice(0, row.length - lineEnd.length), ...newNames(written, types ?? [])]
      return { bytes, write: () => cells.join(delimiter) + lineEnd }
    }
    const blank = written.length === 1 && written[0] === ''
    const cell = written[index]
    if (blank || (cell === undefined && types === undefined)) return { bytes, write: () => row }
    return {
      bytes,
      text: textOf(cell ?? ''),
      // A last row without a line end gets none.
      write: (answered) => addTo(written, answered!).join(delimiter) + lineEnd,
    }
  }
  const addTo = (written: readonly string[], answered: CellAnswer): readonly string[] => {
    if ('text' in answered) {
      const cell = written[index]!
      const same = answered.text === textOf(cell)
      const shown = same ? cell : writeCell(answered.text, delimiter, cell.startsWith('"'))
      return written.map((one, at) => (at === index ? shown : one))
    }
    const names = types!.map((type) =>
      answered.entities
        .filter((entity) => entity.type === type)
        .map(({ text }) => text.replace(/\s+/gu, ' ')),
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
    taskOf,
    kind: 'text',
    unit: 'rows',
    beforeWrite,
  })
}

/** Where a column stands: by its name, or by its number from 1; -1 where it does not. */
function columnOf(header: readonly string[], column: string): number {
  const names = header.map((cell) => textOf(cell.replace(/^\ufeff/u, '')).trim())
  const named = names.indexOf(column)
  const number = /^\d{1,6}$/u.test(column) ? Number(column) - 1 : -1
  return named >= 0 || number >= header.length ? named : number
}

function missingColumn(column: string, header: readonly string[]): UsageError {
  const names = header.slice(0, 20).map((cell) => textOf(cell))
  return new UsageError(`--column is '${column}', but the table's first row has ${names.join(', ')}`)
}

/** Names of added columns: the types, with a number where the table has such a column. */
function newNames(header: readonly string[], types: readonly string[]): string[] {
  const taken = new Set(header.map(textOf))
  return types.map((type) => {
    let name = type
    for (let number = 2; taken.has(name); number++) name = `${type} ${number}`
    taken.add(name)
    return name
  })
}
