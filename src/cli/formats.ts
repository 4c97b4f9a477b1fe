/** The formats in which results are printed. Each is an object with the same three steps. */
import type { Entity, Recognition, RecognizeOptions } from '../entities/types.ts'
import { escapeHtml, highlightHtml } from '../markup/html.ts'
import type { RedactedPlace, Redactor } from '../markup/redact.ts'
import { highlightTerminal, type TerminalStyle } from '../markup/terminal.ts'
import { visibleName } from '../markup/visible.ts'
import type { PlainText } from './documents/plain-text.ts'
import type { Input } from './inputs.ts'
import { type Kind, wantsColor } from './output.ts'

export interface Format {
  readonly kind: Kind
  /** Whether names are taken out: then of a source in markup `recognition` is that of its text. */
  readonly redacts?: boolean
  readonly head: string
  readonly tail: string
  /** @param index of the input, counted from 0 */
  one(text: string, recognition: Recognition, input: Input, index: number): string
  /** An input that could not be read; '' where the format has no place for it and stderr tells. */
  error(input: Input, index: number): string
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
mark { color: #111; background: hsl(var(--hue) 80% 82%); border-radius: .25em; padding: .1em .25em }
mark small { font-weight: bold; padding-left: .35em }
</style>
`

const htmlTail: string = '</html>\n'

/** One array, an object an input, a line each. */
export const json: Format = {
  kind: 'json',
  head: '[',
  tail: '\n]\n',
  one(_text, recognition, { file }, index): string {
    const fields = file === undefined ? {} : { file }
    return `${index === 0 ? '\n' : ',\n'}${JSON.stringify({ ...fields, ...recognitionFields(recognition) })}`
  },
  error({ file, error }, index): string {
    return `${index === 0 ? '\n' : ',\n'}${JSON.stringify({ ...(file === undefined ? {} : { file }), error })}`
  },
}

export const html: Format = {
  kind: 'text',
  head: htmlHead,
  tail: htmlTail,
  one: (text, recognition, { file }) => htmlArticle(text, recognition, file),
  error: nothing,
}

/** The text again, entities replaced by placeholders; one name has one number in all inputs. */
export function redacted(redactor: Redactor): Format {
  return {
    kind: 'text',
    redacts: true,
    head: '',
    tail: '',
    one(text, recognition, { document }): string {
      const { text: shown } = redactedFields(redactor, text, recognition, document)
      return shown.endsWith('\n') ? shown : `${shown}\n`
    },
    error: nothing,
  }
}

/** As `json`, of the redacted text: no name is in it. */
export function redactedJson(redactor: Redactor): Format {
  return {
    ...json,
    redacts: true,
    one(text, recognition, { file, document }, index): string {
      const fields = {
        ...(file === undefined ? {} : { file }),
        ...redactedFields(redactor, text, recognition, document),
      }
      return `${index === 0 ? '\n' : ',\n'}${JSON.stringify(fields)}`
    },
  }
}

/** What JSON output holds of a redacted text: its placeholders are its entities. */
export function redactedFields(
  redactor: Redactor,
  text: string,
  recognition: Recognition,
  document?: PlainText,
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
export function conll({ labels, threshold }: RecognizeOptions): Format {
  const filtered = labels !== undefined || threshold !== undefined
  return {
    kind: 'text',
    head: '',
    tail: '',
    one(_text, { entities, words = [] }): string {
      let next = 0
      const lines = words.map(({ text, start, end, label }) => {
        while (next < entities.length && entities[next]!.end <= start) next++
        const kept = !filtered || (next < entities.length && entities[next]!.start < end)
        return `${column(text)} ${kept ? column(label) : 'O'}\n`
      })
      return `${lines.join('')}\n`
    },
    error: nothing,
  }
}

/** Columns are parted by blanks, so that none may be in one. */
function column(text: string): string {
  return text.replace(/\s/gu, '_')
}

/** For reading, on a terminal or not. With several inputs each file's name stands above its text. */
export function terminal(inputs: number): Format {
  const { isTTY, columns } = process.stdout
  const color = wantsColor()
  // Colours are for a terminal, be it behind a pager.
  const steers = isTTY === true || color
  const style: TerminalStyle = { color, terminal: steers, ...(isTTY ? { columns } : {}) }
  const safe = (name: string): string => (steers ? visibleName(name) : name)
  return {
    kind: 'styled',
    head: '',
    tail: '',
    one(text, { entities }, { file }, index): string {
      const shown = highlightTerminal(text, entities, style)
      const gap = index > 0 && file !== undefined ? '\n' : ''
      const title = file === undefined || inputs === 1 ? undefined : safe(file)
      const name = title === undefined ? '' : color ? `\x1b[2m${title}\x1b[0m\n` : `${title}:\n`
      return `${gap}${name}${shown.endsWith('\n') ? shown : `${shown}\n`}`
    },
    error: nothing,
  }
}

/** What JSON output holds of a recognition; probabilities as plain arrays, in the order of the model's labels. */
export function recognitionFields({ entities, truncated, words }: Recognition): {
  entities: readonly Entity[]
  truncated: boolean
  words?: readonly unknown[]
} {
  if (words === undefined) return { entities, truncated }
  return {
    entities,
    truncated,
    words: words.map((word) => ({ ...word, probabilities: Array.from(word.probabilities) })),
  }
}

/** One text with its entities marked; their scores show under the pointer. */
function htmlArticle(text: string, { entities }: Recognition, file: string | undefined): string {
  const title = file === undefined ? '' : `<h2 dir="auto">${escapeHtml(file)}</h2>\n`
  return `${title}<article dir="auto">${highlightHtml(text, entities)}</article>\n`
}
