/** Loads a GLiNER model by name: its configuration, what prepare.ts makes of it, and the engine with the weights. */
import { capability } from '../../format/capability.ts'
import { type Checkpoint, openCheckpoint } from '../../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { type LoadWatch, watched } from '../../format/load-watch.ts'
import { CONFIG, hasSafetensors, WEIGHTS } from '../../format/shards.ts'
import { hasFile, type ModelFiles, mapFiles } from '../../format/source.ts'
import { GLINER } from '../../hub/model-files.ts'
import { parseHubId } from '../../hub/urls.ts'
import { importInline, makePlan, type Platform, startModel } from '../../load.ts'
import { checkLoadOptions, checkModelName, type LoadOptions, type ModelName } from '../../load-options.ts'
import { type ResolvedModel, resolve } from '../../model/resolve.ts'
import type { ModelSpec } from '../../model/spec.ts'
import type { HubLocator, Locator } from '../../runtime/protocol.ts'
import { type GlinerConfig, loadGlinerConfig } from './config.ts'
import { Gliner } from './gliner.ts'
import { type OtherFiles, prepareGliner, specOf } from './prepare.ts'
import { parseEncoder } from './prepare-encoder.ts'

/** Options of loading and running a GLiNER model. */
export interface GlinerLoadOptions extends LoadOptions {
  /**
   * Where the encoder's config.json and tokenizer are, if the model does not contain them; default: the
   * `model_name` of its configuration, from the Hub.
   */
  encoder?: ModelName
  /**
   * The same for the encoder of types of a bi-encoder; default: the `labels_encoder` of its gliner_config.json,
   * from the Hub.
   */
  typeEncoder?: ModelName
}

export async function loadGliner(
  platform: Platform,
  model: ModelName,
  given: GlinerLoadOptions = {},
): Promise<Gliner> {
  const { encoder, typeEncoder, ...rest } = given
  const options = checkLoadOptions(rest)
  const names = { encoder: checkModelName(encoder), typeEncoder: checkModelName(typeEncoder) }
  return watched(options, (watch) => load(platform, model, names, options, watch))
}

async function load(
  platform: Platform,
  model: ModelName,
  names: Readonly<Record<'encoder' | 'typeEncoder', ModelName | undefined>>,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<Gliner> {
  const plan = await makePlan(platform, options)
  const accept = async (files: ModelFiles): Promise<void> => {
    const config = await loadGlinerConfig(files)
    const { encoder } = config
    const typeEncoder = config.kind === 'gliner' ? config.typeEncoder : undefined
    // Encoders that are only named need a download to be known.
    if (!encoder.config || (typeEncoder && !typeEncoder.config)) return
    const { memoryNeeded } = await importInline()
    const parsed = typeEncoder?.config && (await parseEncoder(typeEncoder.config))
    memoryNeeded({ ...plan.setup, spec: specOf(config, await parseEncoder(encoder.config), parsed) })
  }
  const located = await platform.locate(model, options, watch, accept, GLINER)
  const files = await platform.openFiles(located, watch)
  const config = await loadGlinerConfig(files)
  const checkpoint = await openTensors(files, true)
  try {
    const others: OtherFiles = ({ name }, option) =>
      encoderFiles(platform, names[option] ?? { named: name }, option, options, watch)
    const prepared = await prepareGliner(config, files, others, checkpoint.tensors, options)
    const source = await weightsOf(prepared.spec, files, located, checkpoint)
    const { model, engine } = await startModel(
      platform,
      plan,
      { ...prepared, ...source, sentence: undefined },
      options,
      watch,
    )
    return new Gliner({ model, engine, config, reading: prepared.readingWith(engine) })
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
    const others: OtherFiles = ({ name }, option) =>
      encoderFiles(platform, { named: name }, option, options, {})
    const tensors = checkpoint?.tensors ?? new Map()
    const { spec } = await prepareGliner(config, files, others, tensors, options)
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

async function needsNoView(files: ModelFiles): Promise<boolean> {
  try {
    return await hasSafetensors(files)
  } catch (error) {
    // The Hub's list of files shows that the weights have another format.
    if (error instanceof ModelFormatError && error.code === 'MissingFile') return false
    throw error
  }
}

/**
 * The Hub's name of a model that a file names. With its revision it is no folder: which file of this machine is read, or
 * which address asked, is not for a model's files to say.
 */
function hubName(name: string): string {
  const { repository, revision } = parseHubId(name)
  return `${repository}@${revision}`
}

/** The files of the original model of an encoder, without its weights; `option` can name others. */
async function encoderFiles(
  platform: Platform,
  given: ModelName | { readonly named: string },
  option: 'encoder' | 'typeEncoder',
  options: LoadOptions,
  watch: LoadWatch,
): Promise<ModelFiles> {
  const isNamed = typeof given === 'object' && 'named' in given
  try {
    const name = isNamed ? hubName(given.named) : given
    const files = await platform.openFiles(await platform.locate(name, options, watch, undefined), watch)
    // A missing place is noticed only when something is read.
    await hasFile(files, CONFIG)
    return files
  } catch (error) {
    watch.signal?.throwIfAborted()
    throw new ModelFormatError(
      'MissingFile',
      `The model lacks config.json or the tokenizer of its ${option === 'encoder' ? 'encoder' : 'encoder of types'}, and ${isNamed ? quoted(given.named) : typeof given === 'string' ? quoted(given) : option} does not give them: ${(error as Error).message}; name a folder or a Hub id that has them with the option ${option}`,
      { cause: error },
    )
  }
}
