/** Collects, for `iobert info`, what can be known about a model without downloading its weights. */
import { createHash } from 'node:crypto'
import { isGliner } from '../convert/gliner.ts'
import { parseLabels } from '../entities/labels.ts'
import { CALIBRATION } from '../format/calibration.ts'
import { openCheckpoint } from '../format/checkpoint.ts'
import { HubError, ModelFormatError } from '../format/errors.ts'
import { glinerFiles } from '../format/gliner-files.ts'
import {
  ENCODER_CONFIG,
  GLINER_CONFIG,
  hasSafetensors,
  PYTORCH_WEIGHTS,
  readShardIndex,
  shardNames,
} from '../format/shards.ts'
import type { ByteSource, ModelFiles } from '../format/source.ts'
import {
  CONFIG,
  GLINER,
  INDEX,
  OTHER_VOCABULARIES,
  type RepositoryKind,
  SMALL_FILES,
  WEIGHTS,
} from '../hub/model-files.ts'
import type { KernelPlan, Precision } from '../kernels/kernels.ts'
import { planKernels } from '../kernels/plan.ts'
import type { Platform } from '../load.ts'
import { readTokenizerOf } from '../load.ts'
import type { LoadOptions } from '../load-options.ts'
import type { BertConfig } from '../model/bert-config.ts'
import { loadSpec } from '../model/read-spec.ts'
import { countParameters, type ResolvedModel, resolve } from '../model/resolve.ts'
import { encodersOf, type ModelSpec } from '../model/spec.ts'
import { entryPlatform } from '../platform.node.ts'
import { BATCH_TOKENS } from '../runtime/engine-setup.ts'
import { memoryNeeded } from '../runtime/memory-needed.ts'
import { withLoadingBar } from './loading.ts'

interface ModelFile {
  readonly name: string
  readonly bytes: number
  /** Present if the file is on this disk. */
  readonly sha256?: string
}

interface WeightFacts {
  readonly parameters: number
  /** Elements by type: `{ I8: 21888000, F32: 63753 }`. */
  readonly dtypes: Readonly<Record<string, number>>
  /** Whether labels are decoded by a conditional random field that the weights or config.json have. */
  readonly crf: boolean
}

export interface ModelFacts extends Partial<WeightFacts> {
  readonly model: string
  /** 'unknown' if the weights are not here and may not be requested. */
  readonly loads: 'yes' | 'no' | 'unknown'
  /** What prevents loading, in sentences. */
  readonly missing: readonly string[]
  readonly architecture?: ReturnType<typeof architectureOf>
  readonly labels?: readonly string[]
  readonly scheme?: string | undefined
  readonly memory?: Readonly<Record<Precision, number | undefined>>
  /** The kernels each precision would use here, and why. */
  readonly kernels?: Readonly<Record<Precision, string>>
  /** The files from which the weights are read, and their bytes. */
  readonly reads?: { readonly files: readonly string[]; readonly bytes: number }
  readonly files: readonly ModelFile[]
}

/** Thrown to end a download before it begins, once everything needed is known. */
class Seen extends Error {}

/** A model, and how it is to be located. */
interface Asked {
  readonly platform: Platform
  readonly model: string | undefined
  readonly options: LoadOptions
  readonly kind?: RepositoryKind
}

/** The facts of a model; the headers of its weights are read in place, on the disk or by ranges. */
export async function inspectModel(model: string | undefined, options: LoadOptions): Promise<ModelFacts> {
  const asked: Asked = { platform: entryPlatform(), model, options }
  const facts = await inspect(asked)
  // What a Hub repository must contain depends on its kind, which only shows if the usual files are missing.
  if (facts.architecture !== undefined || !facts.missing.some((what) => what.includes(GLINER_CONFIG)))
    return facts
  const other = await inspect({ ...asked, kind: GLINER })
  return other.architecture === undefined ? facts : other
}

