/**
 * From a name to a model of GLiNER in memory: its configuration, the encoder's (which older repositories only name), the
 * tokenizer, the engine with the encoder's weights, and the head's weights beside it on the calling thread.
 */
import type { BertModel } from '../../bert-model.ts'
import { OptionError } from '../../check/options.ts'
import { type Checkpoint, openCheckpoint } from '../../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { mapFiles } from '../../format/in-memory/map-files.ts'
import { type JsonRecord, readJsonObject } from '../../format/json-file.ts'
import { type LoadWatch, startWatch } from '../../format/load-watch.ts'
import { type ModelFiles, missingFile } from '../../format/source.ts'
import { INDEX, WEIGHTS } from '../../format/weight-files.ts'
import { GLINER } from '../../hub/model-files.ts'
import { instantiateKernels } from '../../kernels/exports.ts'
import type { Kernels } from '../../kernels/kernels.ts'
import { giveMemory, KernelMemory, takeMemory } from '../../kernels/memory.ts'
import { compileKernels } from '../../kernels/module.ts'
import { planOf } from '../../kernels/plan.ts'
import { WasmKernels } from '../../kernels/wasm.ts'
import { makePlan, type Plan, type Platform, startModel } from '../../load.ts'
import { checkLoadOptions, checkModelName, type LoadOptions, type ModelName } from '../../load-options.ts'
import type { BertConfig } from '../../model/bert-config.ts'
import { parseConfig } from '../../model/config/read-config.ts'
import { mayCompile } from '../../runtime/may-compile.ts'
import type { HubLocator, Locator } from '../../runtime/protocol.ts'
import { fitRows } from '../../text/families/fit-rows.ts'
import { readTokenizer } from '../../text/files/read-tokenizer.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import { type GlinerConfig, loadGlinerConfig } from './config.ts'
import { Gliner } from './gliner.ts'
import { GlinerHead } from './head.ts'
import type { HeadShape } from './head-weights.ts'
import type { PromptTokens } from './prompt.ts'

/** How a model of GLiNER is to be loaded and run. */
export interface GlinerLoadOptions extends LoadOptions {
  /**
   * Where the encoder's config.json and tokenizer are, if the model has none of its own; default: the `model_name` of its
   * gliner_config.json, from the Hub.
   */
  encoder?: ModelName
}

/** What stands before the encoder's tensors, whatever the encoder is. */
export const ENCODER_PREFIX = 'token_rep_layer.bert_layer.model.'
const WORD_EMBEDDINGS = 'embeddings.word_embeddings.weight'
/** Keys of a configuration that speak of a head, which the encoder has not any more. */
const NO_HEAD = {
  architectures: undefined,
  id2label: undefined,
  label2id: undefined,
  problem_type: undefined,
}
/** Pieces that DeBERTa reads here where it knows only distances, which end far below. */
const LONGEST_RELATIVE = 1024
/** Any of these is a tokenizer. */
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'spm.model', 'vocab.txt']

export async function loadGliner(
  platform: Platform,
  model: ModelName,
  given: GlinerLoadOptions = {},
): Promise<Gliner> {
  const { encoder, ...rest } = given
  const options = checkLoadOptions(rest)
  const encoderName = checkModelName(encoder)
  const { watch, end } = startWatch(options)
  try {
    watch.signal?.throwIfAborted()
    return await load(platform, model, encoderName, options, watch)
  } finally {
    end()
  }
}

