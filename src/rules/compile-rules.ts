/** Compiles rules into matchers, and decides which entity stays where a rule and the model disagree. */

import { isObject, kindOf } from '../check/kind.ts'
import type { RowOf } from '../check/option-rows.ts'
import { checkValue } from '../check/options.ts'
import { keepFirst, keepParts, type Match } from './overlaps.ts'
import { Phrases } from './phrases.ts'
import { Searcher } from './search.ts'
import { atOnce, eachOf, inTurns, type Steps } from './turns.ts'
import type { PatternRule, PhraseRule, Rule, RuleMatch, RulePolicy, RuleSet } from './types.ts'

type Finder = (text: string) => Steps<Match[]>

type Typed = Match & { readonly type: string }

/** A letter or a digit, and everything from the first of them to the last. */
const WORD = /[\p{L}\p{N}]/u
const WORDS = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su

type Pattern = Omit<PatternRule, 'phrases'>
type Phrase = Omit<PhraseRule, 'pattern' | 'accept'>

const patternRow: RowOf<Pattern> = {
  type: 'object',
  fields: {
    type: { type: 'string' },
    pattern: { type: 'other', fits: (value) => value instanceof RegExp, wanted: 'a RegExp' },
    accept: { type: 'function' },
  },
}
const phraseRow: RowOf<Phrase> = {
  type: 'object',
  fields: {
    type: { type: 'string' },
    phrases: {
      type: 'other',
      fits: (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
      wanted: 'an array of strings',
    },
    ignoreCase: { type: 'boolean' },
  },
}

class CompiledRules implements RuleSet {
  readonly types: readonly string[]
  readonly #rules: readonly { readonly type: string; readonly find: Finder }[]

  constructor(rules: readonly Rule[]) {
    this.#rules = rules.map(compile)
    this.types = [...new Set(rules.map(({ type }) => type))]
  }

  find(text: string): RuleMatch[] {
    return atOnce(this.#search(text))
  }

  async findInTurns(text: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<RuleMatch[]> {
    return inTurns(this.#search(text), signal)
  }

  *#search(text: string): Steps<RuleMatch[]> {
    const lists: Typed[][] = []
    for (const { type, find } of this.#rules) {
      const list: Typed[] = []
      yield* eachOf(yield* find(text), ({ start, end }) => list.push({ type, start, end }))
      lists.push(list)
    }
    const matches: RuleMatch[] = []
    const partOf = (span: Typed, from: number, to: number): Typed | undefined => {
      const [words] = WORDS.exec(text.slice(from, to)) ?? []
      if (words === undefined) return undefined
      const start = text.indexOf(words, from)
      return { type: span.type, start, end: start + words.length }
    }
    yield* eachOf(yield* keepParts(lists, true, partOf), ({ type, start, end }) =>
      matches.push({ type, text: text.slice(start, end), start, end, score: 1 }),
    )
    return matches
  }
}

/**
 * Compiles rules once, for use with many texts. The `rules` option of `recognize` also takes rules as they
 * are.
 *
 * @throws {TypeError} {RangeError} naming the rule and what is wrong with it
 *
 * @example
 * compileRules([{ type: 'TICKET', pattern: /\b[A-Z]{2,5}-\d+\b/ }]).find('See ABC-12.')
 * // [{ type: 'TICKET', text: 'ABC-12', start: 4, end: 10, score: 1 }]
 */
export function compileRules(rules: readonly Rule[] | RuleSet): RuleSet {
  if (isObject(rules) && typeof rules.findInTurns === 'function') return rules as unknown as RuleSet
  if (!Array.isArray(rules)) throw new TypeError(`rules is ${kindOf(rules)}, expected an array of rules`)
  return new CompiledRules(rules)
}

function compile(rule: Rule, index: number): { type: string; find: Finder } {
  const name = `rules[${index}]`
  checkRule(rule, name)
  const { type } = rule
  if (!type) throw new TypeError(`${name} has no type, expected { type, pattern } or { type, phrases }`)
  if (rule.pattern === undefined) {
    if (rule.phrases === undefined)
      throw new TypeError(`${name} has neither pattern nor phrases, expected one of them`)
    const phrases = new Phrases(rule.phrases, rule.ignoreCase ?? false, `${name}.phrases`)
    return { type, find: (text) => phrases.search(text) }
  }
  const searcher = new Searcher(rule.pattern)
  const { accept } = rule
  return {
    type,
    find: (text) =>
      searcher.search(text, (start, end) => {
        const answer = accept === undefined || accept(text.slice(start, end), text, start)
        if (typeof answer === 'number') return Math.min(end, start + answer)
        return answer ? end : start
      }),
  }
}

const PRESETS = "for all presets of iobert/rules write rules: 'all' or Object.values(presets)"

/** @throws {TypeError} {RangeError} naming the rule */
function checkRule(rule: unknown, name: string): void {
  if (isObject(rule)) {
    checkValue(rule['pattern'] === undefined ? phraseRow : patternRow, rule, name)
    return
  }
  // What `Object.values` of the module gives has its functions too.
  const found = typeof rule === 'function' ? `the function ${rule.name}` : kindOf(rule)
  const instead = typeof rule === 'function' ? `; ${PRESETS}` : ''
  throw new TypeError(`${name} is ${found}, expected { type, pattern } or { type, phrases }${instead}`)
}

/**
 * Merges the entities of a model and the matches of rules into one list, in text order, without overlaps.
 * Without matches, the entities are returned unchanged. Where two overlap, the parts of the loser that lie
 * outside the winner stay: in `Zhang Wei - zhang@…`, where a mail address begins with the last word, `Zhang
 * Wei` stays. No part of what was found may be left in a redacted text.
 *
 * @param policy who wins: the longer one (on a tie, the rule), the rule, or the model
 * @param trimName finds where a name begins and ends within such a part; without it, no parts stay
 */
export function* mergeRules<E extends Match & { readonly text: string }>(
  entities: E[],
  matches: readonly E[],
  policy: RulePolicy,
  trimName?: (text: string, start: number, end: number) => readonly [start: number, end: number],
): Steps<E[]> {
  if (matches.length === 0) return entities
  const lists = policy === 'model' ? [entities, matches] : [matches, entities]
  if (trimName === undefined) return yield* keepFirst(lists, policy === 'longest')
  return yield* keepParts(lists, policy === 'longest', (one, from, to) => {
    const [start, end] = trimName(one.text, from - one.start, to - one.start)
    const text = one.text.slice(start, end)
    if (!WORD.test(text)) return undefined
    return { ...one, text, start: one.start + start, end: one.start + end }
  })
}
