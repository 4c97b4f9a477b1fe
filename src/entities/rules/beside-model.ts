/** Adds what rules find in a text to the entities that the model finds. Read where a call has rules. */
import { compileRules, mergeRules } from '../../rules/compile-rules.ts'
import type { Rule, RulePolicy, RuleSet } from '../../rules/types.ts'
import type { AddRules, Document } from '../document.ts'
import type { Entity } from '../types.ts'

/**
 * Makes rules ready.
 *
 * @param wanted  whether the call asks for entities of a type
 * @throws {TypeError} {RangeError} naming the rule and what is wrong with it
 */
export function addRulesTo(
  rules: readonly Rule[] | RuleSet,
  policy: RulePolicy,
  wanted: (type: string) => boolean,
): AddRules {
  const compiled = compileRules(rules)
  return ({ text, words }, entities) => {
    const matches = compiled.find(text).filter(({ type }) => wanted(type))
    const found = words === undefined ? matches : withWords(matches, words)
    return mergeRules(entities, found, policy)
  }
}

/** Where words are given: which of them each lies on. */
function withWords(matches: readonly Entity[], words: NonNullable<Document['words']>): Entity[] {
  let word = 0
  return matches.map((match) => {
    while (word < words.length && words[word]![1] <= match.start) word++
    let wordEnd = word
    while (wordEnd < words.length && words[wordEnd]![0] < match.end) wordEnd++
    return { ...match, wordStart: word, wordEnd }
  })
}
