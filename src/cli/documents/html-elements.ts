/** The elements of HTML, how they part the text around them, and which attributes hold words. */
import type { Gap } from './plain-text.ts'

/** What holds nothing that is shown, up to its end tag, if there is one. */
export const HIDDEN: ReadonlySet<string> = new Set(['script', 'style'])
/** What holds code, which is shown, up to its end tag, if there is one. */
export const CODE: ReadonlySet<string> = new Set(['code', 'kbd', 'samp', 'tt', 'xmp'])
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

/** Attributes that hold words, most of which are shown; with a prefix too (`xlink:title`, `:title`). */
const WORDS =
  /^(?:[\w.-]*:)?(?:alt|alttext|title|label|placeholder|value|content|summary|abbr|axis|caption|standby|prompt|download|author|srcdoc|aria-(?:label|description|placeholder|roledescription|valuetext|braillelabel|brailleroledescription|colindextext|rowindextext)|data-.*)$/
/** Attributes of elements that HTML does not know, as of frameworks, that hold no words; the others are their data. */
const NO_DATA = /^(?:class|id|style|slot|part|is|on.*)$/

export function isKnown(element: string): boolean {
  return [INLINE, PARAGRAPHS, LINES, CELLS, HIDDEN, CODE].some((names) => names.has(element))
}

/** What an element puts between the text before it and its own. */
export function gapAround(element: string): Gap {
  if (PARAGRAPHS.has(element)) return '\n\n'
  if (LINES.has(element)) return '\n'
  return CELLS.has(element) || !isKnown(element) ? '\t' : ''
}

/** Whether the value of an attribute is text. */
export function holdsWords(element: string, attribute: string): boolean {
  return isKnown(element) ? WORDS.test(attribute) : !NO_DATA.test(attribute)
}
