/** Reads the index of a model whose weights are in several files. */
import { ModelFormatError, quoted } from '../errors.ts'
import { checkFileName } from '../file-name.ts'
import { isObject, type JsonRecord, readJsonObject, shown } from '../json-file.ts'
import type { ModelFiles } from '../source.ts'
import { INDEX } from '../weight-files.ts'

/** BERT-large in float32 comes in 2 at most; each shard is a file to open and, on the Hub, a request. */
const MOST_SHARDS = 1024

/** Tensor name to file name. What an index states as `total_size` is often wrong, and nothing rests on it. */
export type ShardIndex = ReadonlyMap<string, string>

/**
 * Reads an index of shards.
 *
 * @param extension of the shards
 * @returns `undefined` where there is no such file
 * @throws {ModelFormatError} `InvalidConfig` where it is none, or names anything but files beside it
 */
export async function readShardIndex(
  files: ModelFiles,
  fileName: string = INDEX,
  extension = '.safetensors',
): Promise<ShardIndex | undefined> {
  const source = await files.open(fileName)
  if (source === undefined) return undefined
  try {
    return parseShardIndex(await readJsonObject(source), fileName, extension)
  } finally {
    await source.close()
  }
}

/** The files of an index, each once, in the order of their first use. */
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
