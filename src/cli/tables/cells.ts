/** Reads the cells of one row of a table, and writes single cells. */

/** A row with its cells as written in the table, and its line end. */
export interface TableRow {
  /** Including their quotes. */
  readonly written: readonly string[]
  readonly lineEnd: string
}

/** Cuts a row at its delimiters, except those in quotes. */
export function readRow(record: string, delimiter: string): TableRow {
  const [lineEnd = ''] = /\r?\n$/u.exec(record) ?? []
  const row = record.slice(0, record.length - lineEnd.length)
  const written: string[] = []
  let start = 0
  for (let at = 0; at <= row.length; at++) {
    // What follows the closing quote belongs to the cell.
    if (at === start && row[at] === '"') at = Math.min(closingQuote(row, at), row.length - 1)
    else if (at === row.length || row[at] === delimiter) {
      written.push(row.slice(start, at))
      start = at + 1
    }
  }
  return { written, lineEnd }
}

/** The text of a cell. */
export function cellText(written: string): string {
  if (!written.startsWith('"')) return written
  const end = closingQuote(written, 0)
  return written.slice(1, end).replaceAll('""', '"') + written.slice(end + 1)
}

/** Where the quote is that closes the one at `start`, or the end. Two quotes are one of the text. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  return text.length
}

/**
 * What spreadsheets take for a formula, which may call up programs and addresses (CWE-1236). A sign before nothing but a number,
 * as one of a telephone, is none.
 */
const FORMULA = /^(?:[=@\t\r]|[+-](?![\d\s()./-]*$))/u

/** A text of ours as a cell that no spreadsheet computes: what would begin a formula gets an apostrophe before it. */
export function writeAddedCell(text: string, delimiter: string): string {
  return writeCell(FORMULA.test(text) ? `'${text}` : text, delimiter)
}

/** Writes a text as a cell, in quotes if needed. */
export function writeCell(text: string, delimiter: string, quoted: boolean = false): string {
  const needed = quoted || text.includes(delimiter) || /["\r\n]/u.test(text)
  return needed ? `"${text.replaceAll('"', '""')}"` : text
}
