/**
 * Takes the text out of Markdown (CommonMark, with GitHub's tables, tasks and struck words), which `@lezer/markdown` reads.
 * Marks of emphasis, headings, lists and quotes are left out, and so are addresses of links, code and HTML's tags; titles of
 * links are read after the text. The lines
 * of one paragraph stand together, as they are shown. Indented blocks are taken for text, which they mostly are in letters,
 * and so are settings at the beginning and definitions of links and notes, which name authors and sources.
 */
import type { SyntaxNode, SyntaxNodeRef } from '@lezer/common'
import { GFM, type InlineParser, parser } from '@lezer/markdown'
import { HtmlReader } from './html.ts'
import { type Gap, PlainText } from './plain-text.ts'

export function readMarkdown(source: string): PlainText {
  const plain = new PlainText(source, (placeholder) => placeholder)
  new MarkdownReader(source, plain).read()
  return plain
}

/** Blocks that contain text and marks, with the gap around each. */
const LEAVES: ReadonlyMap<string, Gap> = new Map([
  ['Paragraph', '\n\n'],
  ...[1, 2, 3, 4, 5, 6].map((level) => [`ATXHeading${level}`, '\n\n'] as const),
  ...[1, 2].map((level) => [`SetextHeading${level}`, '\n\n'] as const),
  ['CodeBlock', '\n\n'],
  ['Task', '\n'],
  ['TableCell', '\t'],
  ['LinkReference', '\n'],
])
/** Blocks that contain blocks or no text, with the gap around each. */
const BLOCKS: ReadonlyMap<string, Gap> = new Map([
  ...['ListItem', 'TableHeader', 'TableRow'].map((name) => [name, '\n'] as const),
  ...['Blockquote', 'Table', 'FencedCode', 'HorizontalRule'].map((name) => [name, '\n\n'] as const),
])
/** Inline elements, which contain text and marks again. */
const STYLES = new Set([
  'Emphasis',
  'StrongEmphasis',
  'Strikethrough',
  'Link',
  'Image',
  'Autolink',
  'CodeText',
])
/** Nodes read as HTML, whose character references Markdown shares. */
const HTML = new Set([
  ...[
    'HTMLTag',
    'HTMLBlock',
    'Comment',
    'CommentBlock',
    'ProcessingInstruction',
    'ProcessingInstructionBlock',
  ],
  'Entity',
])

/**
 * The parser takes quadratic time for marks that are never closed; in a longer paragraph marks count as text.
 */
const LONGEST_WITH_MARKS = 30_000
const marksOfLongParagraphs: InlineParser = {
  name: 'MarksOfLongParagraphs',
  before: 'InlineCode',
  parse: (context, next, position) =>
    context.end - context.offset > LONGEST_WITH_MARKS && '*_~[]!'.includes(String.fromCharCode(next))
      ? position + 1
      : -1,
}
const markdown = parser.configure([GFM, { parseInline: [marksOfLongParagraphs] }])

class MarkdownReader {
  readonly #source: string
  readonly #plain: PlainText
  readonly #html: HtmlReader
  /** Inside a block with text: the gap around it, its name, and how far it has been read. */
  #gap: Gap | undefined
  #leaf = ''
  #indented = false
  #at = 0

  constructor(source: string, plain: PlainText) {
    this.#source = source
    this.#plain = plain
    this.#html = new HtmlReader(source, plain)
  }

  read(): void {
    const [{ length: settings } = '', opening = '', lines = ''] =
      FRONT_MATTER.exec(this.#source.slice(0, 20_000)) ?? []
    this.#plain.addWritten(opening.length, opening.length + lines.trimEnd().length, true)
    this.#plain.separate('\n\n')
    markdown.parse('\n'.repeat(settings) + this.#source.slice(settings)).iterate({
      enter: (node) => (this.#gap === undefined ? this.#enterBlock(node) : this.#enterWithin(node)),
      leave: (node) => this.#leave(node),
    })
    this.#plain.readAsides()
  }

  /**
   * @returns whether to read the node's children
   */
  #enterBlock(node: SyntaxNodeRef): boolean {
    if (HTML.has(node.name)) {
      this.#readHtml(node.node)
      this.#html.forgetOpened()
      return false
    }
    const gap = LEAVES.get(node.name) ?? (isOpenFence(node.node) ? '\n\n' : undefined)
    if (gap === undefined) {
      this.#plain.separate(BLOCKS.get(node.name) ?? '')
      return true
    }
    this.#gap = node.node.parent?.name === 'ListItem' ? '\n' : gap
    this.#leaf = node.name
    this.#indented = node.name === 'CodeBlock' || node.name === 'FencedCode'
    this.#at = node.from
    this.#plain.separate(this.#gap)
    return true
  }

