/** Opens weights that are in several files. Read only where `model.safetensors` is not there. */
import type { CheckpointTensor } from '../checkpoint.ts'
import { ModelFormatError, quoted } from '../errors.ts'
import { noModelIn } from '../other/other-models.ts'
import { INDEX, readShardIndex, shardNames, WEIGHTS } from '../shard-index.ts'
import { type ByteSource, type ModelFiles, missingFile } from '../source.ts'

/**
 * Opens the shards that `model.safetensors.index.json` lists.
 *
 * @param add  reads a shard's header into `tensors`
 * @throws {ModelFormatError} MissingFile when there is no index, which says what there is instead, or a shard is not there;
 *   InvalidConfig for a bad index; MissingTensor where index and shards disagree
 */
export async function openShards(
  files: ModelFiles,
  tensors: ReadonlyMap<string, CheckpointTensor>,
  add: (source: ByteSource, fileName: string) => Promise<void>,
): Promise<void> {
  const index = await readShardIndex(files)
  if (index === undefined) {
    throw await noModelIn(files, WEIGHTS, ` and no ${INDEX}: the weights are missing`)
  }
  for (const shard of shardNames(index)) {
    const source = await files.open(shard)
    if (source === undefined) {
      throw missingFile(files, [shard], `${files.name} has no ${shard}, which its ${INDEX} names`)
    }
    await add(source, shard)
  }
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
