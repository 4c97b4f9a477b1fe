/**
 * The text of a mail as it is sent: who wrote to whom, when and what about, then its text, and that of what is attached to it.
 * Other headers, addresses of links and the second form of a text are left out; attachments of other kinds are named.
 */
import { NoText } from '../file-kinds.ts'
import { isCard, readCard } from './cards.ts'
import { encodedMail } from './encoded-mail.ts'
import { type Extracted, type ExtractWithin, type Format, formatOf } from './formats.ts'
import { readHtml } from './html.ts'
import {
  contentOf,
  decodeCharset,
  headerText,
  type MimePart,
  partsOf,
  readPart,
  withWordsDecoded,
} from './mime.ts'

const SHOWN = new Set('from sender reply-to to cc bcc date subject'.split(' '))
/** What has nothing to read, and nothing that is missed. */
const SIGNATURES = new Set([
  'application/pgp-signature',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
])
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
/** Parts in parts, and mails in mails. */
const DEEPEST = 20

/**
 * @param extract  takes the text out of what is attached to it
 * @param depth  how many mails it is attached to, one in another
 */
export async function readMail(bytes: Uint8Array, extract: ExtractWithin, depth: number): Promise<Extracted> {
  const source = Buffer.from(bytes).toString('latin1')
  // A mark of UTF-8, and a line that folders of mails have.
  const start = /^(?:\xef\xbb\xbf)?(?:From [^\n]*\n)?/u.exec(source)![0].length
  const mail = readPart(source.slice(start))
  if (mail.headers.length === 0) throw new NoText('is no mail: it begins with no header')
  const reader = new MailReader(extract)
  await reader.readMail(mail, depth)
  const text = reader.texts.map((one) => one.replace(/\r\n?/gu, '\n').trim()).filter((one) => one !== '')
  return { text: `${text.join('\n\n')}\n`, left: reader.left }
}

class MailReader {
  readonly texts: string[] = []
  readonly left: string[] = []
  readonly #extract: ExtractWithin

  constructor(extract: ExtractWithin) {
    this.#extract = extract
  }

  async readMail(mail: MimePart, depth: number): Promise<void> {
    this.#addHeaders(mail)
    await this.#read(mail, depth)
  }

  #addHeaders(mail: MimePart): void {
    const shown = mail.headers.filter(([name]) => SHOWN.has(name.toLowerCase()))
    this.texts.push(shown.map(([name, value]) => `${name}: ${headerText(value)}`).join('\n'))
  }

  async #read(part: MimePart, depth: number): Promise<void> {
    if (depth > DEEPEST) throw new NoText(`has more than ${DEEPEST} parts in parts`)
    const { type, disposition } = part
    if (type.value.startsWith('multipart/')) {
      for (const one of await this.#partsIn(part, depth)) await this.#read(one, depth + 1)
    } else if (type.value === 'message/rfc822') {
      await this.readMail(readPart(contentOf(part)), depth + 1)
    } else if (type.value === 'text/rfc822-headers') {
      // Of a mail that could not be delivered.
      this.#addHeaders(readPart(contentOf(part)))
    } else if (!SIGNATURES.has(type.value)) {
      const name = nameOf(part)
      if (disposition.value === 'attachment' || name !== '') this.texts.push(`Attachment: ${name}`)
      const format = formatIn(part, name) ?? (isEncodedMail(part) ? 'mail' : undefined)
      if (format !== undefined) {
        const { text, left } = await this.#extract(format, Buffer.from(contentOf(part), 'latin1'), depth + 1)
        this.texts.push(text)
        for (const one of left) this.left.push(one)
      } else if (isText(part)) this.texts.push(textOf(part))
      else this.#leave(part)
    }
  }

  /** The parts that are read: of several forms of one text the plain one. */
  async #partsIn(part: MimePart, depth: number): Promise<readonly MimePart[]> {
    const { parts, closed } = partsOf(part)
    if (!closed) this.left.push('its end is missing: the boundary after its last part')
    if (part.type.value !== 'multipart/alternative') return parts
    const isPlain = (one: MimePart): boolean => one.type.value === 'text/plain' && textOf(one).trim() !== ''
    const chosen = parts.find(isPlain) ?? parts.filter((one) => isText(one) || isMultipart(one)).at(-1)
    for (const one of parts) if (one !== chosen) this.#leaveAllBut(one, depth)
    return chosen === undefined ? [] : [chosen]
  }

  /** Tells what a form of a text that is not read has and the other form has not: files. */
  #leaveAllBut(part: MimePart, depth: number): void {
    if (depth > DEEPEST) throw new NoText(`has more than ${DEEPEST} parts in parts`)
    if (isMultipart(part)) for (const one of partsOf(part).parts) this.#leaveAllBut(one, depth + 1)
    else if (!['text/plain', 'text/html'].includes(part.type.value) || nameOf(part) !== '') this.#leave(part)
  }

  #leave(part: MimePart): void {
    const what = `${part.type.value}, ${part.body.length} bytes`
    this.texts.push(`(not in this text: ${what})`)
    this.left.push(`an attachment is not in its text: ${[nameOf(part), what].filter(Boolean).join(', ')}`)
  }
}

function isMultipart({ type }: MimePart): boolean {
  return type.value.startsWith('multipart/')
}

function isText({ type: { value } }: MimePart): boolean {
  return (value.startsWith('text/') && value !== 'text/rtf') || value === 'message/delivery-status'
}

function textOf(part: MimePart): string {
  const text = decodeCharset(contentOf(part), part.type.parameters.get('charset'))
  if (part.type.value === 'text/html') return readHtml(text, { code: 'text' }).text
  return withWordsDecoded(isCard(part.type.value) ? readCard(text) : text)
}

/** A mail that is attached as if it were a text. */
function isEncodedMail(part: MimePart): boolean {
  if (part.type.value !== 'text/plain') return false
  const text = decodeCharset(contentOf(part), part.type.parameters.get('charset'))
  return encodedMail(text.replace(/\r\n/gu, '\n')) !== undefined
}

function nameOf({ type, disposition }: MimePart): string {
  return headerText(disposition.parameters.get('filename') ?? type.parameters.get('name') ?? '')
}

function formatIn({ type }: MimePart, name: string): Format | undefined {
  if (type.value === WORD) return 'word'
  return type.value === 'application/octet-stream' ? formatOf(name) : undefined
}
