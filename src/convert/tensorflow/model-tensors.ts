/** The tensors of a TensorFlow checkpoint that belong to the model, under PyTorch's names. */
import { quoted } from '../../format/errors.ts'
import { messageOf, protobufFields, textOf } from '../containers/protobuf.ts'
import { broken, unsupported } from '../containers/refuse.ts'
import type { ForeignTensor } from '../foreign-tensor.ts'
import { bundleTensor, type TorchName } from './bundle-tensor.ts'
import { torchNameOfCheckpoint, torchNameOfKeras } from './names.ts'
import { readTextEntry, type TensorBundle } from './tensor-bundle.ts'

const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH'

/**
 * The model's tensors in a TensorFlow checkpoint under PyTorch's names, kernels transposed. Variables of a Keras model
 * are named by the checkpoint's object graph, others by the checkpoint itself; what is no part of the model is left out.
 *
 * @throws {ModelFormatError} when it holds no BERT or DistilBERT, or one variable twice
 */
export async function bundleTensors(bundle: TensorBundle): Promise<ForeignTensor[]> {
  const graph = await readTextEntry(bundle, OBJECT_GRAPH)
  const names = graph === undefined ? checkpointNames(bundle) : kerasNames(bundle.name, graph)
  const tensors = new Map<string, ForeignTensor>()
  for (const [key, name] of names) {
    const entry = bundle.entries.get(key)
    if (entry === undefined)
      throw broken(bundle.name, `its object graph names ${quoted(key)}, which it does not hold`)
    if (tensors.has(name.name)) throw broken(bundle.name, `two of its variables are ${quoted(name.name)}`)
    tensors.set(name.name, bundleTensor(bundle, entry, name))
  }
  if (tensors.size === 0) {
    const some = [...bundle.entries.keys()].slice(0, 3).map(quoted).join(', ')
    throw unsupported(bundle.name, `it holds no BERT or DistilBERT, but ${some || 'nothing'}`)
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
        if (field.number <= 3) texts[field.number] = textOf(file, field)
      }
      const [, kind, variable, key] = texts as [string, string, string, string]
      const name = kind === 'VARIABLE_VALUE' ? torchNameOfKeras(variable) : undefined
      if (name !== undefined) names.push([key, name])
    }
  }
  return names
}
