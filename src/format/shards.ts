/** The names of a model's files, and weights split into several files (shards) listed by an index. */

import { ModelFormatError, quoted } from './errors.ts'
import { checkFileName } from './file-name.ts'
import { isObject, type JsonRecord, readJsonFile, shown } from './json-file.ts'
import { noModelIn } from './other-models.ts'
import { type ByteSource, hasFile, type ModelFiles, missingFile } from './source.ts'

export const CONFIG: string = 'config.json'
export const GLINER_CONFIG: string = 'gliner_config.json'
/** Where GLiNER2 keeps the configuration of its encoder. */
export const ENCODER_CONFIG: string = 'encoder_config/config.json'
export const WEIGHTS: string = 'model.safetensors'
export const INDEX: string = 'model.safetensors.index.json'
/** PyTorch's own form of weights, a pickle. */
export const PYTORCH_WEIGHTS: string = 'pytorch_model.bin'
export const PYTORCH_INDEX: string = 'pytorch_model.bin.index.json'

/** BERT-large in float32 has at most 2 shards; each is a file to open and, on the Hub, a request. */
const MOST_SHARDS = 1024

/** File names by tensor name. The `total_size` in an index is often wrong, and not used. */
export type ShardIndex = ReadonlyMap<string, string>

/**
 * Reads an index of shards.
 *
 * @param extension of the shards
 * @returns `undefined` if there is no such file
 * @throws {ModelFormatError} `InvalidConfig` if it is not an index, or names anything except files in its
 *   folder
 */
export async function readShardIndex(
  files: ModelFiles,
  fileName: string = INDEX,
  extension = '.safetensors',
): Promise<ShardIndex | undefined> {
  const json = await readJsonFile(files, fileName)
  return json && parseShardIndex(json, fileName, extension)
}

/** Whether there are weights that need no conversion. */
export async function hasSafetensors(files: ModelFiles): Promise<boolean> {
  return (await hasFile(files, WEIGHTS)) || (await hasFile(files, INDEX))
}

/** The files of an index, without duplicates, in the order of their first use. */
export function shardNames(index: ShardIndex): readonly string[] {
  return [...new Set(index.values())]
}

function parseShardIndex(json: JsonRecord, fileName: string, extension: string): ShardIndex {
  const invalid = (what: string): ModelFormatError =>
    new ModelFormatError('InvalidConfig', `${fileName} ${what}`)
  const map = json['weight_map']
  if (!isObject(map)) throw invalid('has no weight_map: it must hold {"weight_map": {"tensor": "file", ...}}')
  const index = new Map<string, string>()
  const shards = new Set<string>()
  for (const [tensor, file] of Object.entries(map)) {
    const isName = typeof file === 'string'
    if (isName) checkFileName(file)
    if (!isName || !file.endsWith(extension) || file.includes('/')) {
      throw invalid(
        `puts tensor ${quoted(tensor)} in ${shown(file)}: a shard is a ${extension} file beside the index, without folders`,
      )
    }
    index.set(tensor, file)
    if (shards.add(file).size > MOST_SHARDS) throw invalid(`names more than ${MOST_SHARDS} shards`)
  }
  if (index.size === 0) throw invalid('has an empty weight_map: it names no file')
  return index
}

/**
 * Opens the shards of a model, one after the other.
 *
 * @param tensors filled by `add`, by name; compared with the index at the end
 * @param add receives each shard, and closes it
 * @throws {ModelFormatError} MissingFile if there is no index or a shard is missing; InvalidConfig for a bad
 *   index; MissingTensor if index and shards disagree
 */
export async function openShards(
  files: ModelFiles,
  tensors: ReadonlyMap<string, { readonly fileName: string }>,
  add: (fileName: string, source: ByteSource) => Promise<void>,
): Promise<void> {
  const index = await readShardIndex(files)
  if (index === undefined) throw await noModelIn(files, WEIGHTS, ` and no ${INDEX}: the weights are missing`)
  for (const shard of shardNames(index)) {
    const source = await files.open(shard)
    if (source === undefined) {
      throw missingFile(files, [shard], `${files.name} has no ${shard}, which its ${INDEX} names`)
    }
    await add(shard, source)
  }
  checkIndex(index, tensors)
}

function checkIndex(index: ShardIndex, tensors: ReadonlyMap<string, { readonly fileName: string }>): void {
  for (const [name, file] of index) {
    const tensor = tensors.get(name)
    if (tensor?.fileName === file) continue
    const found = tensor === undefined ? 'no shard has it' : `it is in ${tensor.fileName}`
    throw new ModelFormatError(
      'MissingTensor',
      `${INDEX} puts tensor ${quoted(name)} in ${file}, but ${found}; the files are not of one model`,
    )
  }
}
