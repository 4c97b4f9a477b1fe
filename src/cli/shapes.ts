/** The shapes in which found entities are printed. */
import type { Recognition, RecognizeOptions } from '../entities/types.ts'
import { escapeHtml, highlightHtml } from '../markup/html.ts'
import type { RedactedPlace, Redactor } from '../markup/redact.ts'
import { highlightTerminal, type TerminalStyle } from '../markup/terminal.ts'
import { visibleName } from '../markup/visible.ts'
import type { Shape } from './answers.ts'
import type { PlainText } from './documents/plain-text.ts'
import { wantsColor } from './output.ts'
import { writeCell } from './tables/cells.ts'

/** What was found in a text, and of a text in markup what of it is text. */
export interface Found {
  readonly recognition: Recognition
  readonly document: PlainText | undefined
}

/** Where entities stand in the text as it is written, markup and all. */
export function inSource({ recognition, document }: Found): Recognition {
  return document === undefined ? recognition : document.toSource(recognition)
}

const nothing = (): string => ''

/** The page up to the first text. Nothing is fetched, no script runs. */
const htmlHead: string = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Named entities</title>
<style>
:root { color-scheme: light dark; font: 16px/1.7 system-ui, sans-serif }
body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
article { white-space: pre-wrap; overflow-wrap: anywhere; margin-bottom: 2rem }
h2 { font-size: 1rem; font-weight: normal; opacity: .7 }
mark { border-radius: .25em; padding: .1em .25em }
mark small { font-weight: bold }
</style>
`

/** One page with entities marked; their scores show under the pointer. */
export const htmlPage: Shape<Found> = {
  kind: 'text',
  head: htmlHead,
  tail: '</html>\n',
  one(found, { text, file }): string {
    const title = file === undefined ? '' : `<h2 dir="auto">${escapeHtml(file)}</h2>\n`
    return `${title}<article dir="auto">${highlightHtml(text, inSource(found).entities)}</article>\n`
  },
  error: nothing,
}

/** The text again, entities replaced by placeholders; one name has one number in all inputs. */
export function redacted(redactor: Redactor): Shape<Found> {
  return {
    ...{ kind: 'text', head: '', tail: '', error: nothing },
    one(found, { text }): string {
      const { text: shown } = redactedFields(redactor, text, found)
      return shown.endsWith('\n') ? shown : `${shown}\n`
    },
  }
}

/** What JSON output holds of a redacted text: its placeholders are its entities. */
export function redactedFields(
  redactor: Redactor,
  text: string,
  { recognition, document }: Found,
): { text: string; entities: readonly RedactedPlace[]; truncated: boolean } {
  const { entities, truncated } = recognition
  const { text: shown, placeholders } =
    document === undefined ? redactor.redact(text, entities) : document.redact(redactor, recognition)
  return { text: shown, entities: placeholders, truncated }
}

/**
 * A word and its label a line, a blank line after each text. Where entities are filtered, the words of those that are
 * left out have the label O.
 */
export function conll({ labels, threshold }: RecognizeOptions): Shape<Found> {
  const filtered = labels !== undefined || threshold !== undefined
  return {
    ...{ kind: 'text', head: '', tail: '', error: nothing },
    one(found): string {
      const { entities, words = [] } = inSource(found)
      let next = 0
      const lines = words.map(({ text, start, end, label }) => {
        while (next < entities.length && entities[next]!.end <= start) next++
        const kept = !filtered || (next < entities.length && entities[next]!.start < end)
        return `${column(text)} ${kept ? column(label) : 'O'}\n`
      })
      return `${lines.join('')}\n`
    },
  }
}

/** Columns are parted by blanks, so that none may be in one. */
function column(text: string): string {
  return text.replace(/\s/gu, '_')
}

/** For reading, on a terminal or not. With several inputs each file's name stands above its text. */
export function terminal(inputs: number): Shape<Found> {
  const { isTTY, columns } = process.stdout
  const color = wantsColor()
  // Colours are for a terminal, be it behind a pager.
  const steers = isTTY === true || color
  const style: TerminalStyle = { color, terminal: steers, ...(isTTY ? { columns } : {}) }
  const safe = (name: string): string => (steers ? visibleName(name) : name)
  return {
    ...{ kind: 'styled', head: '', tail: '', error: nothing },
    one(found, { text, file }, index): string {
      const shown = highlightTerminal(text, inSource(found).entities, style)
      const gap = index > 0 && file !== undefined ? '\n' : ''
      const title = file === undefined || inputs === 1 ? undefined : safe(file)
      const name = title === undefined ? '' : color ? `\x1b[2m${title}\x1b[0m\n` : `${title}:\n`
      return `${gap}${name}${shown.endsWith('\n') ? shown : `${shown}\n`}`
    },
  }
}

const COLUMNS = ['file', 'start', 'end', 'type', 'text', 'score'] as const

/**
 * `--output csv`: a row for each entity, for a spreadsheet or a database.
 *
 * @param delimiter what stands between cells; lines end as RFC 4180 has them, with CR and LF
 */
export function entityRows(delimiter: ',' | '\t'): Shape<Found> {
  const row = (cells: readonly (string | number)[]): string =>
    `${cells.map((cell) => writeCell(String(cell), delimiter)).join(delimiter)}\r\n`
  return {
    ...{ kind: 'text', head: row(COLUMNS), tail: '', error: nothing },
    one: (found, { file = '' }) =>
      inSource(found)
        .entities.map(({ start, end, type, text, score }) => row([file, start, end, type, text, score]))
        .join(''),
  }
}
