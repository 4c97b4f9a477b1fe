/** Opens weights that are in several files, as their index lists them. Read where there is no `model.safetensors`. */
import { ModelFormatError, quoted } from '../errors.ts'
import { noModelIn } from '../other/other-models.ts'
import { type ByteSource, type ModelFiles, missingFile } from '../source.ts'
import { INDEX, WEIGHTS } from '../weight-files.ts'
import { readShardIndex, type ShardIndex, shardNames } from './shard-index.ts'

/**
 * Opens the shards of a model, one after the other.
 *
 * @param tensors  what `add` fills, by name; compared with the index at the end
 * @param add  takes each shard, and closes it
 * @throws {ModelFormatError} MissingFile where there is no index either, or a shard is missing; InvalidConfig for a bad index;
 *   MissingTensor where index and shards disagree
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
