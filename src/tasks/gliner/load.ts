/**
 * Loads a GLiNER model by name: its configuration, that of the encoder (which older repositories only name),
 * the tokenizer, and the engine with the weights of encoder and head.
 */
import { capability } from '../../format/capability.ts'
import { type Checkpoint, openCheckpoint } from '../../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { type JsonRecord, readJsonFile } from '../../format/json-file.ts'
import { type LoadWatch, watched } from '../../format/load-watch.ts'
import { CONFIG, hasSafetensors, WEIGHTS } from '../../format/shards.ts'
import { hasFile, type ModelFiles, mapFiles, missingFile } from '../../format/source.ts'
import { GLINER } from '../../hub/model-files.ts'
import { importInline, longest, makePlan, type Platform, startModel } from '../../load.ts'
import { checkLoadOptions, checkModelName, type LoadOptions, type ModelName } from '../../load-options.ts'
import { ENCODER_PREFIX, glinerSpec } from '../../model/families/gliner.ts'
import { ENCODER_PREFIX as ENCODER_PREFIX_2, gliner2Spec } from '../../model/families/gliner2.ts'
import { parseSpec } from '../../model/read-spec.ts'
import { type ResolvedModel, resolve } from '../../model/resolve.ts'
import type { ModelSpec } from '../../model/spec.ts'
import type { HubLocator, Locator } from '../../runtime/protocol.ts'
import { fitRows } from '../../text/fit-rows.ts'
import { readTokenizer } from '../../text/read-tokenizer.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import { type Gliner1Config, type GlinerConfig, loadGlinerConfig } from './config.ts'
import { Gliner } from './gliner.ts'
import { gliner2Reading } from './gliner2-prompt.ts'
import { glinerReading, type PromptTokens } from './prompt.ts'
import type { Reading } from './windows.ts'

/** Options of loading and running a GLiNER model. */
export interface GlinerLoadOptions extends LoadOptions {
  /**
   * Where the encoder's config.json and tokenizer are, if the model does not contain them; default: the
   * `model_name` of its configuration, from the Hub.
   */
  encoder?: ModelName
}

const WORD_EMBEDDINGS = 'embeddings.word_embeddings.weight'
/** Keys of a configuration that describe a head, which the encoder no longer has. */
const NO_HEAD = {
  architectures: undefined,
  id2label: undefined,
  label2id: undefined,
  problem_type: undefined,
}
/** Maximum length of DeBERTa with relative distances only, which saturate far below it. */
const LONGEST_RELATIVE = 1024
/** Any of these files is a tokenizer. */
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'spm.model', 'vocab.txt']

export async function loadGliner(
  platform: Platform,
  model: ModelName,
  given: GlinerLoadOptions = {},
): Promise<Gliner> {
  const { encoder, ...rest } = given
  const options = checkLoadOptions(rest)
  const encoderName = checkModelName(encoder)
  return watched(options, (watch) => load(platform, model, encoderName, options, watch))
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
    const config = await loadGlinerConfig(files)
    if (config.encoder === undefined) return
    const { memoryNeeded } = await importInline()
    const encoder = await parseEncoder({ model_type: 'deberta-v2', ...config.encoder })
    memoryNeeded({ ...plan.setup, spec: specOf(encoder, config) })
  }
  const located = await platform.locate(model, options, watch, accept, GLINER)
  const files = await platform.openFiles(located, watch)
  const config = await loadGlinerConfig(files)
  const checkpoint = await openTensors(files, true)
  try {
    const others = (): Promise<ModelFiles> =>
      encoderFiles(platform, encoderName ?? config.encoderName, options, watch)
    const prepared = await prepare(config, files, others, checkpoint.tensors, options)
    const source = await weightsOf(prepared.spec, files, located, checkpoint)
    const { model, engine } = await startModel(
      platform,
      plan,
      { ...prepared, ...source, sentence: undefined },
      options,
      watch,
    )
    return new Gliner({ model, engine, config, reading: prepared.reading })
  } finally {
    await checkpoint.close()
  }
}

/** What can be known about a model without loading it. */
export interface GlinerFacts {
  readonly config: GlinerConfig
  readonly spec: ModelSpec
  /** Its tensors, if they were inspected. */
  readonly found: ResolvedModel | undefined
}

/**
 * Inspects a model without loading it: its configuration, its encoder's, its tokenizer, and with `weights`
 * its tensor names.
 *
 * @throws {ModelFormatError} as for `loadGliner`
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
    const { spec } = await prepare(config, files, others, tensors, options)
    return { config, spec, found: checkpoint && resolve(spec, checkpoint) }
  } finally {
    await checkpoint?.close()
  }
}

/** The tensors of a model, from safetensors or from PyTorch's file alone. */
async function openTensors(files: ModelFiles, isChecked: boolean): Promise<Checkpoint> {
  if (await needsNoView(files)) return openCheckpoint(files)
  const { viewedFiles } = await importPytorch()
  // If there are none, the error says what there is instead.
  return openCheckpoint((await viewedFiles(files, isChecked)) ?? files)
}

function importPytorch(): Promise<typeof import('../../convert/pytorch/checkpoint.ts')> {
  return capability('weights of PyTorch', () => import('../../convert/pytorch/checkpoint.ts'))
}

