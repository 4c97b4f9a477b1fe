/** The model's own tensors in a TensorFlow checkpoint, under PyTorch's names. */
import { quoted } from '../../format/errors.ts'
import { messageOf, protobufFields, protobufText } from '../containers/protobuf.ts'
import { brokenContainer, unsupportedContainer } from '../containers/refuse.ts'
import type { ForeignTensor } from '../foreign-tensor.ts'
import { bundleTensor, type TorchName } from './bundle-tensor.ts'
import { readTextEntry, type TensorBundle } from './tensor-bundle.ts'

const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH'

/**
 * The model's tensors in a TensorFlow checkpoint under PyTorch's names, kernels transposed. Variables of a Keras model
 * are named by the checkpoint's object graph, others by the checkpoint itself; what is no part of the model is left out.
 *
 * @throws {ModelFormatError} if it contains no BERT or DistilBERT, or a variable twice
 */
export async function bundleTensors(bundle: TensorBundle): Promise<ForeignTensor[]> {
  const graph = await readTextEntry(bundle, OBJECT_GRAPH)
  const names = graph === undefined ? checkpointNames(bundle) : kerasNames(bundle.name, graph)
  const tensors = new Map<string, ForeignTensor>()
  for (const [key, name] of names) {
    const entry = bundle.entries.get(key)
    if (entry === undefined)
      throw brokenContainer(bundle.name, `its object graph names ${quoted(key)}, which it does not hold`)
    if (tensors.has(name.name))
      throw brokenContainer(bundle.name, `two of its variables are ${quoted(name.name)}`)
    tensors.set(name.name, bundleTensor(bundle, entry, name))
  }
  if (tensors.size === 0) {
    const some = [...bundle.entries.keys()].slice(0, 3).map(quoted).join(', ')
    throw unsupportedContainer(bundle.name, `it holds no BERT or DistilBERT, but ${some || 'nothing'}`)
  }
  return [...tensors.values()]
}

function checkpointNames(bundle: TensorBundle): [string, TorchName][] {
  const names: [string, TorchName][] = []
  for (const key of bundle.entries.keys()) {
    const name = torchNameOfCheckpoint(key)
    if (name !== undefined) names.push([key, name])
  }
  return names
}

/**
 * TrackableObjectGraph (tensorflow/core/protobuf/trackable_object_graph.proto): nodes = 1, each with attributes = 2, each
 * with name = 1, full_name = 2, checkpoint_key = 3. The full name is the variable's own, the key is where it is kept.
 */
function kerasNames(file: string, graph: Uint8Array): [string, TorchName][] {
  const names: [string, TorchName][] = []
  for (const node of protobufFields(file, graph)) {
    if (node.number !== 1) continue
    for (const attribute of protobufFields(file, messageOf(file, node))) {
      if (attribute.number !== 2) continue
      const texts = ['', '', '', '']
      for (const field of protobufFields(file, messageOf(file, attribute))) {
        if (field.number <= 3) texts[field.number] = protobufText(file, field)
      }
      const [, kind, variable, key] = texts as [string, string, string, string]
      const name = kind === 'VARIABLE_VALUE' ? torchNameOfKeras(variable) : undefined
      if (name !== undefined) names.push([key, name])
    }
  }
  return names
}

/** Only these belong to the model; a checkpoint also has optimizer slots, counters and pre-training heads. */
const MODEL = /^(bert|distilbert|classifier)\./

/**
 * The name that Google's BERT code gives a variable, as PyTorch has it:
 * `bert/encoder/layer_0/attention/self/query/kernel` (with `module/` before it in TF Hub modules) is
 * `bert.encoder.layer.0.attention.self.query.weight`; `output_weights` and `output_bias` of the fine-tuning scripts are
 * the classifier, which lies as PyTorch's does.
 *
 * @returns `undefined` for anything outside the model
 */
function torchNameOfCheckpoint(variable: string): TorchName | undefined {
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
 * @returns `undefined` for anything outside the model
 */
function torchNameOfKeras(variable: string): TorchName | undefined {
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