async function load(
  platform: Platform,
  model: ModelName,
  encoderName: ModelName | undefined,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<Gliner> {
  const plan = await makePlan(platform, options)
  const accept = async (files: ModelFiles): Promise<void> => {
    const { encoder } = await loadGlinerConfig(files)
    if (encoder === undefined) return
    const { memoryNeeded } = await import('../../runtime/engine.ts')
    const parsed = await parseEncoder({ model_type: 'deberta-v2', ...encoder })
    await memoryNeeded({ ...plan.setup, config: parsed, module: undefined })
  }
  const located = await platform.locate(model, options, watch, accept, GLINER)
  const files = await platform.openFiles(located, watch)
  const config = await loadGlinerConfig(files)
  const weights = await openWeights(files, located)
  try {
    const others = (): Promise<ModelFiles> =>
      encoderFiles(platform, encoderName ?? config.encoderName, options, watch)
    const encoder = await readEncoder(config, files, others, weights.checkpoint.tensors, options)
    const locator = await weights.locator(plan.worker)
    const bert = await startModel(
      platform,
      plan,
      { ...encoder, locator, files: plan.worker ? files : await weights.files(), sentence: undefined },
      options,
      watch,
    )
    try {
      const { head, release } = await loadHead(plan, options, weights.checkpoint, config, bert)
      return new Gliner({ model: bert, config, tokens: encoder.tokens, head, release })
    } catch (error) {
      bert.dispose()
      throw error
    }
  } finally {
    await weights.checkpoint.close()
  }
}

/** What is known of a model before its weights are read. */
export interface GlinerFacts {
  readonly config: GlinerConfig
  readonly encoder: BertConfig
  /** Its tensors, where they are looked at; the caller closes it. */
  readonly checkpoint: Checkpoint | undefined
}

/**
 * Looks at a model without loading it: its configuration, its encoder's, its tokenizer, and with `weights` its tensors' names.
 *
 * @throws {ModelFormatError} as `loadGliner`
 */
export async function inspectGliner(
  platform: Platform,
  files: ModelFiles,
  options: LoadOptions,
  weights: boolean,
): Promise<GlinerFacts> {
  const config = await loadGlinerConfig(files)
  const checkpoint = weights ? await openTensors(files, false) : undefined
  try {
    const others = (): Promise<ModelFiles> => encoderFiles(platform, config.encoderName, options, {})
    const tensors = checkpoint?.tensors ?? new Map()
    const encoder = await readEncoder(config, files, others, tensors, options)
    return { config, encoder: encoder.config, checkpoint }
  } catch (error) {
    await checkpoint?.close()
    throw error
  }
}

/** The tensors of a model that has PyTorch's file alone, or safetensors. */
async function openTensors(files: ModelFiles, isChecked: boolean): Promise<Checkpoint> {
  if (await hasSafetensors(files)) return openCheckpoint(files)
  const { viewedFiles } = await import('../../convert/pytorch/checkpoint.ts')
  // Where there is none, the error says what there is instead.
  return openCheckpoint((await viewedFiles(files, isChecked)) ?? files)
}

interface Weights {
  readonly checkpoint: Checkpoint
  /** Where a worker finds the encoder's tensors. */
  locator(isWorker: boolean): Promise<Locator | HubLocator>
  /** Where the calling thread does. */
  files(): Promise<ModelFiles>
}

/**
 * `model.safetensors`, which a folder's `pytorch_model.bin` is as well by now; elsewhere the engine gets the encoder's part of
 * that file as safetensors.
 */
async function openWeights(files: ModelFiles, locator: Locator | HubLocator): Promise<Weights> {
  const checkpoint = await openTensors(files, true)
  if (await hasSafetensors(files)) {
    return { checkpoint, locator: async () => locator, files: async () => files }
  }
  const { safetensorsOf } = await import('../../convert/pytorch/checkpoint.ts')
  let made: Promise<ReadonlyMap<string, Uint8Array>> | undefined
  const encoder = (): Promise<ReadonlyMap<string, Uint8Array>> => {
    made ??= safetensorsOf(checkpoint, (name) => name.startsWith(ENCODER_PREFIX)).then(
      (bytes) => new Map([[WEIGHTS, bytes]]),
    )
    return made
  }
  return {
    checkpoint,
    locator: async (isWorker) => (isWorker ? { kind: 'files', files: await encoder() } : locator),
    files: async () => mapFiles(await encoder()),
  }
}

async function readJson(files: ModelFiles): Promise<JsonRecord> {
  const source = await files.open('config.json')
  if (source === undefined)
    throw missingFile(files, ['config.json'], `${files.name} has no config.json, which the encoder needs`)
  try {
    return await readJsonObject(source)
  } finally {
    await source.close()
  }
}

async function hasSafetensors(files: ModelFiles): Promise<boolean> {
  try {
    return (await has(files, WEIGHTS)) || (await has(files, INDEX))
  } catch (error) {
    // The Hub's list of files tells that there is another format.
    if (error instanceof ModelFormatError && error.code === 'MissingFile') return false
    throw error
  }
}

async function has(files: ModelFiles, fileName: string): Promise<boolean> {
  const source = await files.open(fileName)
  await source?.close()
  return source !== undefined
}

/** The files of the model that the encoder was made from, without its weights. */
async function encoderFiles(
  platform: Platform,
  name: ModelName,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<ModelFiles> {
  try {
    const files = await platform.openFiles(await platform.locate(name, options, watch, undefined), watch)
    // A place that is not there is only noticed when something is read.
    await has(files, 'config.json')
    return files
  } catch (error) {
    watch.signal?.throwIfAborted()
    throw new ModelFormatError(
      'MissingFile',
      `The model lacks config.json or the tokenizer of its encoder, and ${typeof name === 'string' ? quoted(name) : 'encoder'} does not give them: ${(error as Error).message}; name a folder or a Hub id that has them with the option encoder`,
      { cause: error },
    )
  }
}

interface Encoder {
  readonly config: BertConfig
  readonly tokenizer: Tokenizer
  readonly maxLength: number
  readonly tokens: PromptTokens
}

/** The encoder's configuration and tokenizer, from the model's own files where they have them. */
async function readEncoder(
  config: GlinerConfig,
  files: ModelFiles,
  others: () => Promise<ModelFiles>,
  tensors: Checkpoint['tensors'],
  { lowercase, maxLength, paddedVocabulary }: LoadOptions,
): Promise<Encoder> {
  let found: Promise<ModelFiles> | undefined
  const elsewhere = (): Promise<ModelFiles> => {
    found ??= others()
    return found
  }
  const written = config.encoder ?? (await readJson(await elsewhere()))
  const table = tensors.get(ENCODER_PREFIX + WORD_EMBEDDINGS)
  const rows = config.encoder === undefined || config.vocabSize === undefined ? table?.shape[0] : undefined
  const { model_type = 'deberta-v2', ...keys } = written
  const sized = rows === undefined ? keys : { ...keys, vocab_size: rows }
  const parsed = await parseEncoder({ model_type, ...sized })
  const encoder: BertConfig = { ...parsed, family: { ...parsed.family, prefix: ENCODER_PREFIX } }
  const own = (await Promise.all(TOKENIZER_FILES.map((name) => has(files, name)))).includes(true)
  const read = await readTokenizer(own ? files : await elsewhere(), {
    lowercase,
    model: async () => ({
      tokenizerClass: parsed.tokenizerClass,
      sentencePiece: parsed.family.sentencePiece,
    }),
  })
  const tokenizer = fitRows(read, 'The tokenizer', encoder.vocabSize, paddedVocabulary)
  const { maxPositions } = encoder
  if (maxLength !== undefined && maxLength > maxPositions)
    throw new OptionError(
      (name) => `${name('maxLength')} is ${maxLength}, and the model has ${maxPositions} positions`,
    )
  return {
    config: encoder,
    tokenizer,
    maxLength: maxLength ?? Math.min(maxPositions, tokenizer.maxLength ?? maxPositions),
    tokens: promptTokens(config, tokenizer, encoder.vocabSize),
  }
}

/**
 * The configuration of an encoder. Where DeBERTa has no absolute positions it may read more than its max_position_embeddings,
 * as the package lets it: prompt and words may have more pieces.
 */
function parseEncoder(written: JsonRecord): Promise<BertConfig> {
  const { max_position_embeddings: positions, max_relative_positions: distances } = written
  const isRelative = written['model_type'] === 'deberta-v2' && written['position_biased_input'] === false
  const longer =
    isRelative && typeof positions === 'number' && positions < LONGEST_RELATIVE
      ? {
          max_position_embeddings: LONGEST_RELATIVE,
          max_relative_positions: typeof distances === 'number' && distances > 0 ? distances : positions,
        }
      : {}
  return parseConfig(JSON.stringify({ ...written, ...longer, ...NO_HEAD }))
}

/**
 * The ids of the prompt's two tokens. Older files leave them to the tokenizer, to which the package adds `[FLERT]`, `<<ENT>>` and
 * `<<SEP>>` behind all others: of the model's rows they are the last.
 */
function promptTokens(
  { classToken, entToken, sepToken, embedsEntToken }: GlinerConfig,
  tokenizer: Tokenizer,
  rows: number,
): PromptTokens {
  const idOf = (token: string): number | undefined => {
    const { ids, tokens } = tokenizer.encodeWords([token])
    return ids.length === 3 && tokens[1] === token ? ids[1] : undefined
  }
  const ent = classToken ?? idOf(entToken) ?? rows - 2
  const sep = idOf(sepToken) ?? ent + 1
  for (const [token, id] of [
    [entToken, ent],
    [sepToken, sep],
  ] as const) {
    if (id < rows) continue
    throw new ModelFormatError(
      'InvalidVocabulary',
      `The token ${quoted(token)} has the id ${id}, and the model has ${rows} rows for pieces: class_token_index of gliner_config.json is another model's`,
    )
  }
  return { ent, sep, embedsEnt: embedsEntToken }
}

/** The head on the calling thread, with kernels and memory of its own. */
async function loadHead(
  plan: Plan,
  options: LoadOptions,
  checkpoint: Checkpoint,
  { hiddenSize, rnnLayers, maxWidth }: GlinerConfig,
  { config }: BertModel,
): Promise<{ head: GlinerHead; release: () => void }> {
  const shape: HeadShape = { encoderSize: config.hiddenSize, hiddenSize, rnnLayers }
  const memory = takeMemory(0, false)
  try {
    const kernels = await headKernels(plan, options, new KernelMemory(memory), shape)
    const head = await GlinerHead.load(kernels, checkpoint, shape, maxWidth)
    return { head, release: () => giveMemory(memory, false) }
  } catch (error) {
    giveMemory(memory, false)
    throw error
  }
}

/** Those that do not fuse products with sums: the head is float32, and its scores are the same bits everywhere. */
async function headKernels(
  { setup: { plan } }: Plan,
  { wasm }: LoadOptions,
  memory: KernelMemory,
  { encoderSize, hiddenSize }: HeadShape,
): Promise<Kernels> {
  if (plan.variant === 'reference') {
    const { ReferenceKernels } = await import('../../kernels/reference/reference.ts')
    return new ReferenceKernels(memory)
  }
  const { turbo } = plan
  const module = wasm ?? (await mayCompile(() => compileKernels({ variant: 'simd', shared: false, turbo })))
  return new WasmKernels({
    plan: planOf('simd', 'float32', turbo),
    exports: instantiateKernels(module, memory.memory),
    memory,
    scratch: { tokens: 1, headDim: 8, inputs: Math.max(encoderSize, 4 * hiddenSize) },
  })
}
