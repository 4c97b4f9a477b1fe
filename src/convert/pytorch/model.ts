/** Opens a folder with PyTorch weights, in one file or several. */
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { PYTORCH_INDEX, PYTORCH_WEIGHTS, readShardIndex, shardNames } from '../../format/shards.ts'
import { type ByteSource, type ModelFiles, missingFile } from '../../format/source.ts'
import { brokenContainer, unsupportedContainer } from '../containers/refuse.ts'
import type { ForeignModel, ForeignTensor } from '../foreign-tensor.ts'
import { keptFiles, readSmallText } from '../small-files.ts'
import { readPytorch } from './state-dict.ts'

/** BERT-large has 400, with the buffers of old versions 450. */
const MOST_TENSORS = 65_536

/** The tensors of `pytorch_model.bin`, and a function that closes the file. */
export interface PytorchWeights {
  readonly tensors: readonly ForeignTensor[]
  /** The name of each open file. */
  readonly fileNames: ReadonlyMap<ByteSource, string>
  close(): Promise<void>
}

/**
 * Opens `pytorch_model.bin`, or the shards that `pytorch_model.bin.index.json` lists.
 *
 * @returns `undefined` if there is neither
 * @throws {ModelFormatError} as for `readPytorch`; MissingFile for a missing shard
 */
export async function openPytorchWeights(files: ModelFiles): Promise<PytorchWeights | undefined> {
  const sources = new Map<ByteSource, string>()
  const close = async (): Promise<void> => {
    await Promise.all(Array.from(sources.keys(), (source) => source.close()))
  }
  try {
    const whole = await files.open(PYTORCH_WEIGHTS)
    if (whole !== undefined) sources.set(whole, PYTORCH_WEIGHTS)
    else if (!(await openShards(files, sources))) return undefined
    const tensors = new Map<string, ForeignTensor>()
    for (const source of sources.keys()) {
      for (const tensor of await readPytorch(source)) {
        if (tensors.has(tensor.name))
          throw brokenContainer(source.name, `it has ${quoted(tensor.name)}, as another shard has`)
        if (tensors.size === MOST_TENSORS)
          throw unsupportedContainer(files.name, `its weights have more than ${MOST_TENSORS} tensors`)
        tensors.set(tensor.name, tensor)
      }
    }
    return { tensors: [...tensors.values()], fileNames: sources, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Opens a folder with PyTorch's weights and `config.json`.
 *
 * @returns `undefined` if there are no such weights
 * @throws {ModelFormatError} as for `openPytorchWeights`; MissingFile without a config.json
 */
export async function openPytorchModel(files: ModelFiles): Promise<ForeignModel | undefined> {
  const weights = await openPytorchWeights(files)
  if (weights === undefined) return undefined
  try {
    const config = await readSmallText(files, 'config.json')
    if (config === undefined) {
      throw new ModelFormatError(
        'MissingFile',
        `${files.name} has no config.json, which belongs to the weights`,
      )
    }
    return { kind: 'pytorch', config, tokenizer: await keptFiles(files), notes: [], ...weights }
  } catch (error) {
    await weights.close()
    throw error
  }
}

/**
 * @returns false if there is no index
 */
async function openShards(files: ModelFiles, sources: Map<ByteSource, string>): Promise<boolean> {
  const index = await readShardIndex(files, PYTORCH_INDEX, '.bin')
  if (index === undefined) return false
  for (const shard of shardNames(index)) {
    const source = await files.open(shard)
    if (source === undefined)
      throw missingFile(files, [shard], `${files.name} has no ${shard}, a shard of its weights`)
    sources.set(source, shard)
  }
  return true
}
