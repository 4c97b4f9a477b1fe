/** Makes rules ready to find matches in texts, and decides which entity stays where a rule and the model disagree. */

import { isObject, kindOf } from '../check/kind.ts'
import { type Checks, callback, checkOptions, text as string, trueOrFalse } from '../check/options.ts'
import { Phrases } from './phrases.ts'
import { Searcher } from './search.ts'
import type { PatternRule, PhraseRule, Rule, RuleMatch, RulePolicy, RuleSet } from './types.ts'

type Finder = (text: string) => { readonly start: number; readonly end: number }[]

const patternChecks: Checks<Omit<PatternRule, 'phrases'>> = {
  type: string,
  pattern: regExp,
  accept: callback,
}
const phraseChecks: Checks<Omit<PhraseRule, 'pattern' | 'accept'>> = {
  type: string,
  phrases: iterable,
  ignoreCase: trueOrFalse,
}

class CompiledRules implements RuleSet {
  readonly types: readonly string[]
  readonly #rules: readonly { readonly type: string; readonly find: Finder }[]

  constructor(rules: readonly Rule[]) {
    this.#rules = rules.map(compile)
    this.types = [...new Set(rules.map(({ type }) => type))]
  }

  find(text: string): RuleMatch[] {
    return keepFirst(byLength(this.#all(text)))
  }

  #all(text: string): RuleMatch[] {
    return this.#rules.flatMap(({ type, find }) =>
      find(text).map(({ start, end }) => ({ type, text: text.slice(start, end), start, end, score: 1 })),
    )
  }
}

/**
 * Makes rules ready once, for many texts; `rules` of `recognize` takes them as they are too.
 *
 * @throws {TypeError} {RangeError} naming the rule and what is wrong with it
 *
 * @example
 * compileRules([{ type: 'TICKET', pattern: /\b[A-Z]{2,5}-\d+\b/ }]).find('See ABC-12.')
 * // [{ type: 'TICKET', text: 'ABC-12', start: 4, end: 10, score: 1 }]
 */
export function compileRules(rules: readonly Rule[] | RuleSet): RuleSet {
  if (isObject(rules) && typeof rules.find === 'function') return rules as RuleSet
  if (!Array.isArray(rules)) throw new TypeError(`rules is ${kindOf(rules)}, expected an array of rules`)
  return new CompiledRules(rules)
}

function compile(rule: Rule, index: number): { type: string; find: Finder } {
  const name = `rules[${index}]`
  const hasPattern = typeof rule === 'object' && rule !== null && rule.pattern !== undefined
  const { type } = checkRule(rule, hasPattern, name)
  if (type === undefined || type === '')
    throw new TypeError(`${name} has no type, expected { type, pattern } or { type, phrases }`)
  if (!hasPattern) {
    if (rule.phrases === undefined)
      throw new TypeError(`${name} has neither pattern nor phrases, expected one of them`)
    const phrases = new Phrases(rule.phrases, rule.ignoreCase ?? false, `${name}.phrases`)
    return { type, find: (text) => phrases.find(text) }
  }
  const searcher = new Searcher(rule.pattern)
  const { accept } = rule
  return {
    type,
    find: (text) =>
      searcher.find(text, (start, end) => {
        const answer = accept === undefined || accept(text.slice(start, end), text, start)
        if (typeof answer === 'number') return Math.min(end, start + answer)
        return answer ? end : start
      }),
  }
}

function checkRule(rule: Rule, hasPattern: boolean, name: string): { type?: string } {
  try {
    return hasPattern
      ? checkOptions<Omit<PatternRule, 'phrases'>>(rule, patternChecks)
      : checkOptions<Omit<PhraseRule, 'pattern' | 'accept'>>(rule, phraseChecks)
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${name}: ${error.message}`)
    if (error instanceof TypeError) throw new TypeError(`${name}: ${error.message}`)
    throw error
  }
}

interface Span {
  readonly start: number
  readonly end: number
}

/** The longer ones first, else as they are. */
function byLength<S extends Span>(spans: readonly S[]): S[] {
  return [...spans].sort((a, b) => b.end - b.start - (a.end - a.start))
}

/** Of spans that overlap the one that comes first in the list; in the order of the text. */
function keepFirst<S extends Span>(spans: readonly S[]): S[] {
  // Only the places where spans begin or end are looked at, so that memory grows with the spans and not with the text.
  const places = Array.from(new Set(spans.flatMap(({ start, end }) => [start, end]))).sort((a, b) => a - b)
  const index = new Map(places.map((place, at) => [place, at]))
  const covered = new Uint8Array(places.length)
  const kept = spans.filter(({ start, end }) => {
    const [first, last] = [index.get(start)!, index.get(end)!]
    if (covered.subarray(first, last).includes(1)) return false
    covered.fill(1, first, last)
    return true
  })
  return kept.sort((a, b) => a.start - b.start)
}

/**
 * The entities of a model and what rules found as one list, in the order of the text, of which none overlaps another. Where
 * rules found nothing, the entities are given back as they are.
 *
 * @param policy who comes first: whoever is longer (on a tie the rules), the rules, or the model
 */
export function mergeRules<E extends Span>(entities: E[], matches: readonly E[], policy: RulePolicy): E[] {
  if (matches.length === 0) return entities
  const all = policy === 'model' ? [...entities, ...matches] : [...matches, ...entities]
  return keepFirst(policy === 'longest' ? byLength(all) : all)
}

function regExp(value: unknown, name: string): void {
  if (!(value instanceof RegExp)) throw new TypeError(`${name} is ${kindOf(value)}, expected a RegExp`)
}

function iterable(value: unknown, name: string): void {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) {
    throw new TypeError(`${name} is ${kindOf(value)}, expected an array of strings`)
  }
}
