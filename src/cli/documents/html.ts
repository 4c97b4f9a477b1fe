/**
 * Takes the text out of a page or a mail in HTML, which `htmlparser2` cuts into tags and text. Tags, addresses, scripts,
 * styles and code are left out, where they end: what nothing closes is text, since names may be in it. The text is taken as
 * a reader sees it: blocks stand apart, and inline elements stand together, so that `Tim</b> <b>Cook` is one name. Comments
 * and words in attributes are read after it.
 */
import { QuoteType, Tokenizer } from 'htmlparser2'
import { CODE, gapAround, HIDDEN, holdsWords, isKnown } from './html-elements.ts'
import { type Mark, PlainText } from './plain-text.ts'

const NO_TEXT: ReadonlySet<string> = new Set([...HIDDEN, ...CODE])
/** Addresses that are of people. */
const OF_PEOPLE = /^\s*(?:mailto|tel|sms|callto|xmpp|sip):/iu
/** A text that stands in an address itself (RFC 2397; without a type it is text/plain), but in base64. */
const OF_TEXT =
  /^\s*data:(?:(?:text\/|image\/svg|application\/(?:xhtml|xml|json))[^,;]*)?(?:;(?!\s*base64)[^,;]*)*,/iu
/** Letters as an address has them: `%20`. */
const ESCAPED = /(?:%[0-9a-f]{2})+/giu
/** Declarations that say what a document is, but not those with entities of their own, and conditions for programs. */
const NO_WORDS = /^(?:doctype\s+(?:html|svg|math)\b[^[]*$|\[(?:if\b[^\]]*|endif)\]$|\?(?:xml\s|php\b|=))/iu

/** @param code  what becomes of code: something that is no text, or text */
export function readHtml(
  source: string,
  { code = 'object' }: { readonly code?: 'object' | 'text' } = {},
): PlainText {
  const plain = new PlainText(source, escapePlaceholder)
  const markup = { noText: code === 'text' ? HIDDEN : NO_TEXT, isXml: false, closed: closedIn(source) }
  new HtmlReader(source, plain, markup).read(0, source.length)
  // Where code is text, the text is taken out by itself, and nothing else of the source is passed on.
  if (code !== 'text') plain.readAsides()
  return plain
}

/** Of XML every element and every attribute holds data. */
export function readXml(source: string): PlainText {
  const plain = new PlainText(source, escapePlaceholder)
  const markup = { noText: new Set<string>(), isXml: true, closed: closedIn(source) }
  new HtmlReader(source, plain, markup).read(0, source.length)
  plain.readAsides()
  return plain
}

