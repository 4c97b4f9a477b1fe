/**
 * Replaces the character references of HTML, such as `&eacute;`: those by number, the names of Latin-1 in HTML 4, and the
 * marks that mails are full of.
 */

/** U+00A0 to U+00FF, in order: https://www.w3.org/TR/html401/sgml/entities.html */
const LATIN_1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'

const NAMED: ReadonlyMap<string, string> = new Map([
  ...LATIN_1.split(' ').map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ...Object.entries({
    ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", OElig: 'Œ', oelig: 'œ', Scaron: 'Š', scaron: 'š' },
    ...{
      Yuml: 'Ÿ',
      ndash: '–',
      mdash: '—',
      lsquo: '‘',
      rsquo: '’',
      sbquo: '‚',
      ldquo: '“',
      rdquo: '”',
      bdquo: '„',
    },
    ...{
      lsaquo: '‹',
      rsaquo: '›',
      hellip: '…',
      bull: '•',
      euro: '€',
      trade: '™',
      zwnj: '\u200c',
      zwj: '\u200d',
    },
  }),
])

/** The character that a reference stands for, or nothing for what is none. A no-break space is a blank here. */
export function characterOf(reference: string): string | undefined {
  const name = reference.slice(1, -1)
  const number = /^#(?:x([\da-f]{1,6})|(\d{1,7}))$/iu.exec(name)
  const code = number === null ? undefined : Number.parseInt(number[1] ?? number[2]!, number[1] ? 16 : 10)
  const valid = code !== undefined && code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
  const character = code === undefined ? NAMED.get(name) : valid ? String.fromCodePoint(code) : '\ufffd'
  return character === '\u00a0' ? ' ' : character
}
