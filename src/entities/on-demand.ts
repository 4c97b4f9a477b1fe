/** What some calls ask for and most do not, loaded then: rules beside the model, another way to read a text, Spark NLP's style. */

import type { Span } from '../text/split/split.ts'
import { type Document, defaultSplit, readDocument, type Style, wholeText } from './document.ts'
import type { LabelSet } from './labels.ts'
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

/** The way a call asks for. Spark NLP's stages, the rules of sentences and those of written words are loaded only then. */
export async function chooseStyle(options: RecognizeOptions, labels: LabelSet): Promise<Style> {
  const recount =
    options.strategy === 'word'
      ? { recount: (await import('../text/split/written-words.ts')).withWrittenWords }
      : {}
  if (options.style === 'spark-nlp') {
    const { sparkStyle } = await import('./spark/spark-style.ts')
    return { ...sparkStyle(options, labels), ...recount }
  }
  const { pretokenized, split = defaultSplit } = options
  let spansOf: (text: string) => Iterable<Span> = wholeText
  if (!pretokenized && split !== false) {
    const { splitSections } = await import('../text/split/split.ts')
    spansOf = (text) => splitSections(text, split)
  }
  return { read: (input) => readDocument(input, pretokenized, spansOf), ...recount }
}
