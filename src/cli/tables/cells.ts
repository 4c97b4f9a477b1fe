/** Reads the cells of one row of a table, and writes single cells. */

/** A row with its cells as written in the table, and its line end. */
export interface Row {
  /** Including their quotes. */
  readonly written: readonly string[]
  readonly lineEnd: string
}

/** Cuts a row at its delimiters, except those in quotes. */
export function readRow(record: string, delimiter: string): Row {
  const [lineEnd = ''] = /\r?\n$/u.exec(record) ?? []
  const row = record.slice(0, record.length - lineEnd.length)
  const written: string[] = []
  let start = 0
  for (let at = 0; at <= row.length; at++) {
    if (at === start && row[at] === '"') {
      // A doubled quote stands for one; what follows the closing quote belongs to the cell.
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

/** The text of a cell. */
export function textOf(written: string): string {
  if (!written.startsWith('"')) return written
  const closing = /^"((?:[^"]|"")*)"?/u.exec(written)!
  return closing[1]!.replaceAll('""', '"') + written.slice(closing[0].length)
}

/** Writes a text as a cell, in quotes if needed. */
export function writeCell(text: string, delimiter: string, quoted: boolean = false): string {
  const needed = quoted || text.includes(delimiter) || /["\r\n]/u.test(text)
  return needed ? `"${text.replaceAll('"', '""')}"` : text
}
