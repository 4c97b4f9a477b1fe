/**
 * From a model's name to a model in memory: where its files are, how it is to run, and the engine that holds it. What
 * differs between runtimes comes in as a `Platform`.
 */
import { BertModel } from './bert-model.ts'
import { OptionError } from './check/options.ts'
import { ModelFormatError } from './format/errors.ts'
import { type LoadWatch, startWatch } from './format/load-watch.ts'
import type { ModelFiles } from './format/source.ts'
import type { RepositoryKind } from './hub/model-files.ts'
import { hasSharedMemory, hasSimd } from './kernels/features.ts'
import type { KernelPlan } from './kernels/kernel-plan.ts'
import { compileKernels } from './kernels/module.ts'
import { planKernels, planOf } from './kernels/plan.ts'
import { checkLoadArguments } from './load-arguments.ts'
import type { LoadOptions, ModelName } from './load-options.ts'
import type { BertConfig } from './model/bert-config.ts'
import { BATCH_TOKENS } from './model/fill-batches.ts'
import { loadConfig } from './model/plain-config.ts'
import type { SentenceSettings } from './model/sentence/sentence-settings.ts'
import { Recognizer } from './recognizer.ts'
import { type EngineClient, startWorkers, type WorkerClient } from './runtime/client.ts'
import type { EngineError } from './runtime/engine-error.ts'
import type { EngineSetup } from './runtime/engine-setup.ts'
import { mayCompile } from './runtime/may-compile.ts'
import type { HubLocator, Locator } from './runtime/protocol.ts'
import type { Spawn } from './runtime/spawn.ts'
import { readTokenizer } from './text/plain-tokenizer.ts'
import type { Tokenizer } from './text/tokenizer.ts'
import type { TokenizerFacts } from './text/tokenizer-facts.ts'

/** What differs between runtimes. */
export interface Platform {
  /**
   * Finds a model; downloads it where it belongs on a disk. `accept` throws for a model that will not fit; without it no
   * weights are wanted. `kind` says what a repository has that is not one of transformers.
   */
  locate(
    model: ModelName | undefined,
    options: LoadOptions,
    watch: LoadWatch,
    accept: ((files: ModelFiles) => Promise<void>) | undefined,
    kind?: RepositoryKind,
  ): Promise<Locator | HubLocator>
  /** `workers` may read them for the calling thread. */
  openFiles(
    locator: Locator | HubLocator,
    watch: LoadWatch,
    workers?: Promise<WorkerClient>,
  ): Promise<ModelFiles>
  /** For a model that is to run as int8: where its weights are kept as int8, once made, and what makes them. */
  int8Copy?(locator: Locator): Promise<{ locator: Locator; keep?: () => Promise<void> }>
  spawn: Spawn | undefined
  /** Cores that may be used. */
  cores(): number
  /** Sets V8's flag for 256-bit vectors; false where there is no such flag. */
  enableTurbo(): boolean
}

const MOST_THREADS = 8
/** How a model is to run. */
export interface Plan {
  readonly setup: Omit<EngineSetup, 'config' | 'module'>
  readonly worker: boolean
}

export async function loadModel(
  platform: Platform,
  model: ModelName | LoadOptions | undefined,
  given: LoadOptions | undefined,
): Promise<BertModel> {
  const [name, options] = checkLoadArguments(model, given)
  const { watch, end } = startWatch(options)
  try {
    watch.signal?.throwIfAborted()
    return await loadWatched(platform, name, options, watch)
  } finally {
    end()
  }
}

