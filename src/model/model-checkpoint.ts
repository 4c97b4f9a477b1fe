/** Reads what a model has that BERT has not, and with it the model's tensors under their usual names. */
import type { Checkpoint } from '../format/checkpoint.ts'
import type { BertConfig } from './bert-config.ts'
import type { ModelShelf } from './shelf.ts'
import type { ModelCheckpoint } from './tensors.ts'

/** What a model has that BERT has not. */
export async function shelfOf({ disentangled, modern, family }: BertConfig): Promise<ModelShelf | undefined> {
  if (modern) return (await import('./modern/model.ts')).shelf()
  if (family.relativeBias) return (await import('./biases/relative.ts')).shelf()
  return disentangled && (await import('./disentangled/relative.ts')).shelf()
}

/** Asked for before tensors are resolved: those of a model that has others than BERT, or under other names. */
export async function withUsualTensors(checkpoint: Checkpoint, config: BertConfig): Promise<ModelCheckpoint> {
  return (await shelfOf(config))?.usualTensors(checkpoint, config) ?? checkpoint
}
