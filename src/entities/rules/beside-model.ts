/** Adds what rules find in a text to the entities that the model finds. Loaded by calls with rules. */
import { compileRules, mergeRules } from '../../rules/compile-rules.ts'
import { inTurns } from '../../rules/turns.ts'
import type { Rule, RulePolicy, RuleSet } from '../../rules/types.ts'
import type { Document } from '../document.ts'
import { trimName } from '../name-edges.ts'
import type { AddRules, PreparedRules } from '../reading.ts'
import type { Entity } from '../types.ts'
import { withoutLabelWords } from './label-words.ts'

/**
 * Compiles the rules of a call.
 *
 * @param keepsLabels whether words such as `IBAN` in front of what rules find stay names, if the model takes them for names
 * @param wanted whether the call wants entities of a type
 * @throws {TypeError} {RangeError} naming the rule and what is wrong with it
 */
export function addRulesTo(
  rules: readonly Rule[] | RuleSet,
  {
    policy,
    signal,
    keepsLabels,
  }: {
    readonly policy: RulePolicy
    readonly signal: AbortSignal | undefined
    readonly keepsLabels: boolean
  },
  wanted: (type: string) => boolean,
): PreparedRules {
  const compiled = compileRules(rules)
  const add: AddRules = async ({ text, words }, entities) => {
    const matches = (await compiled.findInTurns(text, signal && { signal })).filter(({ type }) =>
      wanted(type),
    )
    // A part of an entity may also be a part of a given word.
    if (words !== undefined) return inTurns(mergeRules(entities, withWords(matches, words), policy), signal)
    const all = await inTurns(mergeRules(entities, matches, policy, trimName), signal)
    return keepsLabels ? all : inTurns(withoutLabelWords(text, all, matches), signal)
  }
  return { types: compiled.types, add }
}

/** Adds to each match the given words that it covers. */
function withWords(matches: readonly Entity[], words: NonNullable<Document['words']>): Entity[] {
  let word = 0
  return matches.map((match) => {
    while (word < words.length && words[word]![1] <= match.start) word++
    let wordEnd = word
    while (wordEnd < words.length && words[wordEnd]![0] < match.end) wordEnd++
    return { ...match, wordStart: word, wordEnd }
  })
}
