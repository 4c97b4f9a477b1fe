/** Cleans the white space of a text as Spark NLP's DocumentAssembler does. */

/**
 * How Spark NLP's DocumentAssembler cleans white space. The modes ending in `_full` also replace the two
 * characters `\n`.
 */
export type CleanupMode =
  | 'disabled'
  | 'inplace'
  | 'inplace_full'
  | 'shrink'
  | 'shrink_full'
  | 'each'
  | 'each_full'
  | 'delete_full'

/** Line breaks and tabs written out as a backslash and a letter. */
const LITERAL = /\\r\\n|\\n|\\t/gu

/**
 * Cleans a document as DocumentAssembler does. Every mode except 'disabled' and 'inplace' can change its
 * length.
 *
 * @example
 * cleanDocument('  a\n\nb ', 'shrink') // 'a b'
 */
export function cleanDocument(text: string, mode: CleanupMode): string {
  switch (mode) {
    case 'disabled':
      return text
    case 'inplace':
      return text.replace(/\s/gu, ' ')
    case 'inplace_full':
      return text.replace(LITERAL, ' ').replace(/\s/gu, ' ')
    case 'shrink':
      return text.trim().replace(/\s+/gu, ' ')
    case 'shrink_full':
      return text.replace(LITERAL, ' ').trim().replace(/\s+/gu, ' ')
    case 'each':
      return text.replace(/\s[\n\t]/gu, ' ')
    case 'each_full':
      return text.replace(/\s(?:[\n\t]|\\n|\\t)/gu, ' ')
    case 'delete_full':
      return text.trim().replace(LITERAL, '')
  }
}
