/**
 * The option `--encoding`, and the marks at the beginning of texts: bytes of any encoding become UTF-8, which is all that
 * those who read texts, lines and tables need to know. A mark says more than the option, as in browsers.
 */
import { UsageError } from './arguments.ts'
import { NoText } from './file-kinds.ts'

const UTF_8 = 'utf-8'

/**
 * The name that `TextDecoder` has for an encoding; undefined for UTF-8, and where none is stated.
 *
 * @throws {UsageError} for one that the runtime does not know
 */
export function statedEncoding(label: string | undefined): string | undefined {
  if (label === undefined) return undefined
  try {
    const { encoding } = new TextDecoder(label)
    return encoding === UTF_8 ? undefined : encoding
  } catch {
    throw new UsageError(
      `--encoding is '${label}', expected a name that the web knows, as windows-1252, iso-8859-15, utf-16le, shift_jis, gb18030 or koi8-r`,
    )
  }
}

/** Number of bytes of the longest mark, that of UTF-32, which is refused. */
const LONGEST_MARK = 4
/** The first bytes of marks: of UTF-16 and of UTF-8. */
const FIRST_OF_MARKS = [0xff, 0xfe, 0xef]

/** The same bytes in chunks of which the first has a whole mark, if the text begins with one. */
export async function* withWholeMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (start === undefined) {
      yield chunk
      continue
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk])
    if (start.length === 0 || (start.length < LONGEST_MARK && FIRST_OF_MARKS.includes(start[0]!))) continue
    yield start
    start = undefined
  }
  if (start !== undefined && start.length > 0) yield start
}

/** The encoding that a text's byte order mark says. */
export function encodingOfMark(start: Uint8Array): string | undefined {
  const [first, second, third] = start
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xef && second === 0xbb && third === 0xbf ? UTF_8 : undefined
}

/**
 * Makes chunks UTF-8, one after another; without a chunk it gives what the last one left. UTF-8 is passed on unread.
 *
 * @throws {NoText} for bytes that are not of the encoding
 */
export function toUtf8(encoding: string = UTF_8): (chunk?: Uint8Array) => Uint8Array {
  if (encoding === UTF_8) return (chunk = new Uint8Array(0)) => chunk
  const decoder = new TextDecoder(encoding, { fatal: true })
  const encoder = new TextEncoder()
  return (chunk) => {
    try {
      return encoder.encode(chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true }))
    } catch (error) {
      throw new NoText(`is not ${encoding} text, as its first bytes or --encoding say`, { cause: error })
    }
  }
}
