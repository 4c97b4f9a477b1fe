/** The option `--input`: the markup language of the texts, which determines what part of them is text. */
import { extname } from 'node:path'
import { encodedCard } from './cards.ts'
import { encodedMail } from './encoded-mail.ts'
import type { PlainText } from './plain-text.ts'

export type Language = 'text' | 'html' | 'xml' | 'markdown' | 'json'

const BY_EXTENSION: ReadonlyMap<string, Language> = new Map([
  ['.html', 'html'],
  ['.htm', 'html'],
  ['.xhtml', 'html'],
  ['.md', 'markdown'],
  ['.markdown', 'markdown'],
  ...['.xml', '.svg', '.rss', '.atom'].map((extension) => [extension, 'xml'] as const),
  ...['.json', '.jsonl', '.ndjson', '.jsonld', '.geojson', '.ipynb', '.har'].map(
    (extension) => [extension, 'json'] as const,
  ),
])

/** The text of a source in markup; nothing for one that is all text, an error for one that is not text as it stands. */
export type ReadDocument = (source: string, file?: string) => Promise<PlainText | Error | undefined>

/**
 * Reads a source as `--input` says; without it, by the file's extension.
 *
 * @param fields  of a JSON document, if not all of it is text
 */
export function documentReader(
  stated: Language | undefined,
  fields?: readonly string[] | undefined,
): ReadDocument {
  return async (source, file) => {
    const language = stated ?? BY_EXTENSION.get(extname(file ?? '').toLowerCase())
    if (language === 'html') return (await import('./html.ts')).readHtml(source)
    if (language === 'xml') return (await import('./html.ts')).readXml(source)
    if (language === 'markdown') return (await import('./markdown.ts')).readMarkdown(source)
    if (language === 'json') return (await import('./json.ts')).readJson(source, fields)
    return stated === undefined ? (encodedMail(source) ?? encodedCard(source)) : undefined
  }
}
