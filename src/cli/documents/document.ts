/** The option `--input`: which language the texts are marked up in, and so which part of them is text. */
import { extname } from 'node:path'
import { type ParsedArguments, UsageError } from '../arguments.ts'
import type { PlainText } from './plain-text.ts'

const LANGUAGES = ['text', 'html', 'markdown'] as const
type Language = (typeof LANGUAGES)[number]

const BY_EXTENSION: ReadonlyMap<string, Language> = new Map([
  ['.html', 'html'],
  ['.htm', 'html'],
  ['.xhtml', 'html'],
  ['.md', 'markdown'],
  ['.markdown', 'markdown'],
])

/** The text of a source in markup; nothing for one that is all text. */
export type ReadDocument = (source: string, file?: string) => Promise<PlainText | undefined>

/** Reads as `--input` says, and where it is not given by the file's extension. */
export function documentReader(args: ParsedArguments): ReadDocument {
  const written = args.value('input')
  const stated = LANGUAGES.find((one) => one === written)
  if (written !== undefined && stated === undefined) {
    throw new UsageError(`--input is '${written}', expected one of ${LANGUAGES.join(', ')}`)
  }
  return async (source, file) => {
    const language = stated ?? BY_EXTENSION.get(extname(file ?? '').toLowerCase())
    if (language === 'html') return (await import('./html.ts')).readHtml(source)
    if (language === 'markdown') return (await import('./markdown.ts')).readMarkdown(source)
    return undefined
  }
}