async function inspect(asked: Asked): Promise<ModelFacts> {
  const { platform, model, options, kind } = asked
  let remote: ModelFacts | undefined
  const accept = async (files: ModelFiles): Promise<void> => {
    remote = await factsOf(asked, (await viewed(files)) ?? files, false)
    throw new Seen()
  }
  try {
    const locator = await withLoadingBar((onProgress) =>
      platform.locate(model, options, { onProgress }, accept, kind),
    )
    return await factsOf(asked, await platform.openFiles(locator, {}), locator.kind === 'folder')
  } catch (error) {
    if (error instanceof Seen && remote !== undefined) return remote
    const isMissing = error instanceof ModelFormatError
    if (!isMissing && !(error instanceof HubError && error.code === 'NotCached')) throw error
    return withoutWeights(asked, isMissing ? error.message : undefined)
  }
}

/** What the small files say about a model whose weights are not here. */
async function withoutWeights(asked: Asked, missing: string | undefined): Promise<ModelFacts> {
  const { platform, model, options, kind } = asked
  const why = missing === undefined ? [] : [missing]
  let files: ModelFiles
  try {
    files = await platform.openFiles(await platform.locate(model, options, {}, undefined, kind), {})
  } catch (error) {
    if (!(error instanceof ModelFormatError)) throw error
    return { model: String(model), loads: 'no', missing: why, files: [] }
  }
  const facts = await factsOf(asked, files, true, false)
  const all = [...new Set([...why, ...facts.missing])]
  return { ...facts, loads: all.length > 0 ? 'no' : 'unknown', missing: all }
}

/**
 * A view of the Hub's files before they are downloaded, if the weights are PyTorch's, whose pickle is read by
 * ranges.
 */
async function viewed(files: ModelFiles): Promise<ModelFiles | undefined> {
  if (await hasSafetensors(files)) return undefined
  const { viewedFiles } = await import('../convert/pytorch/checkpoint.ts')
  return viewedFiles(files, false)
}

/**
 * @param local  whether the files are on a disk
 * @param weights whether to inspect them
 */
async function factsOf(
  { platform, options }: Asked,
  files: ModelFiles,
  local: boolean,
  weights = true,
): Promise<ModelFacts> {
  const missing: string[] = []
  const attempt = async <Value>(read: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
      missing.push(error.message)
      return undefined
    }
  }
  const gliner = (await isGliner(files))
    ? await attempt(async () => {
        const { inspectGliner } = await import('../tasks/gliner/load.ts')
        return inspectGliner(platform, files, options, weights)
      })
    : undefined
  const isOther = gliner !== undefined || missing.length > 0
  const spec = isOther ? undefined : await attempt(() => loadSpec(files))
  if (spec !== undefined) {
    await attempt(() => readTokenizerOf(files))
  }
  const more = gliner ? await glinerFiles(files) : []
  const { found, weightNames } = await findFiles(files, more, local)
  const bytes = found.reduce((sum, file) => sum + (weightNames.includes(file.name) ? file.bytes : 0), 0)
  const reads = weights && weightNames.length > 0 ? { reads: { files: weightNames, bytes } } : {}
  const read = spec && weights ? await attempt(() => readWeights(files, spec)) : undefined
  const general = { model: files.name, loads: missing.length === 0 ? 'yes' : 'no', missing } as const
  if (gliner !== undefined) {
    const { config, spec, found: resolved } = gliner
    const encoders = encodersOf(spec).map((encoder) => encoder.config.modelType)
    const modelType = `${config.kind === 'gliner2' ? 'GLiNER2' : 'GLiNER'} of ${encoders.join(' and ')}`
    const head = `entities of types that are named when you ask (loadGliner, iobert find): ${config.maxWidth === undefined ? 'of any length' : `up to ${config.maxWidth} words each`}, in ${config.maxWords} words at once${config.kind === 'gliner2' ? '; and labels of whole texts that are named (iobert classify --labels)' : ''}`
    return {
      ...{ ...general, architecture: { ...architectureOf(spec.config), modelType, head }, labels: [] },
      ...(resolved && weightFacts(resolved)),
      ...(await onThisMachine(spec)),
      ...{ ...reads, files: found },
    }
  }
  if (spec === undefined) return { ...general, ...reads, files: found }
  const { config } = spec
  return {
    ...general,
    architecture: architectureOf(config),
    labels: config.labels,
    scheme: config.headKind === 'tokens' ? schemeOf(config) : undefined,
    ...read,
    ...(await onThisMachine(spec)),
    ...reads,
    files: found,
  }
}

