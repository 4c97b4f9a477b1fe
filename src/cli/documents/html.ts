/**
 * Extracts the text of a page or a mail in HTML, which `htmlparser2` cuts into tags and text. Tags, comments,
 * attributes, scripts, styles and code are left out. The text is extracted as a reader sees it: blocks are
 * separated, inline elements are not, so that `Tim</b> <b>Cook` is one name.
 */
import { Tokenizer } from 'htmlparser2'
import { type Gap, type Mark, PlainText } from './plain-text.ts'

/** Elements without text, up to their end tag or the end of the source. */
const WITHOUT_TEXT = new Set(['script', 'style', 'template', 'iframe', 'noembed', 'noframes', 'object'])
/** Elements with code, up to their end tag if there is one. */
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

export function readHtml(source: string): PlainText {
  const plain = new PlainText(source, escapePlaceholder)
  new HtmlReader(source, plain).read(0, source.length)
  return plain
}

/** A placeholder as written in HTML. */
export function escapePlaceholder(placeholder: string): string {
  return placeholder.replace(/&/gu, '&amp;').replace(/</gu, '&lt;')
}

/** The last opened element whose content is not text. */
interface Opened {
  readonly name: string
  readonly start: number
  /** For code, which counts as text if it is not closed: where it began. */
  readonly mark: Mark | undefined
}

export class HtmlReader {
  readonly #source: string
  readonly #plain: PlainText
  #preformatted = 0
  #opened: Opened | undefined

  constructor(source: string, plain: PlainText) {
    this.#source = source
    this.#plain = plain
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
    if (this.#isText) this.#plain.addWritten(start, end, this.#preformatted > 0)
  }

  /** Marks the limit of what unclosed elements can cover. */
  forgetOpened(): void {
    this.#opened = undefined
    this.#preformatted = 0
  }

  get #isText(): boolean {
    return this.#opened === undefined || this.#opened.mark !== undefined
  }

  /**
   * @param base position of the markup in the source @returns where a tag without an end begins, or the end
   */
  #readMarkup(markup: string, base: number): number {
    let tagStart = 0
    let tagName = ''
    let done = 0
    /** The state before the last character reference, since a few stand for two code points. */
    let before = this.#plain.mark()
    let reference = ''
    const openTag = (end: number): void => {
      this.#open(tagName, base + tagStart)
      done = end + 1
    }
    const passed = (_start: number, end: number): void => {
      done = Math.min(markup.length, end + 1)
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
        oncdata: passed,
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
    if (this.#isText) this.#plain.addFor(text === '\u00a0' ? ' ' : text, start, end)
  }

  #open(name: string, start: number): void {
    this.#separateBy(name)
    if (name === 'pre') this.#preformatted++
    if (!this.#isText) return
    if (WITHOUT_TEXT.has(name)) this.#opened = { name, start, mark: undefined }
    // Of nested code the inner element is closed first: what is around it counts as text.
    else if (CODE.has(name)) this.#opened = { name, start, mark: this.#plain.mark() }
  }

  #close(name: string, end: number): void {
    const opened = this.#opened
    if (opened?.name === name) {
      this.#opened = undefined
      if (opened.mark !== undefined) {
        this.#plain.backTo(opened.mark)
        this.#plain.addObject(opened.start, end)
      }
    }
    if (name === 'pre') this.#preformatted = Math.max(0, this.#preformatted - 1)
    this.#separateBy(name)
  }

  #separateBy(name: string): void {
    const gap: Gap = PARAGRAPHS.has(name) ? '\n\n' : LINES.has(name) ? '\n' : CELLS.has(name) ? '\t' : ''
    this.#plain.separate(gap)
  }
}
