/** The formats in which found entities are printed. */
import type { Recognition, RecognizeOptions } from '../entities/types.ts'
import { escapeHtml, highlightHtml } from '../markup/html.ts'
import type { RedactedPlace, Redactor } from '../markup/redact.ts'
import { highlightTerminal, type TerminalStyle } from '../markup/terminal.ts'
import { visibleName } from '../markup/visible.ts'
import type { Shape } from './answers.ts'
import type { PlainText } from './documents/plain-text.ts'
import { wantsColor } from './output.ts'
import { writeAddedCell } from './tables/cells.ts'

/** What was found in a text, and for a document in markup its extracted text. */
export interface Found {
  readonly recognition: Recognition
  readonly document: PlainText | undefined
}

/** Entities with offsets into the source, markup included. */
export function inSource({ recognition, document }: Found): Recognition {
  return document === undefined ? recognition : document.toSource(recognition)
}

const nothing = (): string => ''

/** The page up to the first text. It fetches nothing and runs no script. */
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

/** One page with marked entities; their scores show under the pointer. */
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

/**
 * The text again, entities replaced by placeholders; one name has one number in all inputs. With several inputs each file's
 * name stands above its text.
 */
export function redacted(redactor: Redactor, inputs: number): Shape<Found> {
  return {
    ...{ kind: 'text', head: '', tail: '', error: nothing },
    one(found, { text, file }, index): string {
      const { text: shown } = redactedFields(redactor, text, found)
      return titled(shown, inputs === 1 ? undefined : file, index, (name) => `${visibleName(name)}:`)
    },
  }
}

/** A text that ends with a line end, under the name of its file, if it has one; a blank line before all but the first. */
function titled(
  shown: string,
  file: string | undefined,
  index: number,
  title: (name: string) => string,
): string {
  const ended = shown.endsWith('\n') ? shown : `${shown}\n`
  return file === undefined ? ended : `${index > 0 ? '\n' : ''}${title(file)}\n${ended}`
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
 * One word and its label on each line, with a blank line after each text. If entities are filtered, the words
 * of those left out have the label O.
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

/** Columns are separated by blanks, so none may contain one. */
function column(text: string): string {
  return text.replace(/\s/gu, '_')
}

/** For reading, on a terminal or elsewhere. With several inputs, the file's name is above each text. */
export function terminal(inputs: number): Shape<Found> {
  const { isTTY, columns } = process.stdout
  const color = wantsColor()
  // Colours are meant for a terminal, possibly through a pager.
  const steers = isTTY === true || color
  // A terminal that has no size says 0.
  const style: TerminalStyle = { color, terminal: steers, ...(isTTY && columns > 0 ? { columns } : {}) }
  const title = (file: string): string => {
    const name = steers ? visibleName(file) : file
    return color ? `\x1b[2m${name}\x1b[0m` : `${name}:`
  }
  return {
    ...{ kind: 'styled', head: '', tail: '', error: nothing },
    one(found, { text, file }, index): string {
      const shown = highlightTerminal(text, inSource(found).entities, style)
      return titled(shown, inputs === 1 ? undefined : file, index, title)
    },
  }
}

const COLUMNS = ['file', 'start', 'end', 'type', 'text', 'score'] as const

/**
 * `--output csv`: a row for each entity, for a spreadsheet or a database.
 *
 * @param delimiter separates cells; lines end with CR and LF, as in RFC 4180
 */
export function entityRows(delimiter: ',' | '\t'): Shape<Found> {
  const row = (cells: readonly (string | number)[]): string =>
    `${cells.map((cell) => writeAddedCell(String(cell), delimiter)).join(delimiter)}\r\n`
  return {
    ...{ kind: 'text', head: row(COLUMNS), tail: '', error: nothing },
    one: (found, { file = '' }) =>
      inSource(found)
        .entities.map(({ start, end, type, text, score }) => row([file, start, end, type, text, score]))
        .join(''),
  }
}
