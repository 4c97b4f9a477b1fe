/**
 * From a model's name to a model in memory: locate its files → read its configuration and its tokenizer →
 * start the engine that holds its weights. A `Platform` supplies what differs between runtimes.
 */
import { BertModel } from './bert-model.ts'
import { OptionError } from './check/options.ts'
import { readCalibration } from './format/calibration.ts'
import { capability } from './format/capability.ts'
import { ModelFormatError } from './format/errors.ts'
import { type LoadWatch, watched } from './format/load-watch.ts'
import type { ModelFiles } from './format/source.ts'
import type { RepositoryKind } from './hub/model-files.ts'
import { hasSharedMemory, hasSimd } from './kernels/features.ts'
import type { KernelPlan } from './kernels/kernels.ts'
import { compileKernels } from './kernels/module.ts'
import { planKernels, planOf } from './kernels/plan.ts'
import { type LoadOptions, type ModelName, readLoadArguments } from './load-options.ts'
import type { BertConfig } from './model/bert-config.ts'
import { loadSpec } from './model/read-spec.ts'
import type { SentenceSettings } from './model/sentence/sentence-settings.ts'
import { encodersOf, type ModelSpec, typeAttentionOf } from './model/spec.ts'
import { Recognizer } from './recognizer.ts'
import { type EngineClient, startWorkers, type WorkerClient } from './runtime/client.ts'
import { type EngineError, mayCompile } from './runtime/engine-error.ts'
import { BATCH_TOKENS, type EngineSetup } from './runtime/engine-setup.ts'
import type { HubLocator, Locator } from './runtime/protocol.ts'
import type { Spawn } from './runtime/spawn.ts'
import { readTokenizer } from './text/read-tokenizer.ts'
import type { Tokenizer } from './text/tokenizer.ts'
import type { TokenizerFacts } from './text/tokenizer-files.ts'

/** What differs between runtimes. */
export interface Platform {
  /**
   * Finds a model, and downloads it if it belongs on a disk. `accept` throws for a model that will not fit;
   * without it, no weights are needed. `kind` is given for repositories that are not laid out as those of
   * transformers.
   */
  locate(
    model: ModelName | undefined,
    options: LoadOptions,
    watch: LoadWatch,
    accept: ((files: ModelFiles) => Promise<void>) | undefined,
    kind?: RepositoryKind,
  ): Promise<Locator | HubLocator>
  /** Opens a model's files; `workers` may read them for the calling thread. */
  openFiles(
    locator: Locator | HubLocator,
    watch: LoadWatch,
    workers?: Promise<WorkerClient>,
  ): Promise<ModelFiles>
  /**
   * For a model to be run as int8: where its int8 weights are kept once made, and a function that makes them.
   */
  int8Copy?(locator: Locator): Promise<{ locator: Locator; keep?: () => Promise<void> }>
  spawn: Spawn | undefined
  /** Number of cores that may be used. */
  cores(): number
  /** Sets V8's flag for 256-bit vectors; false if there is no such flag. */
  enableTurbo(): boolean
}

const MOST_THREADS = 8

/** How a model will run. */
export interface Plan {
  readonly setup: Omit<EngineSetup, 'spec' | 'module'>
  readonly worker: boolean
}

/** Loads a model and wraps it by `make`, which throws for a model that it cannot use. */
export async function loadAs<Made>(
  model: Promise<BertModel>,
  make: (model: BertModel) => Made | Promise<Made>,
): Promise<Made> {
  const loaded = await model
  try {
    return await make(loaded)
  } catch (error) {
    loaded.dispose()
    throw error
  }
}

export function loadRecognizer(
  platform: Platform,
  model: ModelName | LoadOptions | undefined,
  options: LoadOptions | undefined,
): Promise<Recognizer> {
  return loadAs(loadModel(platform, model, options), (loaded) => new Recognizer(loaded))
}

export async function loadModel(
  platform: Platform,
  model: ModelName | LoadOptions | undefined,
  given: LoadOptions | undefined,
): Promise<BertModel> {
  const [name, options] = readLoadArguments(model, given)
  return watched(options, async (watch) => {
    // Workers take as long to start as everything that comes before the weights.
    const workers = usesWorkers(platform, options) ? startWorkersFor(platform, options) : undefined
    try {
      const plan = await makePlan(platform, options)
      const { locator, files, keep } = await locate(platform, name, options, plan, watch, workers)
      const { spec, config, sentence, tokenizer: reading } = await readModel(files, options)
      // If a worker reads the weights, the tokenizer is built in the meantime.
      if (workers === undefined || locator.kind === 'hub') await reading
      const starting = startEngine(plan, { locator, files, spec }, options, watch, workers)
      starting.catch(() => {})
      const tokenizer = await reading
      const maxLength = longest(options, config, tokenizer, sentence)
      const loaded = new BertModel({ engine: await starting, config, tokenizer, maxLength, sentence })
      // Done in the background, but the process stays alive for it; if it fails, the next load is like this
      // one.
      keep?.().catch(() => {})
      return loaded
    } catch (error) {
      workers?.then(
        (client) => client.dispose(),
        () => {},
      )
      // A policy that forbids workers may also forbid compiling, which is the error to report first.
      if ((error as EngineError | null)?.code === 'WorkerFailed')
        await mayCompile(() => compileKernels({ variant: 'simd', shared: false, turbo: false }))
      throw error
    }
  })
}

