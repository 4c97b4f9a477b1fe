/** Splits a text into words as Spark NLP's rule Tokenizer does. */

/** Settings of Spark NLP's rule Tokenizer. Patterns are JavaScript's; `\A` and `\z` are understood too. */
export interface SparkTokenizerOptions {
  /** What a first piece of text is; default `\S+`. */
  targetPattern?: string
  /** Characters split off a piece's two ends; default `. , ; : ! ? * - ( ) " '`. */
  contextChars?: readonly string[]
  /** In place of the context characters at the beginning; must begin with `\A`. Groups are tokens. */
  prefixPattern?: string
  /** In place of the context characters at the end; must end with `\z`. Groups are tokens. */
  suffixPattern?: string
  /** Tried in order between prefix and suffix; groups are tokens. */
  infixPatterns?: readonly string[]
  /** Tokens are split where it matches, and what matches is dropped. */
  splitPattern?: string
  /** Tokens are split at these characters, which are dropped. */
  splitChars?: readonly string[]
  /** Kept whole, spaces and all, where they stand between spaces, context characters and the text's ends. */
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
 * Splits a text as Spark NLP's Tokenizer does: a run of other than whitespace, its context characters at both ends split
 * off as one token each end; a run of context characters alone stays whole.
 *
 * @returns [start, end) of each token, UTF-16 code units
 * @throws RangeError for a pattern that is none, or that lacks its `\A` or `\z`
 *
 * @example
 * tokenizeSpark('(U.N.), said') // '(', 'U.N', '.),', 'said'
 */
export function tokenizeSpark(text: string, options: SparkTokenizerOptions = {}): Span[] {
  const target = pattern('targetPattern', options.targetPattern ?? '\\S+', 'gu')
  const rules = makeRules(options)
  const split = splitRule(options)
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = options
  const spans: Span[] = []
  const tokenizeBetween = (start: number, end: number): void => {
    for (const match of text.slice(start, end).matchAll(target)) {
      if (match[0] === '') continue
      for (const [from, to] of applyRules(match[0], rules)) {
        const offset = start + match.index
        for (const part of splitSpan(text, from + offset, to + offset, split)) spans.push(part)
      }
    }
  }
  let done = 0
  for (const exception of findExceptions(text, options)) {
    tokenizeBetween(done, exception[0])
    spans.push(exception)
    done = exception[1]
  }
  tokenizeBetween(done, text.length)
  return spans.filter(([start, end]) => end - start >= minLength && end - start <= maxLength)
}

/** Prefix, infix and suffix joined, one rule an infix pattern. */
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

/** The groups of the first rule that matches; the whole where none does. */
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

function splitSpan(text: string, start: number, end: number, rule: RegExp | undefined): Span[] {
  if (rule === undefined) return [[start, end]]
  const parts: Span[] = []
  let from = start
  for (const match of text.slice(start, end).matchAll(rule)) {
    if (match[0] === '') continue
    parts.push([from, start + match.index])
    from = start + match.index + match[0].length
  }
  parts.push([from, end])
  return parts.filter(([first, last]) => first < last)
}

function findExceptions(text: string, options: SparkTokenizerOptions): Span[] {
  const { exceptions = [], caseSensitiveExceptions = true } = options
  const known = exceptions.filter((exception) => exception !== '').sort((a, b) => b.length - a.length)
  if (known.length === 0) return []
  const edge = `[^\\s${escapeClass(options.contextChars ?? defaultContext)}]`
  const source = `(?<!${edge})(?:${known.map(escapeText).join('|')})(?!${edge})`
  const found = text.matchAll(new RegExp(source, caseSensitiveExceptions ? 'gu' : 'giu'))
  return Array.from(found, (match): Span => [match.index, match.index + match[0].length])
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

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&')
}

function escapeClass(characters: readonly string[]): string {
  return characters.map((one) => one.replace(/[\\\]^-]/gu, '\\$&')).join('')
}
