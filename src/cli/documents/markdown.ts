/**
 * Takes the text out of Markdown (CommonMark, with GitHub's tables). Marks of emphasis, headings, lists and quotes are left
 * out, and so are addresses of links, code and HTML's tags. The lines of one paragraph stand together, as they are shown.
 * Indented blocks are taken for text, since in lists they are text.
 */
import { characterOf } from './character-references.ts'
import { HtmlReader, OBJECT } from './html.ts'
import { PlainText } from './plain-text.ts'

export function readMarkdown(source: string): PlainText {
  return new MarkdownReader(source).read()
}

/** A fence of code with what it needs to be closed. */
const FENCE = /[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})/y
/** Rules, underlined headings, the second line of a table. */
const RULE = /[ \t>]*(?:[-=*_|:][ \t]*)+(?=\n|$)/y
/** `[name]: address` */
const DEFINITION = / {0,3}\[[^[\]\n]+\]:[^\n]*/y
/** Marks of quotes, headings and lists that begin a line. */
const LINE_MARKS = /(?:[ \t]*>)*[ \t]*(?:#{1,6}[ \t]+)?(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)*/y
/** What a link's text stands in, where an address or a reference follows. */
const LINK = /!?\[(?=(?:[^[\]\\\n]|\\.)*\](?:\(|\[))/y
const ADDRESS = /\]\((?:[^()\n\\]|\\.|\([^()\n]*\))*\)|\]\[[^[\]\n]*\]/y
const ADDRESS_IN_BRACKETS = /<[a-zA-Z][a-zA-Z\d+.-]{1,31}:[^\s<>]*>/y
const REFERENCE = /&#?\w{1,31};/y
const ESCAPED = /\\[!-/:-@[-`{-~]/y
const EMPHASIS = /\*+|_+|~~/y
const TEXT = /[^\\`*_~[\]!<&|\n]+/y

class MarkdownReader {
  readonly #source: string
  readonly #plain: PlainText
  readonly #html: HtmlReader
  #at = 0
  /** Where the paragraph ends that lengths of closing backticks were looked for in, and which are not in it. */
  #paragraphEnd = -1
  readonly #unclosed = new Set<number>()
  /** Brackets of links that are open. */
  #links = 0
  #table = false
  /** Whether the line is one of a paragraph, which may go on. */
  #paragraph = false

  constructor(source: string) {
    this.#source = source
    this.#plain = new PlainText(source, (placeholder) => placeholder)
    this.#html = new HtmlReader(source, this.#plain)
  }

  read(): PlainText {
    this.#frontMatter()
    while (this.#at < this.#source.length) {
      this.#beginLine()
      while (this.#at < this.#source.length && this.#source[this.#at] !== '\n') this.#inline()
      this.#endLine()
    }
    return this.#plain
  }

  /** Settings between two lines of hyphens, as the builders of sites have them. */
  #frontMatter(): void {
    const match = /^\ufeff?---[ \t]*\r?\n(?:[^\n]*\n)*?---[ \t]*(?:\r?\n|$)/u.exec(
      this.#source.slice(0, 20_000),
    )
    if (match !== null) this.#at = match[0].length
  }

  #beginLine(): void {
    this.#paragraph = false
    const fence = this.#match(FENCE)
    if (fence !== undefined) {
      this.#passFence(fence[1]!)
      return
    }
    if (this.#match(DEFINITION) !== undefined || this.#match(RULE) !== undefined) return
    const marks = this.#match(LINE_MARKS)![0]
    this.#paragraph =
      !marks.includes('#') && !/^[ \t]*\r?(?:\n|$)/u.test(this.#source.slice(this.#at, this.#at + 20))
    this.#table = this.#source[this.#at] === '|'
  }

  /** Up to the line that closes a fence, or the end of all. */
  #passFence(fence: string): void {
    const close = new RegExp(`^[ \\t>]*\\${fence[0]}{${fence.length},}[ \\t]*\\r?$`, 'gm')
    close.lastIndex = this.#lineEnd(this.#at)
    this.#at = close.exec(this.#source) === null ? this.#source.length : close.lastIndex
  }

  #endLine(): void {
    const end = this.#at
    if (end >= this.#source.length) return
    this.#at = end + 1
    // A line that goes on is a blank; one that begins something is a line.
    const next = this.#source.slice(this.#at, this.#at + 200)
    const goesOn = this.#paragraph && !/^[ \t]*(?:\r?\n|$|[-*+#>|`~=]|\d{1,9}[.)][ \t])/u.test(next)
    this.#plain.addFor(goesOn ? ' ' : '\n', end, end + 1)
  }

  #inline(): void {
    const source = this.#source
    const at = this.#at
    if (this.#match(TEXT) !== undefined) this.#plain.addWritten(at, this.#at)
    else if (this.#match(ESCAPED) !== undefined) this.#plain.addFor(source[at + 1]!, at, this.#at)
    else if (source[at] === '`') this.#code()
    else if (this.#match(ADDRESS_IN_BRACKETS) !== undefined) return
    else if (source[at] === '<' && this.#tag()) return
    else if (this.#match(LINK) !== undefined) this.#links++
    else if (this.#links > 0 && this.#match(ADDRESS) !== undefined) this.#links--
    else if (this.#match(EMPHASIS) !== undefined) this.#emphasis(at)
    else if (source[at] === '|' && this.#table) this.#plain.addFor('\t', at, ++this.#at)
    else {
      const reference = this.#match(REFERENCE)
      const character = reference === undefined ? undefined : characterOf(reference[0])
      if (character !== undefined) this.#plain.addFor(character, at, this.#at)
      else {
        this.#at = at + 1
        this.#plain.addWritten(at, at + 1)
      }
    }
  }

  #tag(): boolean {
    const end = this.#html.readTag(this.#at)
    if (end === this.#at) return false
    this.#at = end
    return true
  }

  /** Marks that open or close are no text; those between blanks, and `_` within a word, are. */
  #emphasis(at: number): void {
    const before = this.#source[at - 1] ?? ' '
    const after = this.#source[this.#at] ?? ' '
    const inside = (one: string): boolean => !/\s/u.test(one)
    const word = (one: string): boolean => /[\p{L}\p{N}]/u.test(one)
    const within = word(before) && word(after) && (this.#source[at] === '_' || this.#at - at === 1)
    if (within || !(inside(before) || inside(after))) this.#plain.addWritten(at, this.#at)
  }

  #code(): void {
    const at = this.#at
    const [ticks] = this.#match(/`+/y)!
    if (at >= this.#paragraphEnd) {
      const blank = /\n[ \t]*\r?\n/gu
      blank.lastIndex = at
      this.#paragraphEnd = blank.exec(this.#source)?.index ?? this.#source.length
      this.#unclosed.clear()
    }
    if (!this.#unclosed.has(ticks.length)) {
      const runs = /`+/gu
      runs.lastIndex = this.#at
      for (let run = runs.exec(this.#source); run !== null; run = runs.exec(this.#source)) {
        if (run.index >= this.#paragraphEnd) break
        if (run[0].length !== ticks.length) continue
        this.#at = runs.lastIndex
        this.#plain.addFor(OBJECT, at, this.#at)
        return
      }
      this.#unclosed.add(ticks.length)
    }
    this.#plain.addWritten(at, this.#at)
  }

  #lineEnd(from: number): number {
    const end = this.#source.indexOf('\n', from)
    return end < 0 ? this.#source.length : end
  }

  /** What a pattern matches here, which is passed. */
  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#source)
    if (match === null) return undefined
    this.#at += match[0].length
    return match
  }
}