/**
 * Where the engine finds the tensors: in `model.safetensors`, which a folder's `pytorch_model.bin` is
 * presented as; otherwise it receives the tensors of that file that it needs as safetensors.
 */
async function weightsOf(
  spec: ModelSpec,
  files: ModelFiles,
  locator: Locator | HubLocator,
  checkpoint: Checkpoint,
): Promise<{ files: ModelFiles; locator: Locator | HubLocator }> {
  if (await needsNoView(files)) return { files, locator }
  const { safetensorsOf } = await importPytorch()
  const needed = new Set(resolve(spec, checkpoint).named.map(({ tensor }) => tensor.name))
  const made = new Map([[WEIGHTS, await safetensorsOf(checkpoint, (name) => needed.has(name))]])
  return { files: mapFiles(made), locator: { kind: 'files', files: made } }
}

async function readEncoderConfig(files: ModelFiles): Promise<JsonRecord> {
  const json = await readJsonFile(files, CONFIG)
  if (json) return json
  throw missingFile(files, [CONFIG], `${files.name} has no ${CONFIG}, which the encoder needs`)
}

async function needsNoView(files: ModelFiles): Promise<boolean> {
  try {
    return await hasSafetensors(files)
  } catch (error) {
    // The Hub's list of files shows that the weights have another format.
    if (error instanceof ModelFormatError && error.code === 'MissingFile') return false
    throw error
  }
}

/** The files of the encoder's original model, without its weights. */
async function encoderFiles(
  platform: Platform,
  name: ModelName,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<ModelFiles> {
  try {
    const files = await platform.openFiles(await platform.locate(name, options, watch, undefined), watch)
    // A missing place is noticed only when something is read.
    await hasFile(files, CONFIG)
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

/** A model before its weights are read. */
interface PreparedGliner {
  readonly spec: ModelSpec
  readonly tokenizer: Tokenizer
  readonly maxLength: number
  readonly reading: Reading
}

function specOf(encoder: ModelSpec, config: GlinerConfig): ModelSpec {
  return config.kind === 'gliner2' ? gliner2Spec(encoder, config) : glinerSpec(encoder, config)
}

/**
 * The specification and the tokenizer; the encoder's configuration is taken from the model's own files if
 * they have it.
 */
async function prepare(
  config: GlinerConfig,
  files: ModelFiles,
  others: () => Promise<ModelFiles>,
  tensors: Checkpoint['tensors'],
  options: LoadOptions,
): Promise<PreparedGliner> {
  const { lowercase, paddedVocabulary } = options
  let found: Promise<ModelFiles> | undefined
  const elsewhere = (): Promise<ModelFiles> => {
    found ??= others()
    return found
  }
  const written = config.encoder ?? (await readEncoderConfig(await elsewhere()))
  const isSecond = config.kind === 'gliner2'
  const table = tensors.get((isSecond ? ENCODER_PREFIX_2 : ENCODER_PREFIX) + WORD_EMBEDDINGS)
  const isSized = !isSecond && config.encoder !== undefined && config.vocabSize !== undefined
  const rows = isSized ? undefined : table?.shape[0]
  const { model_type = 'deberta-v2', ...keys } = written
  const sized = rows === undefined ? keys : { ...keys, vocab_size: rows }
  const parsed = await parseEncoder({ model_type, ...sized })
  const spec = specOf(parsed, config)
  const own = (await Promise.all(TOKENIZER_FILES.map((name) => hasFile(files, name)))).includes(true)
  const read = await readTokenizer(own ? files : await elsewhere(), {
    lowercase,
    model: async () => ({
      tokenizerClass: parsed.config.tokenizerClass,
      sentencePiece: parsed.sentencePiece,
      // The packages give the tokenizer each word as it stands in the text.
      spacesWords: false,
    }),
  })
  const tokenizer = fitRows(read, 'The tokenizer', parsed.config.vocabSize, paddedVocabulary)
  return {
    spec,
    tokenizer,
    maxLength: longest(options, parsed.config, tokenizer),
    reading: isSecond
      ? gliner2Reading(tokenizer, parsed.config.vocabSize)
      : glinerReading(tokenizer, promptTokens(config, tokenizer, parsed.config.vocabSize)),
  }
}

/**
 * The configuration of an encoder. If DeBERTa has no absolute positions, it may read more than its
 * max_position_embeddings, as in the package: prompt and words together may have more pieces.
 */
function parseEncoder(written: JsonRecord): Promise<ModelSpec> {
  const { max_position_embeddings: positions, max_relative_positions: distances } = written
  const isRelative = written['model_type'] === 'deberta-v2' && written['position_biased_input'] === false
  const longer =
    isRelative && typeof positions === 'number' && positions < LONGEST_RELATIVE
      ? {
          max_position_embeddings: LONGEST_RELATIVE,
          max_relative_positions: typeof distances === 'number' && distances > 0 ? distances : positions,
        }
      : {}
  return parseSpec(JSON.stringify({ ...written, ...longer, ...NO_HEAD }))
}

/**
 * The ids of the prompt's two tokens. Older files leave them to the tokenizer, to which the package appends
 * `[FLERT]`, `<<ENT>>` and `<<SEP>>`: they are the last of the model's rows.
 */
function promptTokens(
  { classToken, entToken, sepToken, embedsEntToken }: Gliner1Config,
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
