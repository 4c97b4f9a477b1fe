/** Reads the cells of one row of a table, and writes single cells. */

/** A row with its cells as they stand in the table, and what ends it. */
export interface Row {
  /** With their quotes. */
  readonly written: readonly string[]
  readonly lineEnd: string
}

/** Cuts a row at its delimiters; those in quotes are no delimiters. */
export function readRow(record: string, delimiter: string): Row {
  const [lineEnd = ''] = /\r?\n$/u.exec(record) ?? []
  const row = record.slice(0, record.length - lineEnd.length)
  const written: string[] = []
  let start = 0
  for (let at = 0; at <= row.length; at++) {
    if (at === start && row[at] === '"') {
      // Two quotes are one of the text; what follows the last belongs to the cell.
      for (at++; at < row.length; at++) {
        if (row[at] !== '"') continue
        if (row[at + 1] !== '"') break
        at++
      }
    } else if (at === row.length || row[at] === delimiter) {
      written.push(row.slice(start, at))
      start = at + 1
    }
  }
  return { written, lineEnd }
}

/** What a cell says. */
export function textOf(written: string): string {
  if (!written.startsWith('"')) return written
  const closing = /^"((?:[^"]|"")*)"?/u.exec(written)!
  return closing[1]!.replaceAll('""', '"') + written.slice(closing[0].length)
}

/** A text as a cell, in quotes where it needs them. */
export function writeCell(text: string, delimiter: string, quoted: boolean = false): string {
  const needed = quoted || text.includes(delimiter) || /["\r\n]/u.test(text)
  return needed ? `"${text.replaceAll('"', '""')}"` : text
}
