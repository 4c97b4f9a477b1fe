/**
 * The text of a document of Word (Office Open XML, ECMA-376): its properties, body, headers, footers, notes and comments, as it
 * is with its changes accepted. What is struck out, codes of fields, addresses of links and the form are left out; parts of
 * other kinds, such as pictures and diagrams, are named.
 */
import { Parser } from 'htmlparser2'
import { openZip, type ZipArchive } from '../../convert/containers/zip.ts'
import { bytesSource } from '../../format/source.ts'
import { encodingOfMark } from '../encoding.ts'
import { NoText } from '../file-kinds.ts'
import type { Extracted } from './formats.ts'

/** Bytes of XML of a part. */
const LARGEST_PART = 64 * 1024 * 1024

/** Parts with text by the ends of their content types, in the order in which they are read. */
const READ = [
  'core-properties+xml',
  'header+xml',
  'main+xml',
  'footnotes+xml',
  'endnotes+xml',
  'comments+xml',
  'footer+xml',
] as const
/** Parts that say how a document looks or is put together. */
const FORM =
  /(?:\.rels|relationships|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|theme|extended-properties|custom-properties|customXmlProperties|commentsExtended|commentsIds|commentsExtensible|people|obfuscatedFont|keyMapCustomizations|attachedToolbars|printerSettings|vbaProject|vbaData|documenttasks)(?:\+xml)?$/u
/** Programs keep data of their own there: bibliographies, fields of forms. */
const DATA = /^customXml\//u

/** @throws {NoText} for what is damaged, encrypted, or is no document of Word */
export async function readWord(bytes: Uint8Array): Promise<Extracted> {
  const name = 'the document'
  try {
    return await textOf(await openZip(bytesSource(name, bytes)))
  } catch (error) {
    if (error instanceof NoText) throw error
    throw new NoText(`is no document of Word that can be read: ${(error as Error).message}`, { cause: error })
  }
}

async function textOf(archive: ZipArchive): Promise<Extracted> {
  const types = await contentTypes(archive)
  const parts = [...archive.entries.keys()].filter((name) => !name.endsWith('/'))
  const texts: string[] = []
  const left: string[] = []
  const rank = (name: string): number => READ.findIndex((end) => types(name).endsWith(end))
  if (!parts.some((name) => READ[rank(name)] === 'main+xml')) throw new NoText('is no document of Word')
  for (const name of parts.sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1))) {
    const kind = READ[rank(name)]
    if (kind !== undefined) {
      const xml = decodeXml(await partOf(archive, name), name)
      texts.push(kind === 'core-properties+xml' ? propertiesIn(xml) : paragraphsIn(xml))
    } else if (name !== CONTENT_TYPES && !FORM.test(types(name)) && !DATA.test(name)) {
      left.push(`${name} is not in its text (${types(name) || 'of no stated kind'})`)
    }
  }
  const written = texts.map((text) => text.trim()).filter((text) => text !== '')
  return { text: `${written.join('\n\n')}\n`, left }
}

const CONTENT_TYPES = '[Content_Types].xml'

/** The content type of each part, by its name or by how that ends; '' if none is stated. */
async function contentTypes(archive: ZipArchive): Promise<(name: string) => string> {
  const byName = new Map<string, string>()
  const byEnd = new Map<string, string>()
  parseXml(decodeXml(await partOf(archive, CONTENT_TYPES), CONTENT_TYPES), {
    onopentag(name, { PartName, Extension, ContentType = '' }) {
      if (name === 'Override' && PartName !== undefined)
        byName.set(PartName.slice(1).toLowerCase(), ContentType)
      if (name === 'Default' && Extension !== undefined) byEnd.set(Extension.toLowerCase(), ContentType)
    },
  })
  return (part) => {
    const name = part.toLowerCase()
    return byName.get(name) ?? byEnd.get(name.slice(name.lastIndexOf('.') + 1)) ?? ''
  }
}

