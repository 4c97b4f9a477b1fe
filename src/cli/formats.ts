/** How results are printed: one object a format, all with the same three steps. */
import type { Recognition, RecognizeOptions } from '../entities/types.ts'
import { createRedactor, type RedactOptions } from '../markup/redact.ts'
import { highlightTerminal, type TerminalStyle } from '../markup/terminal.ts'
import { visibleName } from '../markup/visible.ts'
import { htmlArticle, htmlHead, htmlTail } from './html.ts'
import type { Input } from './inputs.ts'
import { recognitionFields } from './json.ts'
import { type Kind, wantsColor } from './output.ts'

export interface Format {
  readonly kind: Kind
  readonly head: string
  readonly tail: string
  /** @param index of the input, counted from 0 */
  one(text: string, recognition: Recognition, input: Input, index: number): string
  /** An input that could not be read; '' where the format has no place for it and stderr tells. */
  error(input: Input, index: number): string
}

const nothing = (): string => ''

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
export function redacted(options: RedactOptions): Format {
  const redactor = createRedactor(options)
  return {
    kind: 'text',
    head: '',
    tail: '',
    one(text, { entities }): string {
      const { text: shown } = redactor.redact(text, entities)
      return shown.endsWith('\n') ? shown : `${shown}\n`
    },
    error: nothing,
  }
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
