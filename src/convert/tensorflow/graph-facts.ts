/** Finds in a TensorFlow graph what the weights do not show: the number of heads, epsilon, the activation. */
import { ByteReader } from '../containers/byte-reader.ts'
import { messageOf, type ProtobufField, protobufFields, protobufText } from '../containers/protobuf.ts'

/** Facts that a model's graph shows and its weights do not. */
export interface GraphFacts {
  /** A, from the shape that splits the heads. */
  readonly heads?: number
  readonly layerNormEpsilon?: number
  /**
   * `gelu` by its Erf, or `relu`; the tanh form of gelu is distinguished from a pooler's tanh by its place,
   * not by its name.
   */
  readonly activation?: string
}

/** Nested messages on the way to a node, by field number: SavedModel, MetaGraphDef, GraphDef, FunctionDefLibrary, FunctionDef. */
const META_GRAPHS = 2
const GRAPH_DEF = 2
const NODE = 1
const LIBRARY = 2
const FUNCTION = 1
const FUNCTION_NODE = 3

/**
 * Reads the settings that a graph keeps as constants, from `saved_model.pb`: a SavedModel, or the bare GraphDef that
 * Spark NLP keeps under that name. Node names are those of the TF classes of transformers; for other graphs nothing is
 * found, and nothing is returned.
 *
 * @throws {ModelFormatError} if the bytes are not a protocol buffer
 */
export function graphFacts(file: string, bytes: Uint8Array): GraphFacts {
  const facts: { heads?: number; layerNormEpsilon?: number; activation?: string } = {}
  for (const node of nodes(file, bytes)) {
    const { name, op, value } = readNode(file, node)
    if (op === 'Const' && /\/attention(\/self)?\/Reshape\/shape\/2$/.test(name)) {
      const heads = constant(file, value, 7)
      if (heads !== undefined && heads > 0) facts.heads ??= heads
    } else if (op === 'Const' && /layer_?norm\/batchnorm\/add\/y$/i.test(name)) {
      const epsilon = constant(file, value, 5)
      if (epsilon !== undefined && epsilon > 0) facts.layerNormEpsilon ??= epsilon
    } else if (/\/(intermediate|ffn)\//.test(name)) {
      if (op === 'Erf') facts.activation ??= 'gelu'
      else if (op === 'Tanh') facts.activation ??= 'gelu_new'
      else if (op === 'Relu') facts.activation ??= 'relu'
    }
  }
  return facts
}

/** All nodes: the graph's own and those of its functions. A SavedModel begins with its schema version, a number. */
function* nodes(file: string, bytes: Uint8Array): Generator<Uint8Array> {
  const first = protobufFields(file, bytes).next().value as ProtobufField | undefined
  if (first?.value instanceof Uint8Array) {
    yield* graphNodes(file, bytes)
    return
  }
  for (const metaGraph of inside(file, bytes, META_GRAPHS)) {
    for (const graph of inside(file, metaGraph, GRAPH_DEF)) yield* graphNodes(file, graph)
  }
}

function* graphNodes(file: string, graph: Uint8Array): Generator<Uint8Array> {
  yield* inside(file, graph, NODE)
  for (const library of inside(file, graph, LIBRARY)) {
    for (const definition of inside(file, library, FUNCTION)) yield* inside(file, definition, FUNCTION_NODE)
  }
}

function* inside(file: string, message: Uint8Array, number: number): Generator<Uint8Array> {
  for (const field of protobufFields(file, message)) {
    if (field.number === number) yield messageOf(file, field)
  }
}

/** NodeDef: name = 1, op = 2, attr = 5, a map with key = 1 and value = 2, an AttrValue with tensor = 8. */
function readNode(
  file: string,
  node: Uint8Array,
): { name: string; op: string; value: Uint8Array | undefined } {
  let name = ''
  let op = ''
  let value: Uint8Array | undefined
  for (const field of protobufFields(file, node)) {
    if (field.number === 1) name = protobufText(file, field)
    else if (field.number === 2) op = protobufText(file, field)
    else if (field.number === 5 && op === 'Const')
      value = valueAttribute(file, messageOf(file, field)) ?? value
  }
  return { name, op, value }
}

function valueAttribute(file: string, attribute: Uint8Array): Uint8Array | undefined {
  let key = ''
  for (const field of protobufFields(file, attribute)) {
    if (field.number === 1) key = protobufText(file, field)
    else if (field.number === 2 && key === 'value') {
      for (const tensor of inside(file, messageOf(file, field), 8)) return tensor
    }
  }
  return undefined
}

/** A scalar TensorProto: packed float_val = 5 or int_val = 7, or the four bytes of tensor_content = 4. */
function constant(file: string, tensor: Uint8Array | undefined, number: 5 | 7): number | undefined {
  if (tensor === undefined) return undefined
  for (const field of protobufFields(file, tensor)) {
    if (field.number !== number && field.number !== 4) continue
    if (!(field.value instanceof Uint8Array))
      return number === 7 && typeof field.value === 'number' ? field.value : undefined
    if (field.number === 7) {
      return field.value.length > 5 ? undefined : new ByteReader(file, field.value).varint()
    }
    if (field.value.length !== 4) return undefined
    const view = new DataView(field.value.buffer, field.value.byteOffset, 4)
    return number === 5 ? view.getFloat32(0, true) : view.getInt32(0, true)
  }
  return undefined
}
