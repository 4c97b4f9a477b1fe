/** What PyTorch calls the variables of TensorFlow's BERT. */
import type { TorchName } from './bundle-tensor.ts'

/** Only these belong to the model; a checkpoint also has optimizer slots, counters and pre-training heads. */
const MODEL = /^(bert|distilbert|classifier)\./

/**
 * The name that Google's BERT code gives a variable, as PyTorch has it:
 * `bert/encoder/layer_0/attention/self/query/kernel` (with `module/` before it in TF Hub modules) is
 * `bert.encoder.layer.0.attention.self.query.weight`; `output_weights` and `output_bias` of the fine-tuning scripts are
 * the classifier, which lies as PyTorch's does.
 *
 * @returns `undefined` for what is no part of the model
 */
export function torchNameOfCheckpoint(variable: string): TorchName | undefined {
  const path = variable.replace(/^module\//, '')
  if (path === 'output_weights') return { name: 'classifier.weight', transposed: false }
  if (path === 'output_bias') return { name: 'classifier.bias', transposed: false }
  const parts = path.replace(/\/layer_(\d+)\//g, '/layer/$1/').split('/')
  if (parts[parts.length - 1]?.endsWith('_embeddings')) parts.push('embeddings')
  return torchName(parts)
}

/**
 * The name that a transformers TF class gives a variable, as PyTorch has it:
 * `tf_bert_for_token_classification/bert/encoder/layer_._0/output/dense/kernel` is
 * `bert.encoder.layer.0.output.dense.weight`. The rule is transformers' own (`_._` parts levels, the class's name is
 * dropped, kernels are transposed).
 *
 * @returns `undefined` for what is no part of the model
 */
export function torchNameOfKeras(variable: string): TorchName | undefined {
  const parts = variable.replace(/:0$/, '').replaceAll('_._', '/').split('/')
  return torchName(parts.slice(1)) ?? torchName(parts)
}

const LAST_PARTS: Readonly<Record<string, string>> = {
  kernel: 'weight',
  embeddings: 'weight',
  weight: 'weight',
  gamma: 'weight',
  bias: 'bias',
  beta: 'bias',
}

function torchName(parts: readonly string[]): TorchName | undefined {
  const last = parts[parts.length - 1] as string
  const renamed = Object.hasOwn(LAST_PARTS, last) ? LAST_PARTS[last] : undefined
  if (renamed === undefined) return undefined
  const name = [...parts.slice(0, -1), renamed].join('.')
  return MODEL.test(name) ? { name, transposed: last === 'kernel' } : undefined
}
