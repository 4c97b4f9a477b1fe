/** What rules find, added to what the model found. */
import type { Document } from './document.ts'
import type { Entity, RecognizeOptions } from './types.ts'

/** Adds what the rules find in a text to the model's entities of it. */
export type AddRules = (document: Document, entities: Entity[]) => Entity[]

/** The types that the rules of a call give. */
export function ruleTypes({ rules }: RecognizeOptions): string[] {
  if (rules === undefined) return []
  return 'types' in rules ? [...rules.types] : Array.from(rules, ({ type }) => type)
}

/**
 * Makes the rules of a call ready; they are loaded only then.
 *
 * @throws {TypeError} {RangeError} naming the rule and what is wrong with it
 */
export async function prepareRules({
  rules,
  rulePolicy = 'longest',
  labels,
  ignoreLabels,
}: RecognizeOptions): Promise<AddRules> {
  if (rules === undefined) return (_, entities) => entities
  const { compileRules, mergeRules } = await import('../rules/rules.ts')
  const compiled = compileRules(rules)
  const wanted = (type: string): boolean => (labels?.includes(type) ?? true) && !ignoreLabels?.includes(type)
  return ({ text, words }, entities) => {
    const matches = compiled.find(text).filter(({ type }) => wanted(type))
    const found = words === undefined ? matches : withWords(matches, words)
    return mergeRules(text, entities, found, rulePolicy)
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