async function loadWatched(
  platform: Platform,
  model: ModelName | undefined,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<BertModel> {
  // They take as long to start as all that comes before the weights.
  const workers = usesWorkers(platform, options) ? start(platform, options) : undefined
  try {
    return await loadWith(workers, platform, model, options, watch)
  } catch (error) {
    workers?.then(
      (client) => client.dispose(),
      () => {},
    )
    // A policy that lets no worker run may let nothing be compiled either, which is said first.
    if ((error as EngineError | null)?.code === 'WorkerFailed')
      await mayCompile(() => compileKernels({ variant: 'simd', shared: false, turbo: false }))
    throw error
  }
}

async function loadWith(
  workers: Promise<WorkerClient> | undefined,
  platform: Platform,
  model: ModelName | undefined,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<BertModel> {
  const plan = await makePlan(platform, options)
  const accept = async (files: ModelFiles): Promise<void> => {
    const { memoryNeeded } = await import('./runtime/engine.ts')
    await memoryNeeded({ ...plan.setup, config: await loadConfig(files), module: undefined })
  }
  const located = await platform.locate(model, options, watch, accept)
  const isInt8 = plan.setup.plan.precision === 'int8' && located.kind !== 'hub'
  const copy = isInt8 ? await platform.int8Copy?.(located) : undefined
  const locator = copy?.locator ?? located
  const files = await platform.openFiles(locator, watch, workers)
  const written = await loadConfig(files)
  const sentence = await sentenceSettings(files, written)
  const config = sentence?.activation ? { ...written, activation: sentence.activation } : written
  const reading = readTokenizer(files, {
    lowercase: options.lowercase,
    paddedVocabulary: options.paddedVocabulary,
    model: async () => tokenizerFacts(written),
  }).catch((error: unknown) => {
    // An encoder may come without a vocabulary; whoever asks for text then gets this error.
    if (error instanceof ModelFormatError && error.code === 'MissingFile') return error
    throw error
  })
  // Where the weights come of themselves, the tokenizer is made meanwhile.
  if (workers === undefined || locator.kind === 'hub') await reading
  const starting = startEngine(plan, { locator, files, config }, options, watch, workers)
  starting.catch(() => {})
  const tokenizer = await reading
  const maxLength = longest(options, config, tokenizer, sentence)
  const loaded = new BertModel({ engine: await starting, config, tokenizer, maxLength, sentence })
  // In the background, and a process lives until it is done; where it cannot be kept, the next load is as this one.
  copy?.keep?.().catch(() => {})
  return loaded
}

/** What an engine is made of. */
interface Source {
  /** Where it finds the weights. */
  readonly locator: Locator | HubLocator
  readonly files: ModelFiles
  readonly config: BertConfig
}

/** All that is known of a model before its weights are read. */
export interface Prepared extends Source {
  readonly tokenizer: Tokenizer | ModelFormatError
  readonly maxLength: number
  readonly sentence: SentenceSettings | undefined
}

/** Reads the weights into an engine. */
export async function startModel(
  platform: Platform,
  plan: Plan,
  { tokenizer, maxLength, sentence, ...source }: Prepared,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<BertModel> {
  const workers = plan.worker ? start(platform, options) : undefined
  const engine = await startEngine(plan, source, options, watch, workers)
  return new BertModel({ engine, config: source.config, tokenizer, maxLength, sentence })
}

async function startEngine(
  { setup: { plan, threads, batchTokens } }: Plan,
  { locator, files, config }: Source,
  options: LoadOptions,
  watch: LoadWatch,
  workers: Promise<WorkerClient> | undefined,
): Promise<EngineClient> {
  const module = options.wasm ?? (await compiled(plan, config, threads > 1))
  const setup: EngineSetup = { plan, threads, batchTokens, config, module }
  watch.signal?.throwIfAborted()
  let engine: EngineClient
  if (workers === undefined)
    engine = await (await import('./runtime/inline.ts')).loadInline(setup, files, watch)
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

export async function loadRecognizer(
  platform: Platform,
  model: ModelName | LoadOptions | undefined,
  options: LoadOptions | undefined,
): Promise<Recognizer> {
  const loaded = await loadModel(platform, model, options)
  try {
    if (!loaded.hasClassifier) throw (await import('./tasks/no-recognizer.ts')).noRecognizer(loaded)
    return new Recognizer(loaded)
  } catch (error) {
    loaded.dispose()
    throw error
  }
}

/** What a model's configuration says of its tokenizer. */
export function tokenizerFacts({ tokenizerClass, family, vocabSize }: BertConfig): TokenizerFacts {
  return { tokenizerClass, sentencePiece: family.sentencePiece, rows: vocabSize }
}

/** What the options and the runtime come to. */
export async function makePlan(platform: Platform, options: LoadOptions): Promise<Plan> {
  const { precision = 'int8', kernels = 'auto' } = options
  const turbo = options.turbo === true && kernels !== 'reference' && platform.enableTurbo()
  const threads = threadsOf(platform, options)
  const plan = options.wasm
    ? planOf('simd', precision, turbo, 'the kernels were given compiled')
    : await mayCompile(() => planKernels(kernels, precision, turbo, threads > 1))
  return { worker: usesWorkers(platform, options), setup: { plan, threads, batchTokens: BATCH_TOKENS } }
}

/** The reference kernels are for reading and stepping through: they run where a debugger is. */
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

function start(platform: Platform, options: LoadOptions): Promise<WorkerClient> {
  const workers = startWorkers(threadsOf(platform, options), platform.spawn!, options.worker)
  // Whoever waits for them is told.
  workers.catch(() => {})
  return workers
}

/** The module for the engine's memory; undefined for the reference kernels. */
async function compiled(
  { variant, turbo, precision }: KernelPlan,
  { disentangled, modern, family }: BertConfig,
  shared: boolean,
): Promise<WebAssembly.Module | undefined> {
  if (variant === 'reference') return undefined
  const special = disentangled ?? modern ?? family.relativeBias
  const isPlain = precision === 'int8' && special === undefined
  return mayCompile(() => compileKernels({ variant, shared, turbo, isPlain }))
}

/** Models of sentence-transformers have no head: others are not asked for the file, which on the web is a request. */
async function sentenceSettings(
  files: ModelFiles,
  config: BertConfig,
): Promise<SentenceSettings | undefined> {
  if (config.architecture?.endsWith('ForTokenClassification')) return undefined
  const { readSentenceSettings } = await import('./model/sentence/sentence-settings.ts')
  return readSentenceSettings(files, config.modelType)
}

function longest(
  options: LoadOptions,
  config: BertConfig,
  tokenizer: Tokenizer | ModelFormatError,
  sentence: SentenceSettings | undefined,
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
