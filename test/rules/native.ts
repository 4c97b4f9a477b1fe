/** Random patterns, and what JavaScript's own search finds with them. */
import * as fc from 'fast-check'

/** A pattern, and the same for JavaScript with characters that are never line breaks, as rules take it. */
export interface Source {
  readonly ours: string
  readonly withinLines: string
}

/**
 * What JavaScript finds: at each place in turn, the preferred match that is not empty.
 *
 * @param pattern its characters must not be line breaks
 */
export function native(pattern: RegExp, text: string): [start: number, end: number][] {
  const found: [number, number][] = []
  const flags = `${pattern.flags}y`
  let characters = 0
  for (let start = 0; start < text.length; ) {
    // The end lies more characters behind the text's beginning than the start does.
    const nonEmpty = new RegExp(`(?:${pattern.source})(?<=(?<![^])[^]{${characters + 1},})`, flags)
    nonEmpty.lastIndex = start
    const match = nonEmpty.exec(text)
    const end =
      match === null
        ? start + (pattern.unicode && text.codePointAt(start)! > 0xffff ? 2 : 1)
        : nonEmpty.lastIndex
    if (match !== null) found.push([start, end])
    const passed = text.slice(start, end)
    characters += pattern.unicode ? [...passed].length : passed.length
    start = end
  }
  return found
}

const character = fc
  .constantFrom(
    ...['a', 'b', 'c', 's', '.', '[ab]', '[^a]', '[^😀]', '\\d', '\\w', '\\W', '\\s', '1', '\\.', '[\\]a-]'],
    ...['\\u0061', '\\x62', '(?:😀)', '[]', '[^]', '\\ud83d', 'ſ'],
  )
  .map((one) => ({ ours: one, withinLines: `(?:(?![\\n-\\r\\x85\\u2028\\u2029])${one})` }))
const assertion = fc
  .constantFrom('^', '$', '\\b', '\\B')
  .map((one): Source => ({ ours: one, withinLines: one }))
const quantifier = fc.constantFrom(
  ...['', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,3}?', '{2,}', '{0,2}', '{0}'],
)

function map(source: Source, change: (written: string) => string): Source {
  return { ours: change(source.ours), withinLines: change(source.withinLines) }
}

function join(sources: readonly Source[], between: string): Source {
  return {
    ours: sources.map(({ ours }) => ours).join(between),
    withinLines: sources.map(({ withinLines }) => withinLines).join(between),
  }
}

/** Patterns out of characters, assertions, groups, alternatives and quantifiers. */
export const { pattern: source } = fc.letrec<{ pattern: Source; term: Source; sequence: Source }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3 },
    {
      weight: 5,
      arbitrary: fc
        .tuple(character, quantifier)
        .map(([one, times]) => map(one, (written) => written + times)),
    },
    { weight: 1, arbitrary: assertion },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('pattern'), fc.constantFrom('(', '(?:'), quantifier)
        .map(([inner, opening, times]) => map(inner, (written) => `${opening}${written})${times}`)),
    },
  ),
  sequence: fc.array(tie('term'), { minLength: 0, maxLength: 3 }).map((terms) => join(terms, '')),
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((choices) => join(choices, '|')),
}))
