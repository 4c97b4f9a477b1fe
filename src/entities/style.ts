/**
 * Turns the options of a call into a style (how its inputs are read and its answers are given) and its rules.
 */
import { didYouMean } from '../check/nearest.ts'
import { capability } from '../format/capability.ts'
import type { PresetName, Rule, RuleSet, Rules } from '../rules/types.ts'
import { defaultSplit, type Span, splitSections } from '../text/split.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { withSpaceWords, withWrittenWords } from '../text/written-words.ts'
import { trimClosing } from './closings.ts'
import { readDocument, wholeText } from './document.ts'
import { decodingOf, resolveLabels } from './entity.ts'
import type { LabelScheme, LabelSet } from './labels.ts'
import type { PreparedRules, Reading, Style } from './reading.ts'
import { withoutSymbols } from './symbols.ts'
import { pipelineWindows, transformersOptions, transformersStyle } from './transformers-style.ts'
import type { RecognizeOptions } from './types.ts'
import { checkWanted } from './wanted.ts'

/** The rules of a call, those that are given by name as they are; the presets are loaded only then. */
async function withPresets(rules: Rules): Promise<readonly Rule[] | RuleSet> {
  if (rules !== 'all' && !('some' in rules && rules.some((rule) => typeof rule === 'string'))) {
    return rules as readonly Rule[] | RuleSet
  }
  const { presets } = await capability('the rules known by name', () => import('../rules/presets.ts'))
  if (rules === 'all') return Object.values(presets)
  return (rules as readonly (Rule | PresetName)[]).map((rule, index) => {
    if (typeof rule !== 'string') return rule
    if (Object.hasOwn(presets, rule)) return presets[rule]
    const names = Object.keys(presets)
    throw new RangeError(
      `rules[${index}] is '${String(rule)}', expected a rule or one of ${names.join(', ')}${didYouMean(rule, names)}`,
    )
  })
}

/**
 * Compiles the rules of a call; the code for rules is loaded only then.
 *
 * @throws {TypeError} {RangeError} naming the rule and what is wrong with it
 */
export async function prepareRules({
  rules,
  rulePolicy = 'longest',
  labels,
  ignoreLabels,
  signal,
  style,
}: RecognizeOptions): Promise<PreparedRules> {
  if (rules === undefined) return { types: [], add: (_, entities) => entities }
  const { addRulesTo } = await capability(
    'the rules beside the model',
    () => import('./rules/beside-model.ts'),
  )
  return addRulesTo(
    await withPresets(rules),
    { policy: rulePolicy, signal, keepsLabels: style !== undefined },
    (type) => (labels?.includes(type) ?? true) && !ignoreLabels?.includes(type),
  )
}

/** What a style needs to know about a model. */
export interface StyledModel {
  readonly labels: LabelSet
  readonly tokenizer: Tokenizer
  /** Types that are found beside those of its labels, by rules. */
  readonly ruleTypes: readonly string[]
  /** The scheme that the model's answers tell, where its labels do not. */
  tellScheme(): Promise<LabelScheme | undefined>
}

/**
 * The style that a call requests.
 *
 * @throws {RangeError} for a request that the model cannot answer
 */
export async function chooseStyle(asked: RecognizeOptions, model: StyledModel): Promise<Style> {
  const { style, pretokenized } = asked
  const options = await completed(asked, model)
  const { split = style === undefined ? defaultSplit : false } = options
  if (options.labels !== undefined) checkWanted(options.labels, model.labels, options, model.ruleTypes)
  const labels = resolveLabels(model.labels, options)
  const shared = wordsAndWindows(options, model.tokenizer)
  if (style === 'spark-nlp') {
    const { sparkStyle } = await capability("the style 'spark-nlp'", () => import('./spark/spark-style.ts'))
    return { options, labels, reading: shared, ...sparkStyle(options, labels) }
  }
  const splits = !pretokenized && split !== false
  const spansOf = splits ? (text: string): Iterable<Span> => splitSections(text, split) : wholeText
  if (style === 'transformers') {
    const made = transformersStyle(options, labels, model.tokenizer, spansOf)
    return { ...made, reading: { ...shared, ...made.reading } }
  }
  const ours = shared.otherWindows
    ? {}
    : { trimName: trimClosing, seen: withoutSymbols, scoresTypes: true, disjoint: true }
  const reading = { ...shared, ...ours }
  return { options, labels, reading, read: (input) => readDocument(input, pretokenized, spansOf) }
}

/** Other words than the tokenizer's, and other windows than ours, if they are requested or needed. */
function wordsAndWindows(
  { strategy, merge }: RecognizeOptions,
  { marksContinuations, unkId }: Tokenizer,
): Reading {
  return {
    recount: strategy === 'word' ? withWrittenWords : undefined,
    tellWords: marksContinuations ? undefined : (text, encoding) => withSpaceWords(text, encoding, unkId),
    otherWindows: merge === 'huggingface' ? pipelineWindows : undefined,
  }
}

/** The options, completed by the style or the model. */
async function completed(asked: RecognizeOptions, model: StyledModel): Promise<RecognizeOptions> {
  if (asked.style === 'spark-nlp') return { strategy: 'first', decode: 'argmax', ...asked }
  if (asked.style === 'transformers') return transformersOptions(asked)
  return { ...asked, ...(await told(asked, model)) }
}

/** The scheme, if the decoder needs it and neither the call nor the labels state it. */
async function told(asked: RecognizeOptions, model: StyledModel): Promise<{ scheme?: LabelScheme }> {
  const { scheme: shown, crf } = model.labels
  if (asked.scheme !== undefined || shown !== 'IOB' || crf !== undefined) return {}
  // If the scheme were known, would the defaults choose Viterbi? If not, there is no need to find it out.
  if (decodingOf(asked, { ...model.labels, scheme: 'IOB2' }).decode !== 'viterbi') return {}
  const scheme = await model.tellScheme()
  return scheme === undefined ? {} : { scheme }
}
