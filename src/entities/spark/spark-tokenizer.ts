/** Splits a text into words as Spark NLP's rule Tokenizer does. */

/** Settings of Spark NLP's rule Tokenizer. Patterns are JavaScript's; `\A` and `\z` are understood too. */
export interface SparkTokenizerOptions {
  /** What counts as a first piece of text; default `\S+`. */
  targetPattern?: string
  /** Characters split off at both ends of a piece; default `. , ; : ! ? * - ( ) " '`. */
  contextChars?: readonly string[]
  /** Replaces the context characters at the beginning; must begin with `\A`. Groups are tokens. */
  prefixPattern?: string
  /** Replaces the context characters at the end; must end with `\z`. Groups are tokens. */
  suffixPattern?: string
  /** Patterns tried in order between prefix and suffix; groups are tokens. */
  infixPatterns?: readonly string[]
  /** Tokens are split where it matches; the match itself is dropped. */
  splitPattern?: string
  /** Tokens are split at these characters, which are dropped. */
  splitChars?: readonly string[]
  /**
   * Regular expressions whose matches are not split at spaces; a piece of text that contains a match is one
   * token.
   */
  exceptions?: readonly string[]
  /** Default true. */
  caseSensitiveExceptions?: boolean
  /** Shorter tokens are left out; default 0. */
  minLength?: number
  /** Longer tokens are left out. */
  maxLength?: number
}

type Span = [start: number, end: number]

const defaultContext: readonly string[] = ['.', ',', ';', ':', '!', '?', '*', '-', '(', ')', '"', "'"]

/**
 * Splits a text as Spark NLP's Tokenizer does: into runs of non-white-space, whose context characters are
 * split off as one token at each end; a run of context characters alone stays whole.
 *
 * @returns [start, end) of each token, UTF-16 code units
 * @throws RangeError for an invalid pattern, or one that lacks its `\A` or `\z`
 *
 * @example
 * tokenizeSpark('(U.N.), said') // '(', 'U.N', '.),', 'said'
 */
export function tokenizeSpark(text: string, options: SparkTokenizerOptions = {}): Span[] {
  const target = pattern('targetPattern', options.targetPattern ?? '\\S+', 'gu')
  const rules = makeRules(options)
  const split = splitRule(options)
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = options
  const exceptions = makeExceptions(options)
  const spans: Span[] = []
  for (const match of protect(text, exceptions).matchAll(target)) {
    const [from, to]: Span = [match.index, match.index + match[0].length]
    const chunk = text.slice(from, to)
    if (chunk === '') continue
    if (exceptions.some((exception) => chunk.search(exception) >= 0)) {
      spans.push([from, to])
      continue
    }
    for (const [first, last] of applyRules(chunk, rules)) {
      for (const part of splitSpan(text, from + first, from + last, split)) spans.push(part)
    }
  }
  return spans.filter(([start, end]) => end - start >= minLength && end - start <= maxLength)
}

/** Joins prefix, infix and suffix into rules, one for each infix pattern. */
function makeRules(options: SparkTokenizerOptions): RegExp[] {
  const context = escapeClass(options.contextChars ?? defaultContext)
  const { prefixPattern = `\\A([${context}]*)`, suffixPattern = `([${context}]*)\\z` } = options
  if (!prefixPattern.startsWith('\\A')) {
    throw new RangeError(`prefixPattern is '${prefixPattern}', expected it to begin with \\A`)
  }
  if (!suffixPattern.endsWith('\\z')) {
    throw new RangeError(`suffixPattern is '${suffixPattern}', expected it to end with \\z`)
  }
  const infixes = options.infixPatterns ?? [`([^${context}](?:.*[^${context}])?)`]
  return infixes.map((infix) => pattern('infixPatterns', prefixPattern + infix + suffixPattern, 'dsu'))
}

/** The groups of the first rule that matches; the whole chunk if none does. */
function applyRules(chunk: string, rules: readonly RegExp[]): Span[] {
  for (const rule of rules) {
    const groups = rule.exec(chunk)?.indices?.slice(1)
    if (groups === undefined) continue
    return groups.filter((group): group is Span => group !== undefined && group[0] < group[1])
  }
  return [[0, chunk.length]]
}

function splitRule({ splitPattern, splitChars }: SparkTokenizerOptions): RegExp | undefined {
  const parts: string[] = []
  if (splitPattern !== undefined) parts.push(splitPattern)
  if (splitChars !== undefined && splitChars.length > 0) parts.push(`[${escapeClass(splitChars)}]`)
  return parts.length === 0 ? undefined : pattern('splitPattern', parts.join('|'), 'gu')
}

/** Splits like Java's `String.split`: an empty match splits too, except at the ends. */
function splitSpan(text: string, start: number, end: number, rule: RegExp | undefined): Span[] {
  if (rule === undefined) return [[start, end]]
  const parts: Span[] = []
  let from = start
  for (const match of text.slice(start, end).matchAll(rule)) {
    parts.push([from, start + match.index])
    from = start + match.index + match[0].length
  }
  parts.push([from, end])
  return parts.filter(([first, last]) => first < last)
}

function makeExceptions({
  exceptions = [],
  caseSensitiveExceptions = true,
}: SparkTokenizerOptions): RegExp[] {
  const flags = caseSensitiveExceptions ? 'gu' : 'giu'
  return exceptions.filter((one) => one !== '').map((one) => pattern('exceptions', one, flags))
}

/** Replaces white space that does not split, as in Spark NLP. */
const PROTECTED = '\u2188'

/**
 * A text of the same length in which white space inside an exception does not split; the last exception comes
 * first.
 */
function protect(text: string, exceptions: readonly RegExp[]): string {
  return exceptions.reduceRight(
    (protectedText, exception) =>
      protectedText.replace(exception, (matched) => matched.replace(/\s/gu, PROTECTED)),
    text,
  )
}

function pattern(name: string, source: string, flags: string): RegExp {
  try {
    return new RegExp(
      source.replace(/\\([Az])/gu, (_, letter) => (letter === 'A' ? '^' : '$')),
      flags,
    )
  } catch (cause) {
    throw new RangeError(`${name} is '${source}', expected a regular expression`, { cause })
  }
}

function escapeClass(characters: readonly string[]): string {
  return characters.map((one) => one.replace(/[\\\]^-]/gu, '\\$&')).join('')
}
