/**
 * Takes the text out of a page or a mail in HTML, which `htmlparser2` cuts into tags and text. Tags, addresses, scripts,
 * styles and code are left out, where they end: what nothing closes is text, since names may be in it. The text is taken as
 * a reader sees it: blocks stand apart, and inline elements stand together, so that `Tim</b> <b>Cook` is one name. Comments
 * and words in attributes are read after it.
 */
import { QuoteType, Tokenizer } from 'htmlparser2'
import { type Gap, type Mark, PlainText } from './plain-text.ts'

/** What holds nothing that is shown, up to its end tag, if there is one. */
const HIDDEN = new Set(['script', 'style'])
/** What holds code, which is shown, up to its end tag, if there is one. */
const CODE = new Set(['code', 'kbd', 'samp', 'tt', 'xmp'])
const NO_TEXT: ReadonlySet<string> = new Set([...HIDDEN, ...CODE])
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
/** The other elements of HTML, which part no words. */
const INLINE = new Set(
  `a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink br canvas cite col colgroup data datalist del dfn
  dialog em embed font frame frameset hgroup i img input ins isindex keygen label link map mark marquee menu meta meter nobr
  noscript optgroup output param picture plaintext portal progress q rb rp rt rtc ruby s search slot small source spacer span
  strike strong sub summary sup svg math time track tspan u var video wbr center dir rect path circle g use line image`.split(
    /\s+/,
  ),
)

/** Attributes that hold words, most of which are shown. */
const WORDS =
  /^(?:alt|title|label|placeholder|value|content|summary|abbr|caption|standby|prompt|download|author|srcdoc|aria-(?:label|description|placeholder|roledescription|valuetext)|data-.*)$/
/** Addresses that are of people. */
const OF_PEOPLE = /^\s*(?:mailto|tel|sms|callto|xmpp|sip):/iu
/** Declarations that say what a document is, and conditions for programs. */
const NO_WORDS = /^(?:doctype\s+(?:html|svg|math)\b|\[(?:if\b[^\]]*|endif)\]$|\?(?:xml|php|=))/iu

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
    this.#plain.addWritten(start, end, this.#preformatted > 0)
  }

  /** Reads a stretch of the source after the rest, since it stands within another text. */
  readAside(start: number, end: number): void {
    if (!/[\p{L}\p{N}]/u.test(this.#source.slice(start, end))) return
    this.#plain.aside(() => new HtmlReader(this.#source, this.#plain, this.#markup).read(start, end))
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
      if (this.#isText(tagName)) this.addText(base + tagStart, base + end + 1)
      else {
        for (const [from, to] of values) this.readAside(from, to)
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
    /** Values of the tag that hold words. */
    let values: [from: number, to: number][] = []
    const nothing = (): void => {}
    const tokenizer = new Tokenizer(
      { xmlMode: this.#markup.isXml },
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
          const address = addressOf(this.#source, from, to)
          if (this.#markup.isXml ? !attribute.startsWith('xmlns') : WORDS.test(attribute))
            values.push([from, to])
          else if (address !== undefined) values.push([address, to])
        },
        onend: nothing,
      },
    )
    tokenizer.write(markup)
    tokenizer.end()
    return base + done
  }

  /** Whether what looks like a tag is none: an address of mail, or `<Tim Cook>`, which HTML does not know and nothing closes. */
  #isText(name: string): boolean {
    if (name.includes('@')) return true
    if (isKnown(name) || name.includes('-') || name.includes(':')) return false
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
    const gap: Gap = PARAGRAPHS.has(name)
      ? '\n\n'
      : LINES.has(name)
        ? '\n'
        : CELLS.has(name) || this.#markup.isXml || !isKnown(name)
          ? '\t'
          : ''
    this.#plain.separate(gap)
  }
}

/** What stands between the name of an attribute and its value. */
const BEFORE_VALUE = /\s*=\s*["']?/y

function isKnown(name: string): boolean {
  return [INLINE, PARAGRAPHS, LINES, CELLS, HIDDEN, CODE].some((names) => names.has(name))
}

/** Finds the names of all elements that a source closes, once, and only if they are asked for. */
function closedIn(source: string): () => ReadonlySet<string> {
  let names: ReadonlySet<string> | undefined
  return () => {
    names ??= new Set(Array.from(source.matchAll(/<\/([^\s/>]+)/gu), ([, name]) => name!.toLowerCase()))
    return names
  }
}

/** Where an address begins after its scheme (`mailto:`), if a stretch of a source holds one of a person. */
export function addressOf(source: string, start: number, end: number): number | undefined {
  const [scheme] = OF_PEOPLE.exec(source.slice(start, end)) ?? []
  return scheme === undefined ? undefined : start + scheme.length
}