  /**
   * Adds the text before a mark or an inline element, and skips the mark. @returns whether to read the node's
   * children
   */
  #enterWithin(node: SyntaxNodeRef): boolean {
    const { name, from, to } = node
    if (from < this.#at) return false
    this.#addText(from)
    if (STYLES.has(name)) return true
    this.#at = to
    if (HTML.has(name)) this.#readHtml(node.node)
    else if (name === 'InlineCode') this.#plain.addObject(from, to)
    else if (name === 'Escape') this.#plain.addFor(this.#source[from + 1]!, from, to)
    else if (name === 'HardBreak') this.#plain.separate('\n')
    else if (name === 'URL') this.#addAddress(node.node)
    else if (name === 'LinkLabel' || name === 'LinkTitle') this.#html.addText(from, to)
    else if (name === 'LinkMark') this.#passLinkMark(node.node)
    return false
  }

  #leave({ name, to }: SyntaxNodeRef): void {
    if (this.#gap === undefined) this.#plain.separate(BLOCKS.get(name) ?? '')
    else {
      this.#addText(to)
      if (name !== this.#leaf) return
      this.#plain.separate(this.#gap)
      this.#gap = undefined
      this.#html.forgetOpened()
    }
  }

  /** An address that is shown, or what a definition has in the place of one: `[Tim]: Berlin`. */
  #addAddress({ from, to, parent }: SyntaxNode): void {
    const defined = parent!.name === 'LinkReference'
    if (!defined || !/[/.:#@]/u.test(this.#source.slice(from, to))) this.#html.addText(from, to)
  }

  /** A link's text ends with a bracket, and its address follows; without one, brackets are just brackets. */
  #passLinkMark({ from, to, parent }: SyntaxNode): void {
    const closes = this.#source[from] === ']'
    const last = parent!.lastChild!
    if (parent!.name === 'LinkReference') this.#html.addText(from, to)
    else if (parent!.name !== 'Autolink' && last.name === 'LinkMark' && this.#source[last.from] === ']') {
      this.#html.addText(from, to)
    } else if (closes) {
      // What follows is an address, and words that are shown at times.
      for (let part = parent!.childAfter(from); part !== null; part = part.nextSibling) {
        if (part.name === 'LinkTitle' || part.name === 'LinkLabel') this.#html.readAside(part.from, part.to)
        else this.#html.readAddress(part.from, part.to)
      }
      this.#at = parent!.to
    }
  }

  #addText(end: number): void {
    if (end <= this.#at) return
    if (this.#indented) this.#plain.addWritten(this.#at, end, true)
    else this.#html.addText(this.#at, end)
    this.#at = end
  }

  /** Reads HTML without the quote marks at the beginning of its lines. */
  #readHtml(node: SyntaxNode): void {
    let at = node.from
    for (const mark of node.getChildren('QuoteMark')) {
      this.#html.read(at, mark.from)
      at = mark.to
    }
    this.#html.read(at, node.to)
  }
}

/** A fence that nothing closes is more likely a line of signs between parts of a letter than the beginning of code. */
function isOpenFence(node: SyntaxNode): boolean {
  return node.name === 'FencedCode' && node.getChildren('CodeMark').length < 2
}

/** Settings between two lines of hyphens, as the builders of sites have them. */
const FRONT_MATTER = /^(\ufeff?---[ \t]*\r?\n)((?:[^\n]*\n)*?)---[ \t]*(?:\r?\n|$)/u
