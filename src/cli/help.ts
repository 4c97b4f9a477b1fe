/** Makes a command's help page from its table of options. */
import type { OptionRow, OptionTable } from '../check/option-rows.ts'
import { flagOf, needsOf, wordsOf } from './arguments.ts'

/** What a help page says in addition to the options. */
export interface Page {
  /** `embed [OPTIONS] TEXT|FILE...` */
  readonly usage: string
  /** What the command does, in paragraphs. */
  readonly about: readonly string[]
  /** What follows the options: examples. */
  readonly after: string
}

/** Tables of options by their headings. */
export type Groups = Readonly<Record<string, OptionTable>>

const WIDTH = 120
/** The column in which explanations begin. */
const COLUMN = 23

/** The page that `--help` prints. */
export function helpPage({ usage, about, after }: Page, groups: Groups): string {
  const sections = Object.entries(groups).map(([title, rows]) => {
    const lines = Object.entries(rows).flatMap(([name, row]) => linesOf(name, row, describe(row)))
    return `${title}\n${lines.join('\n')}\n`
  })
  const paragraphs = about.map((paragraph) =>
    paragraph.startsWith('  ') ? `${paragraph}\n` : `${wrap(paragraph, 0).join('\n')}\n`,
  )
  return [`Usage: iobert ${usage}\n`, ...paragraphs, ...sections, after].join('\n')
}

/** `with --csv or --tsv: ...: first, second (default) or third; default: first. More` */
function describe(row: OptionRow): string {
  const words = Object.entries(row.type === 'word' ? wordsOf(row) : {}).map(([word, remark]) =>
    remark === '' ? word : `${word} (${remark})`,
  )
  const listed = [words.slice(0, -1).join(', '), ...words.slice(-1)]
    .filter((part) => part !== '')
    .join(' or ')
  const needed = row.needs === undefined ? '' : `with ${needsOf(row.needs)}`
  const text = [needed, row.help ?? '', listed].filter((part) => part !== '').join(': ')
  const byDefault = row.default === undefined ? '' : `; default: ${row.default}`
  return `${text}${byDefault}${row.more === undefined ? '' : `. ${row.more}`}`
}

/** A row without a help text is an option of an earlier version, and not shown. */
function linesOf(name: string, { short, value }: OptionRow, described: string): string[] {
  if (described === '') return []
  const flag = `  ${short === undefined ? '   ' : `-${short},`} ${flagOf(name)}${value === undefined ? '' : ` ${value}`}`
  const [first = '', ...rest] = wrap(described, COLUMN)
  const gap = flag.length < COLUMN - 1 ? ' '.repeat(COLUMN - flag.length) : `\n${' '.repeat(COLUMN)}`
  return [`${flag}${gap}${first}`, ...rest.map((line) => `${' '.repeat(COLUMN)}${line}`)]
}

/** Wraps a text into lines that start at a column and end within the page's width. */
function wrap(text: string, column: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/u)) {
    if (line !== '' && column + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = word
    } else line += line === '' ? word : ` ${word}`
  }
  return [...lines, line]
}