/** What the model is for. */
const HEADS = {
  tokens: 'labels for tokens (loadRecognizer), if the weights have them, and vectors',
  text: 'labels for whole texts, and vectors',
  spans: 'entities of types that are named when you ask (loadGliner)',
  words: 'words for masks (fillMask), if the weights have its head, and vectors',
  none: 'vectors (loadModel); its own head is not read',
} as const

function architectureOf(config: BertConfig): Record<string, string | number> {
  const { modelType, numLayers, hiddenSize, numHeads, intermediateSize, hiddenActivation } = config
  const { vocabSize, maxPositions } = config
  return {
    ...{ modelType, numLayers, hiddenSize, numHeads, intermediateSize, hiddenActivation },
    ...{ vocabSize, maxPositions, head: HEADS[config.headKind ?? 'none'] },
  }
}

function schemeOf({ labels, labelScheme }: BertConfig): string {
  return labelScheme ?? parseLabels(labels).scheme
}

async function readWeights(files: ModelFiles, spec: ModelSpec): Promise<WeightFacts> {
  const checkpoint = await openCheckpoint(files)
  try {
    return weightFacts(resolve(spec, checkpoint))
  } finally {
    await checkpoint.close()
  }
}

function weightFacts(model: ResolvedModel): WeightFacts {
  const dtypes: Record<string, number> = {}
  for (const { tensor } of model.named) {
    const elements = tensor.shape.reduce((product, size) => product * size, 1)
    dtypes[tensor.dtype] = (dtypes[tensor.dtype] ?? 0) + elements
  }
  const crf = model.crf !== undefined || model.spec.config.crf !== undefined
  return { parameters: countParameters(model), dtypes, crf }
}

/** Memory and kernels of the model on this machine, on one thread, at each precision. */
async function onThisMachine(spec: ModelSpec): Promise<Required<Pick<ModelFacts, 'memory' | 'kernels'>>> {
  const [int8, float32] = await Promise.all(
    (['int8', 'float32'] as const).map((precision) => planKernels('auto', precision, false, false)),
  )
  const nameOf = ({ variant, reason }: KernelPlan): string => `${variant} (${reason})`
  return {
    memory: {
      int8: memoryAt(int8!, spec),
      float32: memoryAt(float32!, spec),
    },
    kernels: { int8: nameOf(int8!), float32: nameOf(float32!) },
  }
}

/** Bytes of kernel memory; undefined if it is more than wasm32 can address. */
function memoryAt(plan: KernelPlan, spec: ModelSpec): number | undefined {
  try {
    return memoryNeeded({ spec, plan, threads: 1, batchTokens: BATCH_TOKENS })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The files that a model needs, and which of them are its weights. */
async function findFiles(
  files: ModelFiles,
  more: readonly string[],
  local: boolean,
): Promise<{ found: ModelFile[]; weightNames: string[] }> {
  const configs = [CONFIG, GLINER_CONFIG, ENCODER_CONFIG, CALIBRATION]
  const names = new Set([...configs, ...SMALL_FILES, ...OTHER_VOCABULARIES, ...more])
  const weightNames: string[] = []
  const found: ModelFile[] = []
  const add = async (name: string): Promise<string | undefined> => {
    const source = await files.open(name)
    if (source === undefined) return undefined
    try {
      if (source.standsFor === undefined)
        found.push({ name, bytes: source.byteLength, ...(local ? { sha256: await hashOf(source) } : {}) })
      return source.standsFor ?? name
    } finally {
      await source.close()
    }
  }
  for (const name of names) await add(name)
  const first = (await add(WEIGHTS)) ?? (await add(INDEX))
  if (first === undefined) return { found, weightNames }
  if (first.startsWith(PYTORCH_WEIGHTS)) await add(first)
  if (!first.endsWith('.json')) weightNames.push(first)
  else {
    const index = await readShardIndex(files, first, first === INDEX ? '.safetensors' : '.bin')
    for (const shard of index === undefined ? [] : shardNames(index)) {
      if ((await add(shard)) !== undefined) weightNames.push(shard)
    }
  }
  return { found, weightNames }
}

const CHUNK_BYTES = 1 << 22

async function hashOf(source: ByteSource): Promise<string> {
  const hash = createHash('sha256')
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, source.byteLength))
  for (let at = 0; at < source.byteLength; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, source.byteLength - at))
    await source.read(at, part)
    hash.update(part)
  }
  return hash.digest('hex')
}