/** Loads a tokenizer alone, without weights. */
export function loadTokenizer(
  platform: Platform,
  model: ModelName | LoadOptions | undefined,
  given: LoadOptions | undefined,
): Promise<Tokenizer> {
  const [name, options] = readLoadArguments(model, given)
  return watched(options, async (watch) => {
    const locator = await platform.locate(name, options, watch, undefined)
    const files = await platform.openFiles(locator, watch)
    // It may list the folder's files, so that no others are requested; the tokenizer needs it later in any
    // case.
    if (locator.kind === 'url') await (await files.open('config.json'))?.close()
    const tokenizer = await readTokenizerOf(files, options)
    watch.signal?.throwIfAborted()
    return tokenizer
  })
}

/** The tokenizer of a model whose config.json may be missing: a tokenizer may come by itself. */
export function readTokenizerOf(
  files: ModelFiles,
  { lowercase, paddedVocabulary }: LoadOptions = {},
): Promise<Tokenizer> {
  const model = (): Promise<TokenizerFacts> =>
    loadSpec(files).then(tokenizerFacts, (error: unknown) => {
      if (error instanceof ModelFormatError) return {}
      throw error
    })
  return readTokenizer(files, { lowercase, paddedVocabulary, model })
}

/** Finds the files, their int8 copy if there is one, and the function that makes it if there is none. */
async function locate(
  platform: Platform,
  model: ModelName | undefined,
  options: LoadOptions,
  { setup }: Plan,
  watch: LoadWatch,
  workers: Promise<WorkerClient> | undefined,
): Promise<{ locator: Locator | HubLocator; files: ModelFiles; keep?: (() => Promise<void>) | undefined }> {
  const accept = async (files: ModelFiles): Promise<void> => {
    const { memoryNeeded } = await importInline()
    memoryNeeded({ ...setup, spec: await loadSpec(files) })
  }
  const located = await platform.locate(model, options, watch, accept)
  const isInt8 = setup.plan.precision === 'int8' && located.kind !== 'hub'
  const { locator = located, keep } = (isInt8 && (await platform.int8Copy?.(located))) || {}
  return { locator, files: await platform.openFiles(locator, watch, workers), keep }
}

/** Reads a model's small files. */
async function readModel(
  files: ModelFiles,
  { lowercase, paddedVocabulary }: LoadOptions,
): Promise<{
  spec: ModelSpec
  config: BertConfig
  sentence: SentenceSettings | undefined
  tokenizer: Promise<Tokenizer | ModelFormatError>
}> {
  const spec = await loadSpec(files)
  const sentence = await sentenceSettings(files, spec.config)
  const biases = await readCalibration(files, spec.config)
  const config = {
    ...spec.config,
    ...(sentence?.activation && { activation: sentence.activation }),
    ...(biases && { biases }),
  }
  const model = async (): Promise<TokenizerFacts> => tokenizerFacts(spec)
  const tokenizer = readTokenizer(files, { lowercase, paddedVocabulary, model }).catch((error: unknown) => {
    // An encoder may come without a vocabulary; this error is thrown when text is to be encoded.
    if (error instanceof ModelFormatError && error.code === 'MissingFile') return error
    throw error
  })
  tokenizer.catch(() => {})
  return { spec, config, sentence, tokenizer }
}

/** What an engine is made from. */
interface EngineInputs {
  /** Where the engine finds the weights. */
  readonly locator: Locator | HubLocator
  readonly files: ModelFiles
  readonly spec: ModelSpec
}

/** Everything known about a model before its weights are read. */
export interface Prepared extends EngineInputs {
  readonly tokenizer: Tokenizer | ModelFormatError
  readonly maxLength: number
  readonly sentence: SentenceSettings | undefined
}

