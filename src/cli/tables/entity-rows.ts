/** `--output csv`: a row for each entity, for a spreadsheet or a database. */
import type { Format } from '../formats.ts'
import { writeCell } from './cells.ts'

const COLUMNS = ['file', 'start', 'end', 'type', 'text', 'score'] as const

/** @param delimiter what stands between cells; lines end as RFC 4180 has them, with CR and LF */
export function entityRows(delimiter: ',' | '\t'): Format {
  const row = (cells: readonly (string | number)[]): string =>
    `${cells.map((cell) => writeCell(String(cell), delimiter)).join(delimiter)}\r\n`
  return {
    kind: 'text',
    head: row(COLUMNS),
    tail: '',
    one: (_text, { entities }, { file = '' }) =>
      entities
        .map(({ start, end, type, text, score }) => row([file, start, end, type, text, score]))
        .join(''),
    error: () => '',
  }
}
