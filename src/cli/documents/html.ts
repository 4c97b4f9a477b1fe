/**
 * Takes the text out of a page or a mail in HTML, which `htmlparser2` cuts into tags and text. Tags, comments, attributes,
 * scripts, styles and code are left out, where they end: what nothing closes is text, since names may be in it. The text is taken as a reader sees it: blocks stand apart, and inline elements stand
 * together, so that `Tim</b> <b>Cook` is one name.
 */
import { Tokenizer } from 'htmlparser2'
import { type Gap, type Mark, PlainText } from './plain-text.ts'

/** What holds nothing that is shown, up to its end tag, if there is one. */
const HIDDEN = new Set(['script', 'style'])
/** What holds code, which is shown, up to its end tag, if there is one. */
const CODE = new Set(['code', 'kbd', 'samp', 'tt', 'xmp'])
const PARAGRAPHS = new Set(
  'address article aside blockquote body dl fieldset figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe main nav noembed noframes object ol p pre section table template title ul'.split(
    ' ',
  ),
)
const LINES = new Set(
  'br button caption dd div dt figcaption legend li option select summary tbody textarea tfoot thead tr'.split(
    ' ',
  ),
)
const CELLS = new Set(['td', 'th'])

/** @param code  what becomes of code: something that is no text, or text */
export function readHtml(
  source: string,
  { code = 'object' }: { readonly code?: 'object' | 'text' } = {},
): PlainText {
  const plain = new PlainText(source, escapePlaceholder)
  new HtmlReader(source, plain, code).read(0, source.length)
  return plain
}

/** A placeholder as written in HTML. */
export function escapePlaceholder(placeholder: string): string {
  return placeholder.replace(/&/gu, '&amp;').replace(/</gu, '&lt;')
}

/** The last element that was opened and whose content is no text, if it is closed. */
interface Opened {
  readonly name: string
  readonly start: number
  /** How far the text went before it. */
  readonly mark: Mark
}

export class HtmlReader {
  readonly #source: string
  readonly #plain: PlainText
  readonly #noText: ReadonlySet<string>
  #preformatted = 0
  #opened: Opened | undefined

  constructor(source: string, plain: PlainText, code: 'object' | 'text' = 'object') {
    this.#source = source
    this.#plain = plain
    this.#noText = code === 'text' ? HIDDEN : new Set([...HIDDEN, ...CODE])
  }

  /** Reads a stretch of the source. */
  read(start: number, end: number): void {
    let rest = this.#readMarkup(this.#source.slice(start, end), start)
    // To a browser, all that follows an unclosed quote is a value; it may contain names, so quotes are
    // ignored then.
    if (rest < end) rest = this.#readMarkup(this.#source.slice(rest, end).replace(/["']/gu, ' '), rest)
    this.addText(rest, end)
  }

  /** Text between tags. */
  addText(start: number, end: number): void {
    this.#plain.addWritten(start, end, this.#preformatted > 0)
  }

  /** Marks the limit of what unclosed elements can cover. */
  forgetOpened(): void {
    this.#opened = undefined
    this.#preformatted = 0
  }

  /** @param base of the markup in the source @returns where a tag begins that has no end, or the end */
  #readMarkup(markup: string, base: number): number {
    let tagStart = 0
    let tagName = ''
    let done = 0
    /** The state before the last character reference, since a few stand for two code points. */
    let before = this.#plain.mark()
    let reference = ''
    const openTag = (end: number): void => {
      // `<tim@example.org>` is no element.
      if (tagName.includes('@')) this.addText(base + tagStart, base + end + 1)
      else this.#open(tagName, base + tagStart)
      done = end + 1
    }
    /** What nothing closes is text. */
    const passed = (_start: number, end: number): void => {
      if (end < markup.length) done = end + 1
    }
    const nothing = (): void => {}
    const tokenizer = new Tokenizer(
      {},
      {
        ontext: (start, end) => {
          this.addText(base + start, base + end)
          done = end
        },
        ontextentity: (codePoint, end) => {
          const start = markup.lastIndexOf('&', end - 1)
          if (done === end) this.#plain.backTo(before)
          else {
            before = this.#plain.mark()
            reference = ''
          }
          reference += String.fromCodePoint(codePoint)
          this.#addReference(reference, base + start, base + end)
          done = end
        },
        onopentagname: (start, end) => {
          tagStart = start - 1
          tagName = markup.slice(start, end).toLowerCase()
        },
        onopentagend: openTag,
        onselfclosingtag: openTag,
        onclosetag: (start, nameEnd) => {
          const close = markup.indexOf('>', nameEnd)
          if (close < 0) return
          done = close + 1
          this.#close(markup.slice(start, nameEnd).toLowerCase(), base + done)
        },
        oncomment: passed,
        ondeclaration: passed,
        // XHTML shows it.
        oncdata: (start, end, closing) => {
          this.addText(base + start, base + end - closing)
          done = end + 1
        },
        onprocessinginstruction: passed,
        onattribname: nothing,
        onattribdata: nothing,
        onattribentity: nothing,
        onattribend: nothing,
        onend: nothing,
      },
    )
    tokenizer.write(markup)
    tokenizer.end()
    return base + done
  }

  #addReference(text: string, start: number, end: number): void {
    this.#plain.addFor(text === '\u00a0' ? ' ' : text, start, end)
  }

  #open(name: string, start: number): void {
    this.#separateBy(name)
    if (name === 'pre') this.#preformatted++
    // Of code within code the inner one is closed first: what is around it is taken for text.
    if (this.#noText.has(name)) this.#opened = { name, start, mark: this.#plain.mark() }
    // Should nothing close it.
    if (HIDDEN.has(name)) this.#plain.separate('\n\n')
  }

  #close(name: string, end: number): void {
    const opened = this.#opened
    if (opened?.name === name) {
      this.#opened = undefined
      this.#plain.backTo(opened.mark)
      if (CODE.has(name)) this.#plain.addObject(opened.start, end)
    }
    if (name === 'pre') this.#preformatted = Math.max(0, this.#preformatted - 1)
    this.#separateBy(name)
  }

  #separateBy(name: string): void {
    const gap: Gap = PARAGRAPHS.has(name) ? '\n\n' : LINES.has(name) ? '\n' : CELLS.has(name) ? '\t' : ''
    this.#plain.separate(gap)
  }
}
