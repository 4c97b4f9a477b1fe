import type { ForeignTensor } from './foreign-tensor.ts'

/** Which format a model came in. */
export type ForeignKind = 'pytorch' | 'tensorflow-checkpoint' | 'saved-model' | 'spark-nlp'

/** A model in another format, read and named as transformers' PyTorch classes name it. */
export interface ForeignModel {
  readonly kind: ForeignKind
  /** The text of `config.json`: the model's own, or one made from shapes and labels. */
  readonly config: string
  /** The tokenizer's files by name: `vocab.txt` and those that are there beside it. */
  readonly tokenizer: ReadonlyMap<string, Uint8Array>
  readonly tensors: readonly ForeignTensor[]
  /** What was not in the files and had to be guessed, a sentence each. */
  readonly notes: readonly string[]
  /** Lets go of the files; no tensor can be read afterwards. */
  close(): Promise<void>
}
