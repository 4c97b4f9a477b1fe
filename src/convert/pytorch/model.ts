import { ModelFormatError, quoted } from '../../format/errors.ts'
import { isObject, readJsonObject } from '../../format/json-file.ts'
import type { ByteSource, ModelFiles } from '../../format/source.ts'
import { broken, unsupported } from '../containers/refuse.ts'
import type { ForeignModel } from '../foreign-model.ts'
import type { ForeignTensor } from '../foreign-tensor.ts'
import { keptFiles, readSmallText } from '../small-files.ts'
import { readPytorch } from './state-dict.ts'

const WEIGHTS = 'pytorch_model.bin'
/** BERT-large has 400, with the buffers of old versions 450. */
const MOST_TENSORS = 65_536
const INDEX = 'pytorch_model.bin.index.json'

/**
 * Opens a folder with `pytorch_model.bin`, or the shards that `pytorch_model.bin.index.json` lists, and `config.json`.
 *
 * @returns `undefined` where there is neither
 * @throws {ModelFormatError} as `readPytorch`; MissingFile without a config.json or a shard
 */
export async function openPytorchModel(files: ModelFiles): Promise<ForeignModel | undefined> {
  const sources: ByteSource[] = []
  const close = async (): Promise<void> => {
    await Promise.all(sources.splice(0).map((source) => source.close()))
  }
  try {
    const whole = await files.open(WEIGHTS)
    if (whole !== undefined) sources.push(whole)
    else if (!(await openShards(files, sources))) return undefined
    const config = await readSmallText(files, 'config.json')
    if (config === undefined) {
      throw new ModelFormatError(
        'MissingFile',
        `${files.name} has no config.json, which belongs to the weights`,
      )
    }
    const tensors = new Map<string, ForeignTensor>()
    for (const source of sources) {
      for (const tensor of await readPytorch(source)) {
        if (tensors.has(tensor.name))
          throw broken(source.name, `it has ${quoted(tensor.name)}, as another shard has`)
        if (tensors.size === MOST_TENSORS)
          throw unsupported(files.name, `its weights have more than ${MOST_TENSORS} tensors`)
        tensors.set(tensor.name, tensor)
      }
    }
    const tokenizer = await keptFiles(files)
    return { kind: 'pytorch', config, tokenizer, tensors: [...tensors.values()], notes: [], close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @returns false where there is no index */
async function openShards(files: ModelFiles, sources: ByteSource[]): Promise<boolean> {
  const index = await files.open(INDEX)
  if (index === undefined) return false
  sources.push(index)
  const json = await readJsonObject(index)
  await index.close()
  sources.pop()
  const map = json['weight_map']
  if (!isObject(map)) throw new ModelFormatError('InvalidConfig', `${INDEX} has no weight_map`)
  for (const shard of new Set(Object.values(map))) {
    if (
      typeof shard !== 'string' ||
      !/^[A-Za-z0-9_][\w.-]{0,200}\.bin$/.test(shard) ||
      shard.includes('..')
    ) {
      throw new ModelFormatError(
        'InvalidConfig',
        `${INDEX} names the shard ${quoted(String(shard))}: a shard is a .bin file beside the index, without folders`,
      )
    }
    const source = await files.open(shard)
    if (source === undefined)
      throw new ModelFormatError('MissingFile', `${files.name} has no ${shard}, a shard of its weights`)
    sources.push(source)
  }
  return true
}
