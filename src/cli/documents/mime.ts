/**
 * Reads the form of mails (MIME, RFC 2045 to 2047 and 2231): headers, parts, and the text of each. Letters that cannot be told
 * for certain are an error, as a name in them would not be found: an unknown charset, bytes that are not of theirs, a damaged
 * encoding.
 */
import { NoText } from '../file-kinds.ts'

/** A header's value with its parameters: `text/plain; charset=utf-8`. */
export interface Parameterised {
  /** In small letters. */
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
}

/** A mail, or a part of one. */
export interface MimePart {
  /** Names as they are written, and values without line ends; in order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly type: Parameterised
  readonly disposition: Parameterised
  /** The content as it stands, a byte a character. */
  readonly body: string
}

const HEADER = /^([!-9;-~]+)[ \t]*:(.*)$/su

/**
 * @param source  a byte a character
 * @param defaultType  of a part that states none
 */
export function readPart(source: string, defaultType: string = 'text/plain'): MimePart {
  const lines: string[] = []
  let at = 0
  while (at < source.length) {
    const end = source.indexOf('\n', at)
    const line = source.slice(at, end < 0 ? source.length : end).replace(/\r$/u, '')
    at = end < 0 ? source.length : end + 1
    if (line === '') break
    if (/^[ \t]/u.test(line) && lines.length > 0) lines.push(`${lines.pop()}${line}`)
    else lines.push(line)
  }
  const headers = lines.map((line) => {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined) throw new NoText('has a line among the headers of a mail that is none')
    return [name, value!.trim()] as const
  })
  const only = (name: string, otherwise: string): Parameterised => {
    const values = headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
    // Of two, each reader of mails takes another.
    if (values.length > 1) throw new NoText(`has the header ${name} twice`)
    return readParameters(values[0] ?? otherwise)
  }
  return {
    headers,
    type: only('content-type', defaultType),
    disposition: only('content-disposition', ''),
    body: source.slice(at),
  }
}

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/gsu

