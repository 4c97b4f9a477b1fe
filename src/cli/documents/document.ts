/** The option `--input`: the markup language of the texts, which determines what part of them is text. */
import { extname } from 'node:path'
import type { PlainText } from './plain-text.ts'

type Language = 'text' | 'html' | 'markdown'

const BY_EXTENSION: ReadonlyMap<string, Language> = new Map([
  ['.html', 'html'],
  ['.htm', 'html'],
  ['.xhtml', 'html'],
  ['.md', 'markdown'],
  ['.markdown', 'markdown'],
])

/** Extracts the text of a source in markup; returns undefined if the source is plain text. */
export type ReadDocument = (source: string, file?: string) => Promise<PlainText | undefined>

/** Reads a source as `--input` says; without it, by the file's extension. */
export function documentReader(stated: Language | undefined): ReadDocument {
  return async (source, file) => {
    const language = stated ?? BY_EXTENSION.get(extname(file ?? '').toLowerCase())
    if (language === 'html') return (await import('./html.ts')).readHtml(source)
    if (language === 'markdown') return (await import('./markdown.ts')).readMarkdown(source)
    return undefined
  }
}