/** A placeholder as written in HTML. */
export function escapePlaceholder(placeholder: string): string {
  return placeholder
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/"/gu, '&quot;')
    .replace(/'/gu, '&#39;')
}

/** The last element that was opened and whose content is no text, if it is closed. */
interface Opened {
  readonly name: string
  readonly start: number
  /** How far the text went before it. */
  readonly mark: Mark
}

/** What all that is read of a source has in common. */
interface Markup {
  /** Elements that hold no text, if something closes them. */
  readonly noText: ReadonlySet<string>
  readonly isXml: boolean
  /** Names of the elements that are closed somewhere. */
  readonly closed: () => ReadonlySet<string>
  /** Whether it is an address, in which letters may be escaped. */
  readonly isAddress?: boolean
}

export class HtmlReader {
  readonly #source: string
  readonly #plain: PlainText
  #preformatted = 0
  #opened: Opened | undefined
  readonly #markup: Markup

  constructor(
    source: string,
    plain: PlainText,
    markup: Markup = { noText: NO_TEXT, isXml: false, closed: closedIn(source) },
  ) {
    this.#source = source
    this.#plain = plain
    this.#markup = markup
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
    let at = start
    if (this.#markup.isAddress) {
      for (const { 0: escaped, index } of this.#source.slice(start, end).matchAll(ESCAPED)) {
        const letters = unescaped(escaped)
        if (letters === undefined) continue
        const from = start + index
        this.#plain.addWritten(at, from, false)
        at = from + escaped.length
        this.#plain.addFor(letters, from, at)
      }
    }
    this.#plain.addWritten(at, end, this.#preformatted > 0)
  }

  /** Reads a stretch of the source after the rest, since it stands within another text. */
  readAside(start: number, end: number): void {
    if (!/[\p{L}\p{N}]/u.test(this.#source.slice(start, end))) return
    this.#plain.aside(() => new HtmlReader(this.#source, this.#plain, this.#markup).read(start, end))
  }

  /** Reads an attribute's value, or the target of a link, as an aside if it is the address of a person or a text; tells whether it is. */
  readAddress(start: number, end: number): boolean {
    const address = this.#source.slice(start, end)
    const [scheme] = OF_PEOPLE.exec(address) ?? OF_TEXT.exec(address) ?? []
    if (scheme === undefined) return false
    const markup = { ...this.#markup, isAddress: true }
    this.#plain.aside(() =>
      new HtmlReader(this.#source, this.#plain, markup).read(start + scheme.length, end),
    )
    return true
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
      if (this.#isText(tagName, /^[A-Z]/u.test(markup[tagStart + 1]!)))
        this.addText(base + tagStart, base + end + 1)
      else {
        for (const [from, to, holdsWords] of values) {
          if (!this.readAddress(from, to) && holdsWords) this.readAside(from, to)
        }
        this.#open(tagName, base + tagStart)
      }
      done = end + 1
    }
    /** What nothing closes is text. */
    const passed = (start: number, end: number, wordsEnd: number = end): void => {
      if (end >= markup.length) return
      done = end + 1
      if (!NO_WORDS.test(markup.slice(start, wordsEnd))) this.readAside(base + start, base + wordsEnd)
    }
    let attribute = ''
    let attributeEnd = 0
    /** Values of the tag. */
    let values: [from: number, to: number, holdsWords: boolean][] = []
    const nothing = (): void => {}
    const tokenizer = new Tokenizer(
      { xmlMode: this.#markup.isXml },
      {
        ontext: (start, end) => {
          // So the tokenizer tells of `<br/` that nothing closes, which is the rest.
          if (start < 0) return
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
          values = []
        },
        onopentagend: openTag,
        onselfclosingtag: openTag,
        onclosetag: (start, nameEnd) => {
          const close = markup.indexOf('>', nameEnd)
          if (close < 0) return
          done = close + 1
          this.readAside(base + nameEnd, base + close)
          this.#close(markup.slice(start, nameEnd).toLowerCase(), base + done)
        },
        oncomment: (start, end, closing) => passed(start, end, end - closing),
        ondeclaration: passed,
        // XHTML shows it.
        oncdata: (start, end, closing) => {
          this.addText(base + start, base + end - closing)
          done = end + 1
        },
        // Its question mark says that it is none of words.
        onprocessinginstruction: (start, end) => passed(start - 1, end),
        onattribname: (start, end) => {
          attribute = markup.slice(start, end).toLowerCase()
          attributeEnd = end
        },
        onattribdata: nothing,
        onattribentity: nothing,
        onattribend: (quote, end) => {
          if (quote === QuoteType.NoValue) return
          BEFORE_VALUE.lastIndex = attributeEnd
          const from = base + attributeEnd + BEFORE_VALUE.exec(markup)![0].length
          const to = base + (quote === QuoteType.Unquoted ? end : end - 1)
          const { isXml } = this.#markup
          const holds = isXml ? !attribute.startsWith('xmlns') : holdsWords(tagName, attribute)
          values.push([from, to, holds])
        },
        onend: nothing,
      },
    )
    tokenizer.write(markup)
    tokenizer.end()
    return base + done
  }

  /** Whether what looks like a tag is none: an address of mail, or `<Tim Cook>`, which HTML does not know and nothing closes. */
  #isText(name: string, isCapital: boolean): boolean {
    if (name.includes('@')) return true
    // Elements of one's own, `<my-menu>` and `<o:p>`, begin with a small letter, and `<Anne-Marie Duval>` does not.
    const isOwn = /[-:]/u.test(name) && (this.#markup.isXml || !isCapital)
    if (isKnown(name) || isOwn) return false
    return !this.#markup.closed().has(name)
  }

  #addReference(text: string, start: number, end: number): void {
    this.#plain.addFor(text === '\u00a0' ? ' ' : text, start, end)
  }

  #open(name: string, start: number): void {
    this.#separateBy(name)
    if (name === 'pre') this.#preformatted++
    // Of code within code the inner one is closed first: what is around it is taken for text.
    if (!this.#markup.noText.has(name)) return
    this.#opened = { name, start, mark: this.#plain.mark() }
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
    const gap = gapAround(name)
    this.#plain.separate(gap === '' && this.#markup.isXml ? '\t' : gap)
  }
}

/** What stands between the name of an attribute and its value. */
const BEFORE_VALUE = /\s*=\s*["']?/y

/** Finds the names of all elements that a source closes, once, and only if they are asked for. */
function closedIn(source: string): () => ReadonlySet<string> {
  let names: ReadonlySet<string> | undefined
  return () => {
    names ??= new Set(Array.from(source.matchAll(/<\/([^\s/>]+)/gu), ([, name]) => name!.toLowerCase()))
    return names
  }
}

/** What escapes of an address stand for; undefined where that is no UTF-8. */
function unescaped(escapes: string): string | undefined {
  try {
    return decodeURIComponent(escapes)
  } catch {
    return undefined
  }
}