/** Reads the weights into an engine, and returns it with the model. */
export async function startModel(
  platform: Platform,
  plan: Plan,
  { tokenizer, maxLength, sentence, ...source }: Prepared,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<{ model: BertModel; engine: EngineClient }> {
  const workers = plan.worker ? startWorkersFor(platform, options) : undefined
  const engine = await startEngine(plan, source, options, watch, workers)
  const model = new BertModel({ engine, config: source.spec.config, tokenizer, maxLength, sentence })
  return { model, engine }
}

async function startEngine(
  { setup: { plan, threads, batchTokens } }: Plan,
  { locator, files, spec }: EngineInputs,
  options: LoadOptions,
  watch: LoadWatch,
  workers: Promise<WorkerClient> | undefined,
): Promise<EngineClient> {
  const module = options.wasm ?? (await compiled(plan, spec, threads > 1))
  const setup: EngineSetup = { plan, threads, batchTokens, spec, module }
  watch.signal?.throwIfAborted()
  let engine: EngineClient
  if (workers === undefined) engine = await (await importInline()).loadInline(setup, files, watch)
  else {
    const client = await workers
    try {
      await client.load(setup, locator.kind === 'hub' ? await files.weights!() : locator, watch)
    } catch (error) {
      client.dispose()
      throw error
    }
    engine = client
  }
  if (watch.signal?.aborted) {
    engine.dispose()
    throw watch.signal.reason
  }
  return engine
}

export function importInline(): Promise<typeof import('./runtime/inline.ts')> {
  return capability('the engine on the calling thread', () => import('./runtime/inline.ts'))
}

/** What a model's configuration says about its tokenizer. */
export function tokenizerFacts({ config, sentencePiece }: ModelSpec): TokenizerFacts {
  return { tokenizerClass: config.tokenizerClass, sentencePiece, rows: config.vocabSize }
}

/** The plan that follows from the options and the runtime. */
export async function makePlan(platform: Platform, options: LoadOptions): Promise<Plan> {
  const { precision = 'int8', kernels = 'auto' } = options
  const turbo = options.turbo === true && kernels !== 'reference' && platform.enableTurbo()
  const threads = threadsOf(platform, options)
  const plan = options.wasm
    ? planOf('simd', precision, turbo, 'the kernels were given compiled')
    : await mayCompile(() => planKernels(kernels, precision, turbo, threads > 1))
  return { worker: usesWorkers(platform, options), setup: { plan, threads, batchTokens: BATCH_TOKENS } }
}

/** The reference kernels are for reading and debugging, so they run on the calling thread. */
function usesWorkers({ spawn }: Platform, { inline, wasm, kernels }: LoadOptions): boolean {
  return (
    inline !== true && spawn !== undefined && kernels !== 'reference' && (wasm !== undefined || hasSimd())
  )
}

function threadsOf(platform: Platform, options: LoadOptions): number {
  const { threads = 'auto', wasm } = options
  if (wasm || !usesWorkers(platform, options) || !hasSharedMemory()) return 1
  return threads === 'auto' ? Math.max(1, Math.min(MOST_THREADS, platform.cores())) : threads
}

function startWorkersFor(platform: Platform, options: LoadOptions): Promise<WorkerClient> {
  const workers = startWorkers(threadsOf(platform, options), platform.spawn!, options.worker)
  // The error is reported to those who wait for the workers.
  workers.catch(() => {})
  return workers
}

/** The module for the engine's memory; undefined for the reference kernels. */
async function compiled(
  { variant, turbo, precision }: KernelPlan,
  spec: ModelSpec,
  shared: boolean,
): Promise<WebAssembly.Module | undefined> {
  if (variant === 'reference') return undefined
  const int8Bert = precision === 'int8' && encodersOf(spec).every(isBert)
  return mayCompile(() => compileKernels({ variant, shared, turbo, int8Bert }))
}

/** Whether all that an encoder and its head compute is BERT's; attention in a head is float32. */
function isBert({ norm, relative, layers, head }: ModelSpec): boolean {
  const isEncoder =
    norm === 'post' && relative === undefined && layers.every(({ theta }) => theta === undefined)
  return isEncoder && typeAttentionOf(head) === undefined
}

/**
 * Models of sentence-transformers have no head, so other models are spared the look for this file, a request
 * on the web.
 */
async function sentenceSettings(
  files: ModelFiles,
  config: BertConfig,
): Promise<SentenceSettings | undefined> {
  if (config.architecture?.endsWith('ForTokenClassification')) return undefined
  const { readSentenceSettings } = await capability('embeddings of texts', () => import('./embed.ts'))
  return readSentenceSettings(files, config.modelType)
}

/** Pieces that are read at once. @throws {RangeError} for more than the model has positions */
export function longest(
  options: LoadOptions,
  config: BertConfig,
  tokenizer: Tokenizer | ModelFormatError,
  sentence?: SentenceSettings,
): number {
  const ofTokenizer = tokenizer instanceof ModelFormatError ? undefined : tokenizer.maxLength
  const most = config.maxPositions
  const model = Math.min(most, ofTokenizer ?? most, sentence?.maxLength ?? most)
  if (options.maxLength !== undefined && options.maxLength > config.maxPositions) {
    throw new OptionError(
      (name) =>
        `${name('maxLength')} is ${options.maxLength}, and the model has ${config.maxPositions} positions`,
    )
  }
  return options.maxLength ?? model
}
