/**
 * The text of cards and dates that are attached to mails (vCard, RFC 6350 and its version 2.1; iCalendar, RFC 5545). Their lines
 * are folded anywhere, within names too, and values may be encoded; as they stand some of their names could not be found.
 */
import { decodeCharset, fromQuotedPrintable } from './mime.ts'

/** Where a card or calendar begins, and a line of it that is encoded. */
const BEGINNING = /^\ufeff?BEGIN:(?:VCARD|VCALENDAR)\b/iu
const ENCODED_LINE = /^[^:\n]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/imu

const TYPES = new Set(['text/calendar', 'text/x-vcalendar', 'text/vcard', 'text/x-vcard', 'text/directory'])

/** Whether a type of content, in small letters, is of a card or a date. */
export function isCard(type: string): boolean {
  return TYPES.has(type)
}

/** A line: its name with parameters, and its value. A quoted parameter may hold a colon. */
const LINE = /^((?:[^":]|"[^"]*")*):(.*)$/su
/** The same where a quotation mark is not closed. */
const LINE_OF_MARKS = /^([^:]*):(.*)$/su
const QUOTED_PRINTABLE = /;(?:ENCODING=)?QUOTED-PRINTABLE(?=[;:]|$)/iu
const BASE64 = /;(?:ENCODING=)?(?:B|BASE64)(?=[;:]|$)/iu
const CHARSET = /;CHARSET="?([^;:"]+)/iu

/**
 * Each line whole and decoded. Pictures and keys, in base64, are left out.
 *
 * @throws {NoText} for letters that cannot be told for certain
 */
export function readCard(source: string): string {
  const lines = source
    .replace(/\r\n?/gu, '\n')
    .replace(/\n[ \t]/gu, '')
    .split('\n')
  const texts: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const [line, name = '', value = ''] = LINE.exec(lines[at]!) ??
      LINE_OF_MARKS.exec(lines[at]!) ?? [lines[at]!]
    if (BASE64.test(name)) texts.push(`${name}: (not in this text)`)
    else if (QUOTED_PRINTABLE.test(name)) {
      let encoded = value
      // Lines of such a value are cut by a sign, and begin with no blank.
      while (encoded.endsWith('=') && at + 1 < lines.length) encoded = encoded.slice(0, -1) + lines[++at]!
      texts.push(`${name}:${decodeCharset(fromQuotedPrintable(encoded), CHARSET.exec(name)?.[1])}`)
    } else texts.push(unescaped(line))
  }
  return texts.join('\n')
}

function unescaped(line: string): string {
  return line.replace(/\\([nN,;\\])/gu, (_, letter: string) => (/n/iu.test(letter) ? '\n' : letter))
}

/** Why a text is not read: it is a card with encoded values, `L=C3=B3pez`. Nothing for what is none, or is all readable. */
export function encodedCard(source: string): Error | undefined {
  if (!BEGINNING.test(source) || !ENCODED_LINE.test(source)) return undefined
  return new TypeError(
    'it is a card or calendar with encoded values (quoted-printable), so that their names are not seen: save it as vCard 4.0, or write --input text to read it as it stands',
  )
}
