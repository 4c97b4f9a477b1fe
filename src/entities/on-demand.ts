/** What some calls ask for and most do not, loaded then: rules beside the model, another way to read a text, other systems' styles. */
import type { Span } from '../text/split/split.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { type Document, defaultSplit, readDocument, type Style, wholeText } from './document.ts'
import { decodingOf, resolveLabels } from './entity.ts'
import type { LabelScheme, LabelSet } from './labels.ts'
import { trimName } from './name-edges.ts'
import type { Entity, RecognizeOptions } from './types.ts'

/** Adds what the rules find in a text to the model's entities of it. */
export type AddRules = (document: Document, entities: Entity[]) => Entity[] | Promise<Entity[]>

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
  signal,
}: RecognizeOptions): Promise<AddRules> {
  if (rules === undefined) return (_, entities) => entities
  const { compileRules, inTurns, mergeRules } = await import('../rules/compile-rules.ts')
  const compiled = compileRules(rules)
  const wanted = (type: string): boolean => (labels?.includes(type) ?? true) && !ignoreLabels?.includes(type)
  return async ({ text, words }, entities) => {
    const matches = (await compiled.findInTurns(text, signal && { signal })).filter(({ type }) =>
      wanted(type),
    )
    // A part of an entity may be a part of a word, of those that are given, too.
    if (words !== undefined) {
      return inTurns(mergeRules(entities, withWords(matches, words), rulePolicy), signal)
    }
    return inTurns(mergeRules(entities, matches, rulePolicy, trimName), signal)
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

/** What of a model a style asks. */
export interface StyledModel {
  readonly labels: LabelSet
  readonly tokenizer: Tokenizer
  /** The scheme that the model's answers tell, where its labels do not. */
  tellScheme(): Promise<LabelScheme | undefined>
}

/**
 * The way a call asks for. Other systems' styles, the rules of sentences and those of written words are loaded only then.
 *
 * @throws {RangeError} for what the model cannot answer
 */
export async function chooseStyle(asked: RecognizeOptions, model: StyledModel): Promise<Style> {
  const { style, pretokenized } = asked
  const options = style === undefined ? { ...asked, ...(await told(asked, model)) } : await styled(asked)
  const { split = style === undefined ? defaultSplit : false } = options
  const labels = resolveLabels(model.labels, options, ruleTypes(options))
  const recount =
    options.strategy === 'word'
      ? (await import('../text/split/written-words.ts')).withWrittenWords
      : undefined
  if (style === 'spark-nlp') {
    const { sparkStyle } = await import('./spark/spark-style.ts')
    return { options, labels, reading: { recount }, ...sparkStyle(options, labels) }
  }
  let spansOf: (text: string) => Iterable<Span> = wholeText
  if (!pretokenized && split !== false) {
    const { splitSections } = await import('../text/split/split.ts')
    spansOf = (text) => splitSections(text, split)
  }
  if (style === 'transformers') {
    const { transformersStyle } = await import('./transformers/transformers-style.ts')
    return transformersStyle(options, labels, model.tokenizer, spansOf)
  }
  const ours = options.merge === 'huggingface' ? {} : { trimName, scoresTypes: true }
  const reading = { recount, ...ours }
  return { options, labels, reading, read: (input) => readDocument(input, pretokenized, spansOf) }
}

/** What a style says where the call does not. */
async function styled(asked: RecognizeOptions): Promise<RecognizeOptions> {
  if (asked.style === 'spark-nlp') return { strategy: 'first', decode: 'argmax', ...asked }
  return (await import('./transformers/transformers-style.ts')).transformersOptions(asked)
}

/** The scheme, where the decoder needs it and neither the call nor the labels say it. */
async function told(asked: RecognizeOptions, model: StyledModel): Promise<{ scheme?: LabelScheme }> {
  if (asked.scheme !== undefined || model.labels.scheme !== 'IOB') return {}
  // With any scheme, would it be viterbi?
  if (decodingOf(asked, { ...model.labels, scheme: 'IOB2' }).decode !== 'viterbi') return {}
  const scheme = await model.tellScheme()
  return scheme === undefined ? {} : { scheme }
}
