/** Marks the entities of a text for a terminal. */

import { bareType, type MarkedEntity, stretchesOf, typeNumber } from './marked-text.ts'
import { visible, visibleName } from './visible.ts'

export interface TerminalStyle {
  readonly color: boolean
  /** Columns to wrap at; if undefined, lines stay as they are. */
  readonly columns?: number
  /** Shows control characters as pictures, so that neither a text nor a type can steer the terminal. */
  readonly terminal: boolean
}

/**
 * A text for reading: entities on a coloured background followed by their types, or without colours as
 * `[Berlin LOC]`. Lines are broken between words.
 */
export function highlightTerminal(
  text: string,
  entities: readonly MarkedEntity[],
  style: TerminalStyle,
): string {
  const line = new WrappedText(style.columns ?? Number.POSITIVE_INFINITY)
  for (const { text: raw, entity } of stretchesOf(text, entities)) {
    const shown = style.terminal ? visible(raw) : raw
    if (entity === undefined) {
      line.add(shown, '')
      continue
    }
    const type = style.terminal ? visibleName(entity.type) : entity.type
    if (!style.color) {
      line.add(`[${shown} ${type}]`, '')
      continue
    }
    const ground = colorOf(entity.type)
    line.add(shown, `\x1b[30;${ground}m`)
    // The no-break space keeps the type on the line of the entity's last word.
    line.add(`\u00a0${type}`, `\x1b[1;30;${ground}m`)
  }
  return line.toString()
}

/**
 * Background colours on which black letters are legible: green, yellow, cyan and so on, the bright ones last.
 */
const GROUNDS: readonly number[] = [42, 43, 46, 45, 102, 103, 106, 105, 104, 47]
const KNOWN: Readonly<Record<string, number>> = {
  __proto__: null as never,
  PER: 46,
  LOC: 42,
  ORG: 43,
  MISC: 45,
}

function colorOf(type: string): number {
  return KNOWN[bareType(type)] ?? GROUNDS[typeNumber(type) % GROUNDS.length]!
}

/** Styled text, broken where a line would be too long. A style ends with its line and resumes on the next. */
class WrappedText {
  readonly #columns: number
  #out = ''
  #style = ''
  #column = 0
  /** The word that is not on a line yet, in pieces with styles of their own. */
  #word: { readonly text: string; readonly style: string }[] = []
  #wordWidth = 0
  /** The space before it. */
  #space = { text: '', style: '' }

  constructor(columns: number) {
    this.#columns = columns
  }

  add(text: string, style: string): void {
    for (const [part] of text.matchAll(/\n|[ \t]+|[^ \t\n]+/gu)) {
      if (part === '\n') {
        this.#flush()
        this.#emit(this.#space.text, this.#space.style)
        this.#space = { text: '', style: '' }
        this.#break()
      } else if (part.startsWith(' ') || part.startsWith('\t')) {
        this.#flush()
        this.#space = { text: this.#space.text + part, style }
      } else {
        this.#word.push({ text: part, style })
        this.#wordWidth += widthOf(part)
      }
    }
  }

  toString(): string {
    this.#flush()
    this.#emit(this.#space.text, '')
    this.#emit('', '')
    return this.#out
  }

  /** Puts the word on this line, or on the next if it does not fit. */
  #flush(): void {
    if (this.#word.length === 0) return
    const { text, style } = this.#space
    const width = widthOf(text)
    if (this.#column > 0 && this.#column + width + this.#wordWidth > this.#columns) this.#break()
    else {
      this.#emit(text, style)
      this.#column += width
    }
    for (const piece of this.#word) this.#emit(piece.text, piece.style)
    this.#column += this.#wordWidth
    this.#word = []
    this.#wordWidth = 0
    this.#space = { text: '', style: '' }
  }

  #break(): void {
    this.#emit('', '')
    this.#out += '\n'
    this.#column = 0
  }

  #emit(text: string, style: string): void {
    if (style !== this.#style) this.#out += (this.#style === '' ? '' : '\x1b[0m') + style
    this.#style = style
    this.#out += text
  }
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const NARROWEST = /[\p{Mn}\p{Me}\p{Cf}]/u

/** Columns that a text takes on a terminal: 2 for East Asian characters, 0 for marks. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += NARROWEST.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}
