/**
 * `pipeline(task, model, options)` with the interface of transformers.js and Python's transformers, computed
 * by iobert: switching takes one line. Options and results have their names, and results include offsets.
 */
import type { BertModel } from '../../bert-model.ts'
import type { RecognizeOptions, Strategy } from '../../entities/types.ts'
import type { LoadOptions, ModelName } from '../../load-options.ts'
import type { ProblemType } from '../../model/bert-config.ts'
import type { Recognizer } from '../../recognizer.ts'
import type { Classification, Classifier } from '../classifier.ts'
import type { Env } from './env.ts'
import { loadOptionsOf, optionsOf, type PipelineOptions } from './options.ts'
import { type PipelineTensor, tensorOf } from './tensor.ts'
import type {
  CreatePipeline,
  FeatureExtractionOptions,
  FillMaskPipelineOptions,
  GroupedEntity,
  LabelWithScore,
  Named,
  Pipelines,
  PipelineTask,
  TaskAliases,
  TextClassificationOptions,
  TokenClassificationOptions,
  TokenEntity,
} from './types.ts'

const ALIASES: TaskAliases = {
  ner: 'token-classification',
  'sentiment-analysis': 'text-classification',
  embeddings: 'feature-extraction',
}

/** The functions of an entry that load models. */
export interface Loaders {
  loadRecognizer(model?: ModelName, options?: LoadOptions): Promise<Recognizer>
  loadClassifier(model: ModelName, options?: LoadOptions): Promise<Classifier>
  loadModel(model?: ModelName, options?: LoadOptions): Promise<BertModel>
}

/** `pipeline` that loads by an entry's functions, and by what its `env` says. */
export function pipelineOf(loaders: Loaders, env: Env): CreatePipeline {
  return (task, model, options) => makePipeline([loaders, env], task, model, options)
}

/**
 * Loads a model for a task; the result is called with one text or with several.
 *
 * @throws {RangeError} naming an unknown task or option
 * @throws as for `loadRecognizer` if the model is invalid
 */
async function makePipeline<Task extends PipelineTask>(
  [loaders, env]: readonly [Loaders, Env],
  task: Task,
  model: ModelName | null | undefined,
  given: PipelineOptions | null | undefined,
): Promise<Pipelines[Named<Task> & keyof Pipelines]> {
  const name: string = Object.hasOwn(ALIASES, task) ? ALIASES[task as keyof TaskAliases] : task
  const load = loadOptionsOf(name, model ?? undefined, given ?? {}, env)
  const make = Object.hasOwn(MAKERS, name) ? MAKERS[name as keyof typeof MAKERS] : undefined
  if (make === undefined) {
    const known = [...Object.keys(MAKERS), ...Object.keys(ALIASES)].map((one) => `'${one}'`)
    throw new RangeError(`The task is '${String(task)}', expected one of ${known.join(', ')}`)
  }
  if (load.model === undefined && name !== 'token-classification') {
    throw new RangeError(
      `The task '${name}' has no model that ships; name one: pipeline('${task}', 'owner/name')`,
    )
  }
  const made = await make(loaders, load.model, load.options)
  load.ready()
  return made as Pipelines[Named<Task> & keyof Pipelines]
}

const MAKERS = {
  'token-classification': async (loaders: Loaders, model: ModelName | undefined, options: LoadOptions) => {
    const ner = await loaders.loadRecognizer(model, options)
    return callable('token-classification', ner.model, (texts: readonly string[], given) =>
      classifyTokens(ner, texts, given),
    )
  },
  'text-classification': async (loaders: Loaders, model: ModelName | undefined, options: LoadOptions) => {
    const classifier = await loaders.loadClassifier(model!, options)
    return callable('text-classification', classifier.model, (texts, given, one) =>
      classifyTexts(classifier, texts, given, one),
    )
  },
  'fill-mask': async (loaders: Loaders, model: ModelName | undefined, options: LoadOptions) => {
    const guesser = await loaders.loadModel(model, options)
    return callable('fill-mask', guesser, (texts, given) => fillMasks(guesser, texts, given))
  },
  'feature-extraction': async (loaders: Loaders, model: ModelName | undefined, options: LoadOptions) => {
    const encoder = await loaders.loadModel(model, options)
    return callable('feature-extraction', encoder, async (texts, given) => [
      await extractFeatures(encoder, texts, given),
    ])
  },
}

/**
 * Makes a function that takes one text or several. `compute` returns one result for each text, or one for
 * all.
 */
function callable(
  task: string,
  model: BertModel,
  compute: (texts: readonly string[], options: unknown, one: boolean) => Promise<unknown[]>,
): object {
  const call = async (input: string | readonly string[], options?: unknown): Promise<unknown> => {
    const one = typeof input === 'string'
    const texts = one ? [input] : input
    if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) {
      throw new TypeError(`${task} was called with something else than a string or an array of strings`)
    }
    const results = await compute(texts, options, one)
    return one || task === 'feature-extraction' ? results[0] : results
  }
  const parts = { task, model, tokenizer: model.tokenizer, dispose: async () => model.dispose() }
  return Object.assign(call, parts)
}

