/**
 * Loads what some calls ask for and most do not: rules beside the model, other ways to read a text, the styles of other
 * systems.
 */
import type { Span } from '../text/split/split.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import {
  type AddRules,
  defaultSplit,
  type OtherWindows,
  type Reading,
  type Recount,
  readDocument,
  type Style,
  wholeText,
} from './document.ts'
import { decodingOf, resolveLabels } from './entity.ts'
import type { LabelScheme, LabelSet } from './labels.ts'
import { trimName } from './name-edges.ts'
import type { Progress } from './progress/progress.ts'
import type { RecognizeOptions } from './types.ts'
import { checkWanted } from './wanted.ts'

/** The types that the rules of a call give. */
function ruleTypes({ rules }: RecognizeOptions): string[] {
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
  const { addRulesTo } = await import('./rules/beside-model.ts')
  return addRulesTo(
    rules,
    { policy: rulePolicy, signal },
    (type) => (labels?.includes(type) ?? true) && !ignoreLabels?.includes(type),
  )
}

/** Counts how far texts are read, where somebody is told. */
export async function prepareProgress({ onProgress }: RecognizeOptions): Promise<Progress | undefined> {
  if (onProgress === undefined) return undefined
  const { Progress } = await import('./progress/progress.ts')
  return new Progress(onProgress)
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
  if (options.labels !== undefined) checkWanted(options.labels, model.labels, options, ruleTypes(options))
  const labels = resolveLabels(model.labels, options)
  const recount =
    options.strategy === 'word'
      ? (await import('../text/split/written-words.ts')).withWrittenWords
      : undefined
  const shared = { recount, ...(await wordsAndWindows(options, model.tokenizer)) }
  if (style === 'spark-nlp') {
    const { sparkStyle } = await import('./spark/spark-style.ts')
    return { options, labels, reading: shared, ...sparkStyle(options, labels) }
  }
  let spansOf: (text: string) => Iterable<Span> = wholeText
  if (!pretokenized && split !== false) {
    const { splitSections } = await import('../text/split/split.ts')
    spansOf = (text) => splitSections(text, split)
  }
  if (style === 'transformers') {
    const { transformersStyle } = await import('./transformers/transformers-style.ts')
    const made = transformersStyle(options, labels, model.tokenizer, spansOf)
    return { ...made, reading: { ...shared, ...made.reading } }
  }
  const ours = shared.otherWindows ? {} : { trimName, scoresTypes: true }
  const reading = { ...shared, ...ours }
  return { options, labels, reading, read: (input) => readDocument(input, pretokenized, spansOf) }
}

/** Words where the tokenizer's pieces do not tell them, and windows where another system's are asked for. */
async function wordsAndWindows(
  { merge }: RecognizeOptions,
  { marksContinuations, unkId }: Tokenizer,
): Promise<Pick<Reading, 'tellWords' | 'otherWindows'>> {
  const reading: { tellWords?: Recount; otherWindows?: OtherWindows } = {}
  if (!marksContinuations) {
    const { withSpaceWords } = await import('../text/families/space-words.ts')
    reading.tellWords = (text, encoding) => withSpaceWords(text, encoding, unkId)
  }
  if (merge === 'huggingface') {
    reading.otherWindows = (await import('./transformers/plain-windows.ts')).plainWindows
  }
  return reading
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