function readParameters(header: string): Parameterised {
  const value = /^[^;\s(]*/u.exec(header)![0].toLowerCase()
  const parameters = new Map<string, string>()
  /** Of RFC 2231: values in several pieces, with percent signs and a charset. */
  const pieces = new Map<string, { number: number; text: string; isEncoded: boolean }[]>()
  for (const [, name = '', quoted, token = ''] of header.matchAll(PARAMETER)) {
    const text = quoted === undefined ? token : quoted.replace(/\\(.)/gsu, '$1')
    const [, base, number, encoded] = /^([^*]+)(?:\*(\d+))?(\*)?$/u.exec(name.toLowerCase()) ?? []
    if (base === undefined) continue
    if (number === undefined && encoded === undefined) {
      // Of two, each reader of mails takes another.
      if ((parameters.get(base) ?? text) !== text) throw new NoText(`has a header with two values of ${base}`)
      parameters.set(base, text)
    } else {
      const all = pieces.get(base) ?? []
      all.push({ number: Number(number ?? 0), text, isEncoded: encoded !== undefined })
      pieces.set(base, all)
    }
  }
  for (const [name, all] of pieces) {
    all.sort((one, other) => one.number - other.number)
    const charset = all[0]!.isEncoded ? /^([^']*)'[^']*'/u.exec(all[0]!.text) : null
    if (charset !== null) all[0] = { ...all[0]!, text: all[0]!.text.slice(charset[0].length) }
    const bytes = all.map(({ text, isEncoded }) =>
      isEncoded
        ? text.replace(/%([\dA-F]{2})/giu, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
        : text,
    )
    // As those have it that no charset is stated of: in UTF-8, a byte a character.
    const text = decodeCharset(bytes.join(''), charset?.[1] || undefined)
    parameters.set(name, Buffer.from(text).toString('latin1'))
  }
  return { value, parameters }
}

/**
 * The parts of a `multipart/...`, and whether the last one is closed.
 *
 * @throws {NoText} where none begins
 */
export function partsOf({ type, body }: MimePart): { readonly parts: readonly MimePart[]; closed: boolean } {
  const boundary = type.parameters.get('boundary')
  if (boundary === undefined || boundary === '') throw new NoText(`has a ${type.value} without a boundary`)
  const escaped = boundary.replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&')
  const limits = [...body.matchAll(new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?=\\r?\\n|$)`, 'gu'))]
  const end = limits.findIndex(([, closing]) => closing !== undefined)
  const closed = end >= 0
  const begins = closed ? limits.slice(0, end) : limits
  if (begins.length === 0) throw new NoText(`has a ${type.value} without parts`)
  const inner = type.value === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
  const parts = begins.map(({ 0: line, index }, number) => {
    const next = limits[number + 1]?.index ?? body.length
    return readPart(body.slice(index + line.length, next).replace(/^\r?\n/u, ''), inner)
  })
  return { parts, closed }
}

/**
 * A part's content without its transfer encoding, a byte a character.
 *
 * @throws {NoText} for an encoding that is unknown, or damaged
 */
export function contentOf({ headers, body }: MimePart): string {
  const stated = headers.filter(([name]) => name.toLowerCase() === 'content-transfer-encoding')
  if (stated.length > 1) throw new NoText('has the header content-transfer-encoding twice')
  const encoding = (stated[0]?.[1] ?? '')
    .replace(/\([^)]*\)/gu, '')
    .trim()
    .toLowerCase()
  if (['', '7bit', '8bit', 'binary'].includes(encoding)) return body
  if (encoding === 'quoted-printable') return fromQuotedPrintable(body.replace(/[ \t]+(?=\r?$)/gmu, ''))
  if (encoding === 'base64') return fromBase64(body)
  throw new NoText(`has a part with the transfer encoding '${encoding}', expected quoted-printable or base64`)
}

export function fromQuotedPrintable(text: string): string {
  return text
    .replace(/=\r?\n/gu, '')
    .replace(/=([\dA-F]{2})/giu, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function fromBase64(text: string): string {
  const letters = text.replace(/\s/gu, '')
  if (!/^[A-Za-z\d+/]*={0,2}$/u.test(letters)) throw new NoText('has a part whose base64 is damaged')
  return Buffer.from(letters, 'base64').toString('latin1')
}

/**
 * @param bytes  a byte a character
 * @param label  of the charset; UTF-8 and with it ASCII if undefined
 * @throws {NoText} for a label that is unknown, and for bytes that are not of the charset
 */
export function decodeCharset(bytes: string, label: string = 'utf-8'): string {
  // Browsers take ASCII for windows-1252, in which every byte is some letter.
  const charset = /^(?:us-ascii|ascii|ansi_x3\.4-1968)$/iu.test(label) ? 'utf-8' : label
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(charset, { fatal: true })
  } catch {
    throw new NoText(`says that its charset is '${label}', which is unknown: save its text as UTF-8`)
  }
  try {
    return decoder.decode(Buffer.from(bytes, 'latin1'))
  } catch (error) {
    throw new NoText(`has bytes that are not ${label}, as it says: save its text as UTF-8`, { cause: error })
  }
}

const WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/giu
const WORDS = new RegExp(`${WORD.source}(?:\\s+${WORD.source})*`, 'giu')

/** A text in which headers are quoted, as in reports of failure, with their encoded words decoded. @throws {NoText} as `headerText` */
export function withWordsDecoded(text: string): string {
  return text.replace(WORDS, (run) => headerText(run))
}

/**
 * The text of a header, its encoded words decoded (RFC 2047). What stands between two of them is no blank, and letters may be cut
 * by them.
 *
 * @throws {NoText} as `decodeCharset`, and for an encoded word of another form
 */
export function headerText(value: string): string {
  const read = (bytes: string): string => {
    const text = decodeCharset(bytes)
    if (/=\?[^?\s]+\?[bq]\?/iu.test(text))
      throw new NoText('has a header with an encoded word that is damaged')
    return text
  }
  let text = ''
  let at = 0
  for (const { 0: run, index } of value.matchAll(WORDS)) {
    text += read(value.slice(at, index))
    at = index + run.length
    const decoded: { charset: string; bytes: string }[] = []
    for (const [, charset = '', encoding, letters = ''] of run.matchAll(WORD)) {
      const bytes =
        encoding!.toLowerCase() === 'b'
          ? fromBase64(letters)
          : fromQuotedPrintable(letters.replaceAll('_', ' '))
      const last = decoded.at(-1)
      if (last?.charset.toLowerCase() === charset.toLowerCase()) last.bytes += bytes
      else decoded.push({ charset, bytes })
    }
    text += decoded.map(({ charset, bytes }) => decodeCharset(bytes, charset)).join('')
  }
  return (text + read(value.slice(at))).replace(/\s+/gu, ' ')
}