async function classifyTokens(
  ner: Recognizer,
  texts: readonly string[],
  given: unknown,
): Promise<(TokenEntity | GroupedEntity)[][]> {
  const known = ['aggregation_strategy', 'ignore_labels', 'stride', 'batch_size']
  const {
    aggregation_strategy: strategy = 'none',
    ignore_labels,
    stride,
  } = optionsOf<TokenClassificationOptions>(given, known, 'token-classification')
  const options: RecognizeOptions = {
    style: 'transformers',
    strategy: strategy satisfies Strategy,
    ...(ignore_labels === undefined ? {} : { ignoreLabels: [...ignore_labels] }),
    ...(stride === undefined ? {} : { stride }),
    // As transformers.js since 4.0: E- and S- close an entity. Python's `simple` knows B- and I- alone.
    ...(strategy === 'simple' && hasEnds(ner.labels) ? { scheme: 'BIOES' } : {}),
  }
  const results = await ner.recognizeAll(texts, options)
  return results.map(({ entities }, i) => {
    const text = texts[i]!
    const { ids, tokens, offsets } = ner.tokenizer.encode(text)
    return entities.map(({ type, score, index, start, end }): TokenEntity | GroupedEntity => {
      if (index !== undefined) {
        const word = ids[index] === ner.tokenizer.unkId ? text.slice(start, end) : tokens[index]!
        return { entity: type, score, index, word, start, end }
      }
      const own = ids.filter((_, at) => {
        const [from, to] = offsets[at]!
        return to > from && from >= start && to <= end
      })
      const known = own.length > 0 && !own.includes(ner.tokenizer.unkId)
      return {
        entity_group: type,
        score,
        word: known ? ner.tokenizer.decode(own) : text.slice(start, end),
        start,
        end,
      }
    })
  })
}

/** Whether labels say where entities end: BIOES. */
function hasEnds(labels: readonly string[]): boolean {
  return ['E-', 'S-'].every((prefix) => labels.some((label) => label.startsWith(prefix)))
}

const PROBLEM_TYPES: Readonly<Record<string, ProblemType>> = {
  softmax: 'single_label_classification',
  sigmoid: 'multi_label_classification',
  none: 'regression',
}

async function classifyTexts(
  classifier: Classifier,
  texts: readonly string[],
  given: unknown,
  one: boolean,
): Promise<unknown[]> {
  const known = ['top_k', 'function_to_apply', 'batch_size']
  const { top_k = 1, function_to_apply } = optionsOf<TextClassificationOptions>(
    given,
    known,
    'text-classification',
    ['top_k'],
  )
  if (function_to_apply !== undefined && !Object.hasOwn(PROBLEM_TYPES, function_to_apply)) {
    throw new RangeError(
      `function_to_apply is '${String(function_to_apply)}', expected 'softmax', 'sigmoid' or 'none'`,
    )
  }
  const problemType = function_to_apply && PROBLEM_TYPES[function_to_apply]
  const found = await classifier.classify(texts, problemType ? { problemType } : {})
  const best = ({ labels }: Classification): LabelWithScore[] =>
    [...labels].sort((a, b) => b.score - a.score).slice(0, top_k ?? labels.length)
  // With one label per text, several texts give a flat list and one text a list of one, as in both libraries.
  return top_k === 1 && !one ? found.map((each) => best(each)[0]!) : found.map(best)
}

async function fillMasks(model: BertModel, texts: readonly string[], given: unknown): Promise<unknown[]> {
  const { top_k = 5 } = optionsOf<FillMaskPipelineOptions>(given, ['top_k'], 'fill-mask')
  const results: unknown[] = []
  for (const text of texts) results.push(await model.fillMask(text, { top: top_k }))
  return results
}

const POOLINGS = { mean: 'mean', cls: 'cls', first_token: 'cls' } as const

async function extractFeatures(
  model: BertModel,
  texts: readonly string[],
  given: unknown,
): Promise<PipelineTensor> {
  const {
    pooling = 'none',
    normalize = false,
    quantize,
    precision,
  } = optionsOf<FeatureExtractionOptions & { quantize?: boolean; precision?: string }>(
    given,
    ['pooling', 'normalize', 'quantize', 'precision'],
    'feature-extraction',
  )
  // Bits in place of numbers, off by default; the precision is theirs alone.
  if (quantize !== undefined && quantize !== false) {
    throw new RangeError(
      'feature-extraction is given quantize, which iobert/transformers does not have; leave it out',
    )
  }
  if (precision !== undefined && precision !== 'binary' && precision !== 'ubinary') {
    throw new RangeError(`precision is '${String(precision)}', which only quantize has; leave it out`)
  }
  if (pooling !== 'none') {
    if (!Object.hasOwn(POOLINGS, pooling)) {
      throw new RangeError(`pooling is '${String(pooling)}', expected 'none', 'mean', 'cls' or 'first_token'`)
    }
    // Cut where the model's window ends, as in both libraries.
    const vectors = await model.embed(texts, {
      pooling: POOLINGS[pooling],
      normalize,
      windows: false,
      prompt: false,
    })
    return tensorOf([texts.length, model.config.hiddenSize], vectors)
  }
  const { maxLength, tokenizer, config } = model
  const ids = texts.map((text) => {
    const all = tokenizer.encode(text).ids
    return all.length <= maxLength ? all : [...all.slice(0, maxLength - 1), all.at(-1)!]
  })
  const longest = ids.reduce((most, { length }) => Math.max(most, length), 0)
  const { hiddenStates } = await model.forward(ids, { hiddenStates: true, logits: false })
  const { hiddenSize } = config
  const states = hiddenStates!.map((layers) => layers.at(-1)!)
  if (normalize) for (const rows of states) normalizeRows(rows, hiddenSize)
  // Shorter texts end in rows of zeros, where a padded batch would have the states of its padding.
  return tensorOf([texts.length, longest, hiddenSize], states)
}

/** Divides each row [H] by its Euclidean norm, unless that is 0. */
function normalizeRows(rows: Float32Array, hiddenSize: number): void {
  for (let start = 0; start < rows.length; start += hiddenSize) {
    const row = rows.subarray(start, start + hiddenSize)
    const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0))
    if (norm > 0) for (let i = 0; i < hiddenSize; i++) row[i]! /= norm
  }
}
