/**
 * Takes the text out of a page or a mail in HTML. Tags, comments, attributes, scripts, styles and code are left out. The
 * text is taken as a reader sees it, not as a browser's parser builds it: a run of blanks is one blank, blocks stand apart,
 * and inline elements stand together, so that `Tim</b> <b>Cook` is one name.
 */
import { characterOf } from './character-references.ts'
import { PlainText } from './plain-text.ts'

/** What holds no text, up to its end tag or the end of all. */
const WITHOUT_TEXT = new Set(['script', 'style', 'template', 'iframe', 'noembed', 'noframes', 'object'])
/** What holds code, up to its end tag, if there is one. */
const CODE = new Set(['code', 'kbd', 'samp', 'tt', 'xmp'])
const PARAGRAPHS = new Set(
  'address article aside blockquote body dl fieldset figure footer form h1 h2 h3 h4 h5 h6 head header hr html main nav ol p pre section table title ul'.split(
    ' ',
  ),
)
const LINES = new Set(
  'br button caption dd div dt figcaption legend li option select summary tbody textarea tfoot thead tr'.split(
    ' ',
  ),
)
const CELLS = new Set(['td', 'th'])
/** Stands for code in the text: something is there, and it is no word. */
export const OBJECT = '\ufffc'

/** Attributes of a tag; one that has more is read up to its first `>`. */
const MOST_VALUES = 500

export function readHtml(source: string): PlainText {
  return new HtmlReader(source).read()
}

/** How placeholders are written in HTML. */
export function escapePlaceholder(placeholder: string): string {
  return placeholder.replace(/&/gu, '&amp;').replace(/</gu, '&lt;')
}

export class HtmlReader {
  readonly #source: string
  readonly #lastEnd: number
  readonly #plain: PlainText
  /** What must stand before the next text: nothing, a tab, a line feed, two. */
  #gap: '' | '\t' | '\n' | '\n\n' = ''
  /** Whether the text so far ends with a blank, or none would be seen. */
  #blank = true
  #preformatted = 0
  /** End tags and quotes that are not found any more. */
  readonly #absent = new Set<string>()

  constructor(source: string, plain: PlainText = new PlainText(source, escapePlaceholder)) {
    this.#source = source
    this.#lastEnd = source.lastIndexOf('>')
    this.#plain = plain
  }

  read(): PlainText {
    const source = this.#source
    for (let at = 0; at < source.length; ) {
      const open = source.indexOf('<', at)
      const end = open < 0 ? source.length : open
      this.#addText(at, end)
      at = end
      if (at === source.length) break
      const next = this.readTag(at)
      if (next === at) {
        this.#addText(at, at + 1)
        at++
      } else at = next
    }
    return this.#plain
  }

  /** Passes over the tag, comment or element without text that begins at a `<`. @returns its end; its beginning where it is none */
  readTag(at: number): number {
    const source = this.#source
    // Without an end there is no tag; this is looked for once.
    if (at > this.#lastEnd) return at
    if (source.startsWith('<!--', at)) return this.#behind('-->', at + 4, source.length)
    if (source[at + 1] === '!' || source[at + 1] === '?') return this.#behind('>', at, source.length)
    TAG_NAME.lastIndex = at
    const match = TAG_NAME.exec(source)
    if (match === null) return at
    const end = this.#endOfTag(TAG_NAME.lastIndex)
    if (end < 0) return at
    const name = match[2]!.toLowerCase()
    const closes = match[1] === '/'
    if (PARAGRAPHS.has(name)) this.#part('\n\n')
    else if (LINES.has(name)) this.#part('\n')
    else if (CELLS.has(name)) this.#part('\t')
    if (name === 'pre') this.#preformatted = Math.max(0, this.#preformatted + (closes ? -1 : 1))
    if (closes) return end
    if (WITHOUT_TEXT.has(name)) return this.#behindElement(name, end) ?? source.length
    const behind = CODE.has(name) ? this.#behindElement(name, end) : undefined
    if (behind === undefined) return end
    this.addFor(OBJECT, at, behind)
    return behind
  }

  addFor(text: string, start: number, end: number): void {
    this.#addGap(start)
    this.#plain.addFor(text, start, end)
    this.#blank = false
  }

  #addText(start: number, end: number): void {
    const text = this.#source.slice(start, end)
    for (const match of text.matchAll(WORDS_AND_BLANKS)) {
      const from = start + match.index
      const to = from + match[0].length
      const character = match[0].startsWith('&') ? characterOf(match[0]) : undefined
      if (character !== undefined) this.addFor(character, from, to)
      else if (!/^[ \t\r\n\f]/u.test(match[0])) {
        this.#addGap(from)
        this.#plain.addWritten(from, to)
        this.#blank = false
      } else if (this.#preformatted > 0) {
        this.#addGap(from)
        this.#plain.addWritten(from, to)
      } else if (!this.#blank && this.#gap === '') {
        this.#plain.addFor(' ', from, to)
        this.#blank = true
      }
    }
  }

  #part(gap: '\t' | '\n' | '\n\n'): void {
    if (GAPS.indexOf(gap) > GAPS.indexOf(this.#gap)) this.#gap = gap
  }

  #addGap(at: number): void {
    if (this.#gap !== '' && this.#plain.length > 0) this.#plain.addFor(this.#gap, at, at)
    this.#gap = ''
  }

  /** Where a tag ends whose name ends here: a `>` in a quoted value is none. */
  #endOfTag(from: number): number {
    const source = this.#source
    const first = source.indexOf('>', from)
    if (first < 0) return -1
    let at = from
    for (let values = 0; values < MOST_VALUES; values++) {
      QUOTE_OR_END.lastIndex = at
      const match = QUOTE_OR_END.exec(source)
      if (match === null) break
      if (match[0] === '>') return QUOTE_OR_END.lastIndex
      const quote = match[0].at(-1)!
      const close = this.#absent.has(quote) ? -1 : source.indexOf(quote, QUOTE_OR_END.lastIndex)
      if (close < 0) {
        this.#absent.add(quote)
        break
      }
      at = close + 1
    }
    return first + 1
  }

  #behindElement(name: string, from: number): number | undefined {
    if (this.#absent.has(name)) return undefined
    const end = new RegExp(`</${name}(?=[\\s/>])[^>]*>?`, 'giu')
    end.lastIndex = from
    if (end.test(this.#source)) return end.lastIndex
    this.#absent.add(name)
    return undefined
  }

  #behind(mark: string, from: number, otherwise: number): number {
    const at = this.#source.indexOf(mark, from)
    return at < 0 ? otherwise : at + mark.length
  }
}

const GAPS = ['', '\t', '\n', '\n\n']
const TAG_NAME = /<(\/?)([a-zA-Z][^\s/>]*)/uy
/** The end of a tag, or the quote that begins a value. */
const QUOTE_OR_END = />|=\s*["']/gu
const WORDS_AND_BLANKS = /&#?\w{1,31};|[ \t\r\n\f]+|&|[^& \t\r\n\f]+/gu
