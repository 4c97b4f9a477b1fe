import { createHash } from 'node:crypto'
import { parseLabels } from '../entities/labels.ts'
import { entryPlatform } from '../entry.node.ts'
import { openCheckpoint } from '../format/checkpoint.ts'
import { ModelFormatError } from '../format/errors.ts'
import { readShardIndex, shardNames } from '../format/shard-index.ts'
import type { ByteSource, ModelFiles } from '../format/source.ts'
import { HubCache } from '../hub/cache.node.ts'
import { readEnvironment } from '../hub/environment.node.ts'
import { HubError } from '../hub/errors.ts'
import { clearInt8Copies } from '../hub/int8-copy.node.ts'
import { CONFIG, INDEX, OTHER_VOCABULARIES, SMALL_FILES, WEIGHTS } from '../hub/model-files.ts'
import { parseHubId } from '../hub/urls.ts'
import { chooseKernels } from '../kernels/choose.ts'
import { mayFuse, type Precision } from '../kernels/kernels.ts'
import { defaultTiles } from '../kernels/tuning.ts'
import { type Platform, readTokenizerOf } from '../load.ts'
import type { LoadOptions } from '../load-options.ts'
import { visibleName } from '../markup/visible.ts'
import { type BertConfig, loadConfig } from '../model/config.ts'
import { resolveNamedTensors } from '../model/tensor-names.ts'
import { memoryNeeded } from '../runtime/engine.ts'
import type { ParsedArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { withLoadingBar } from './model-options.ts'
import { write } from './output.ts'
import { UsageError } from './usage-error.ts'

const help = `Usage: iobert info [OPTIONS] [MODEL]

Whether a model can be loaded, and what is missing where it cannot; what it is and what it needs: architecture, labels and
their scheme, parameters, element types, memory at each precision with one thread, files with sizes and SHA-256. No weights
are downloaded: of a Hub's model that is not in the cache the small files and the headers of the weights are read.

  MODEL          a folder, a Hub id, or a URL that ends in /; default: the model that ships

A Hub's model with float weights that is used as int8 is quantised once, and the int8 weights are kept beside it in the
cache; --clear deletes them.

Options
      --json     as JSON; sizes in bytes
      --clear    delete the int8 weights that are kept of MODEL, a Hub id, and do nothing else
      --offline  no network: only what is in the Hub's cache
  -h, --help     this page

Example
  iobert info dslim/bert-base-NER
`

interface ModelFile {
  readonly name: string
  readonly bytes: number
  /** Where the file is on this disk. */
  readonly sha256?: string
}

interface WeightFacts {
  readonly parameters: number
  /** Elements by type: `{ I8: 21888000, F32: 63753 }`. */
  readonly dtypes: Readonly<Record<string, number>>
}

async function run(args: ParsedArguments): Promise<number> {
  const { positionals } = args
  if (positionals.length > 1) throw new UsageError(`info takes one MODEL, found ${positionals.length}`)
  if (args.has('clear')) return clear(positionals[0])
  const facts = await inspect(positionals[0], args.has('offline') ? { offline: true } : {})
  if (args.has('json')) await write(`${JSON.stringify(facts)}\n`, 'json')
  else await write(describe(facts))
  return facts.loads === 'no' ? 1 : 0
}

/** Thrown to end a download that has not begun: all that is to be known is known. */
class Seen extends Error {}

/** The facts of a model, its weights' headers read where they are: on the disk, or by ranges. */
async function inspect(model: string | undefined, options: LoadOptions): Promise<Facts> {
  const platform = entryPlatform()
  let remote: Facts | undefined
  const accept = async (files: ModelFiles): Promise<void> => {
    remote = await factsOf(files, false)
    throw new Seen()
  }
  try {
    const locator = await withLoadingBar((onProgress) =>
      platform.locate(model, options, { onProgress }, accept),
    )
    return await factsOf(await platform.openFiles(locator, {}), locator.kind === 'folder')
  } catch (error) {
    if (error instanceof Seen && remote !== undefined) return remote
    const isMissing = error instanceof ModelFormatError
    if (!isMissing && !(error instanceof HubError && error.code === 'NotCached')) throw error
    return withoutWeights(platform, model, options, isMissing ? error.message : undefined)
  }
}

/** What the small files tell of a model whose weights are not there. */
async function withoutWeights(
  platform: Platform,
  model: string | undefined,
  options: LoadOptions,
  missing: string | undefined,
): Promise<Facts> {
  const why = missing === undefined ? [] : [missing]
  let files: ModelFiles
  try {
    files = await platform.openFiles(await platform.locate(model, options, {}, undefined), {})
  } catch (error) {
    if (!(error instanceof ModelFormatError)) throw error
    return { model: String(model), loads: 'no', missing: why, files: [] }
  }
  const facts = await factsOf(files, true, false)
  const all = [...new Set([...why, ...facts.missing])]
  return { ...facts, loads: all.length > 0 ? 'no' : 'unknown', missing: all }
}

/** @param weights whether they are to be looked at */
async function factsOf(files: ModelFiles, local: boolean, weights = true): Promise<Facts> {
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
  const config = await attempt(() => loadConfig(files))
  if (config !== undefined) {
    await attempt(() => readTokenizerOf(files))
  }
  const found = await findFiles(files, local)
  const read = config && weights ? await attempt(() => readWeights(files, config)) : undefined
  const general = { model: files.name, loads: missing.length === 0 ? 'yes' : 'no', missing } as const
  if (config === undefined) return { ...general, files: found }
  return {
    ...general,
    architecture: architectureOf(config),
    labels: config.labels,
    scheme: config.headKind === 'tokens' ? schemeOf(config) : undefined,
    ...read,
    memory: {
      int8: await memoryAt('int8', config),
      float32: await memoryAt('float32', config),
    },
    files: found,
  }
}

async function clear(model: string | undefined): Promise<number> {
  if (model === undefined) throw new UsageError('info --clear takes the Hub id of a model')
  const { repository } = parseHubId(model)
  const bytes = await clearInt8Copies(new HubCache(readEnvironment().cacheDir, repository, true).folder)
  await write(
    bytes === 0
      ? `Nothing is kept of ${repository} as int8\n`
      : `Deleted what was kept of ${repository} as int8: ${(bytes / 1e6).toFixed(1)} MB\n`,
  )
  return 0
}

interface Facts extends Partial<WeightFacts> {
  readonly model: string
  /** 'unknown' where the weights are not here and must not be asked for. */
  readonly loads: 'yes' | 'no' | 'unknown'
  /** What stands in the way, a sentence each. */
  readonly missing: readonly string[]
  readonly architecture?: ReturnType<typeof architectureOf>
  readonly labels?: readonly string[]
  readonly scheme?: string | undefined
  readonly memory?: Readonly<Record<Precision, number | undefined>>
  readonly files: readonly ModelFile[]
}

/** What the model is for. */
const HEADS = {
  tokens: 'labels for tokens (loadRecognizer), if the weights have them, and vectors',
  text: 'labels for whole texts, and vectors',
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

async function readWeights(files: ModelFiles, config: BertConfig): Promise<WeightFacts> {
  const checkpoint = await openCheckpoint(files)
  try {
    const dtypes: Record<string, number> = {}
    let parameters = 0
    for (const { tensor } of resolveNamedTensors(checkpoint, config)) {
      const elements = tensor.shape.reduce((product, size) => product * size, 1)
      parameters += elements
      dtypes[tensor.dtype] = (dtypes[tensor.dtype] ?? 0) + elements
    }
    return { parameters, dtypes }
  } finally {
    await checkpoint.close()
  }
}

/** Bytes of kernel memory with one thread; none where that is more than wasm32 can address. */
async function memoryAt(precision: Precision, config: BertConfig): Promise<number | undefined> {
  const variant = await chooseKernels('auto', precision, false)
  const tiles = defaultTiles(mayFuse(variant, precision), false)
  try {
    return memoryNeeded({
      config,
      precision,
      variant,
      tiles,
      module: undefined,
      tuned: true,
      threads: 1,
      batchTokens: 1024,
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

async function findFiles(files: ModelFiles, local: boolean): Promise<ModelFile[]> {
  const names = [CONFIG, ...SMALL_FILES, ...OTHER_VOCABULARIES, WEIGHTS, INDEX]
  const found: ModelFile[] = []
  for (const name of names) {
    const source = await files.open(name)
    if (source === undefined) continue
    try {
      found.push({ name, bytes: source.byteLength, ...(local ? { sha256: await hashOf(source) } : {}) })
      if (name !== INDEX || found.some((file) => file.name === WEIGHTS)) continue
      const index = await readShardIndex(files)
      if (index !== undefined) names.push(...shardNames(index))
    } finally {
      await source.close()
    }
  }
  return found
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

function describe(facts: Facts): string {
  const { model, loads, missing, files } = facts
  const rows: [string, string][] = [
    ['model', visibleName(model)],
    ['loads', loads === 'unknown' ? 'unknown: the weights are not here' : loads],
    ...missing.map((what): [string, string] => ['missing', what]),
    ...modelRows(facts),
    ...files.map(({ name, bytes, sha256 }, i): [string, string] => [
      i === 0 ? 'files' : '',
      `${name}  ${bytes} bytes${sha256 === undefined ? '' : `  ${sha256}`}`,
    ]),
  ]
  return rows.map(([name, value]) => `${name.padEnd(13)} ${value}\n`).join('')
}

/** What config.json and the weights tell. */
function modelRows({ architecture, labels, scheme, memory, parameters, dtypes }: Facts): [string, string][] {
  if (architecture === undefined || memory === undefined) return []
  const { modelType, numLayers, hiddenSize, numHeads, intermediateSize, hiddenActivation } = architecture
  const megabytes = (bytes: number | undefined): string =>
    bytes === undefined ? 'more than WebAssembly can address' : `${(bytes / 1e6).toFixed(1)} MB`
  const types = Object.entries(dtypes ?? {}).map(([dtype, count]) => `${dtype} ${count}`)
  return [
    [
      'architecture',
      `${modelType}, L=${numLayers} layers, H=${hiddenSize}, A=${numHeads} heads, I=${intermediateSize}, ${hiddenActivation}`,
    ],
    ['head', architecture['head'] as string],
    ['vocabulary', `${architecture['vocabSize']} pieces`],
    ['window', `${architecture['maxPositions']} pieces`],
    ['labels', (labels ?? []).map(visibleName).join(' ')],
    ...(scheme === undefined
      ? []
      : [
          ['scheme', scheme === 'IOB' ? 'IOB (IOB1 and IOB2 have these labels)' : scheme] as [string, string],
        ]),
    ['parameters', parameters === undefined ? 'unknown: the weights are not here' : String(parameters)],
    ...(types.length === 0 ? [] : [['types', types.join(', ')] as [string, string]]),
    ['memory', `int8 ${megabytes(memory.int8)}, float32 ${megabytes(memory.float32)}`],
  ]
}

export const command: Command = {
  help,
  options: { json: { type: 'boolean' }, clear: { type: 'boolean' }, offline: { type: 'boolean' } },
  run,
}