async function partOf(archive: ZipArchive, name: string): Promise<Uint8Array> {
  const entry = archive.entries.get(name)
  if (entry === undefined) throw new NoText(`is no document of Word: it has no ${name}`)
  return archive.readAll(entry, LARGEST_PART)
}

function decodeXml(bytes: Uint8Array, name: string): string {
  let xml: string
  try {
    xml = new TextDecoder(encodingOfMark(bytes) ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new NoText(`has a part ${name} that is not UTF-8, or UTF-16 with its mark`, { cause: error })
  }
  // Entities of a document's own would be text that is not read.
  if (/<!DOCTYPE/iu.test(xml))
    throw new NoText(`has a part ${name} with a DOCTYPE, which no document of Word has`)
  return xml
}

type Handlers = NonNullable<ConstructorParameters<typeof Parser>[0]>

function parseXml(xml: string, handlers: Handlers): void {
  new Parser(handlers, { xmlMode: true, decodeEntities: true }).end(xml)
}

/** The name of an element without its prefix, which each document may choose. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** Names as a reader knows them. */
const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['title', 'Title'],
  ['subject', 'Subject'],
  ['creator', 'Author'],
  ['lastModifiedBy', 'Last changed by'],
  ['keywords', 'Keywords'],
  ['description', 'Comments'],
  ['category', 'Category'],
  ['contentStatus', 'Status'],
])

function propertiesIn(xml: string): string {
  const lines: string[] = []
  let text = ''
  parseXml(xml, {
    onopentag() {
      text = ''
    },
    ontext(part) {
      text += part
    },
    onclosetag(name) {
      const label = PROPERTIES.get(localName(name))
      if (label !== undefined && text.trim() !== '') lines.push(`${label}: ${text.trim()}`)
    },
  })
  return lines.join('\n')
}

/** Elements whose content is text. */
const TEXT = new Set(['t'])
/** Elements whose content is none: what is struck out or moved away, and the second form of a drawing for older programs. */
const HIDDEN = new Set(['del', 'moveFrom', 'Fallback'])
/** Empty elements that stand for characters. */
const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['tab', '\t'],
  ['ptab', '\t'],
  ['br', '\n'],
  ['cr', '\n'],
  ['noBreakHyphen', '\u2011'],
  ['sym', ' '],
])

/** The text of paragraphs, whose runs are joined: a name may be cut into several. */
function paragraphsIn(xml: string): string {
  const paragraphs: string[] = []
  /** Open paragraphs: one may hold a text box, which has paragraphs of its own. */
  const open: string[] = []
  let hidden = 0
  let properties = 0
  let isText = false
  const add = (text: string): void => {
    if (hidden > 0) return
    open.push(`${open.pop() ?? ''}${text}`)
  }
  parseXml(xml, {
    onopentag(name, attributes) {
      const element = localName(name)
      isText = TEXT.has(element)
      if (HIDDEN.has(element)) hidden++
      // There tabs are stops, and changes are of the form.
      else if (/^(?:p|r)Pr$/u.test(element)) properties++
      else if (element === 'p') open.push('')
      else if (element === 'comment' && attributes['w:author'] !== undefined) {
        paragraphs.push(`Comment by ${attributes['w:author']}:`)
      } else if (properties === 0) add(CHARACTERS.get(element) ?? '')
    },
    ontext(text) {
      if (isText) add(text)
    },
    onclosetag(name) {
      const element = localName(name)
      isText = false
      if (HIDDEN.has(element)) hidden--
      else if (/^(?:p|r)Pr$/u.test(element)) properties--
      else if (element === 'p' && open.length > 0) {
        const text = open.pop()!
        if (hidden === 0) paragraphs.push(text)
      } else if (element === 'tr') paragraphs.push('')
    },
  })
  return [...paragraphs, ...open].join('\n').replace(/\n{3,}/gu, '\n\n')
}
