/** Gives a model's tensors their usual names, where its files have others. */
import type { Checkpoint } from '../format/checkpoint.ts'
import type { BertConfig } from './bert-config.ts'
import type { ModelCheckpoint } from './tensors.ts'

/** Asked for before tensors are resolved: those of a model that has others than BERT, or under other names. */
export async function withUsualTensors(checkpoint: Checkpoint, config: BertConfig): Promise<ModelCheckpoint> {
  if (config.modern) {
    const { modernCheckpoint } = await import('./modern/tensors.ts')
    return modernCheckpoint(checkpoint, config)
  }
  const { relativeBias } = config.family
  if (relativeBias !== undefined) {
    const { biasedCheckpoint } = await import('./biases/relative.ts')
    return biasedCheckpoint(checkpoint, relativeBias, config)
  }
  if (!config.disentangled) return checkpoint
  const { disentangledCheckpoint } = await import('./disentangled/tensors.ts')
  return disentangledCheckpoint(checkpoint, config)
}
