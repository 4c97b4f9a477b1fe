/** Files of other programs that are given in place of a text, known by their first bytes, and how to get the text out. */

/** First bytes as latin-1, what such a file is, and what to do. */
const KINDS: readonly (readonly [start: string, what: string])[] = [
  ['%PDF-', 'a PDF, expected text: write pdftotext FILE FILE.txt (of poppler-utils) and give FILE.txt'],
  [
    'PK\x03\x04',
    'a zip archive, as ODT, XLSX and EPUB are, expected text, or a document of Word whose name ends in .docx: write pandoc -t plain FILE | iobert, or save it as text',
  ],
  ['\x89PNG\r\n', 'a picture (PNG), expected text: write tesseract FILE - | iobert'],
  ['\xff\xd8\xff', 'a picture (JPEG), expected text: write tesseract FILE - | iobert'],
  ['GIF8', 'a picture (GIF), expected text: write tesseract FILE - | iobert'],
  ['\xd0\xcf\x11\xe0', 'a file of an old Office (DOC, XLS, PPT), expected text: save it as text'],
  ['\xff\xfe\0\0', 'UTF-32 text, expected UTF-8 or UTF-16: write iconv -f UTF-32 -t UTF-8 FILE | iobert'],
  ['{\\rtf', 'an RTF document, expected text: write pandoc -t plain FILE | iobert, or save it as text'],
  ['\x1f\x8b', 'packed by gzip, expected text: write gunzip -c FILE | iobert'],
]

/**
 * What a file is that is no text, and what to do; undefined for what may be a text.
 *
 * @param start its first bytes
 */
export function otherKind(start: Uint8Array): string | undefined {
  return KINDS.find(([magic]) =>
    Array.from(magic).every((character, index) => character.charCodeAt(0) === start[index]),
  )?.[1]
}

/** A file that is no text, or none that can be read. */
export class NoText extends TypeError {
  /** @param what it is: `is a PDF ...` */
  constructor(what: string, options?: ErrorOptions) {
    super(`it ${what}`, options)
  }
}
