/** Derives the config.json of a model that came without one from the shapes of its tensors. */
import { quoted } from '../../format/errors.ts'
import { BERT_PREFIX } from '../../model/families/bert.ts'
import { DISTILBERT_KEYS, DISTILBERT_LAYERS, DISTILBERT_PREFIX } from '../../model/families/distilbert.ts'
import { BERT_LAYERS } from '../../model/modules.ts'
import { BERT_KEYS } from '../../model/read-config.ts'
import { brokenContainer, unsupportedContainer } from '../containers/refuse.ts'
import type { ForeignTensor } from '../foreign-tensor.ts'
import type { GraphFacts } from './graph-facts.ts'

/** A `config.json` made for weights that came without one. */
export interface DerivedConfig {
  readonly json: string
  /** What was not in the files and had to be taken from convention, in sentences. */
  readonly notes: readonly string[]
}

/**
 * The families whose TensorFlow names are supported (model-tensors.ts): `model_type`, and the beginning of
 * their class names.
 */
const CONVERTED = [
  { type: 'bert', className: 'Bert', prefix: BERT_PREFIX, keys: BERT_KEYS, layers: BERT_LAYERS },
  {
    type: 'distilbert',
    className: 'DistilBert',
    prefix: DISTILBERT_PREFIX,
    keys: DISTILBERT_KEYS,
    layers: DISTILBERT_LAYERS,
  },
] as const

/** D of every BERT that Google published. */
const USUAL_HEAD_SIZE = 64
const LARGEST_HEAD = 65_536

/**
 * Derives a model's configuration from the shapes of its tensors, its labels, and the facts in its graph.
 *
 * @param file for errors
 * @param labels by number, if the files contain them
 * @throws {ModelFormatError} if tensors are missing, labels and classifier differ in number, or the number of
 *   heads is unknown
 */
export function deriveConfig(
  file: string,
  tensors: readonly ForeignTensor[],
  labels: readonly string[] | undefined,
  graph: GraphFacts,
): DerivedConfig {
  const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]))
  const notes: string[] = []
  const isOf = (prefix: string): boolean => shapes.has(`${prefix}embeddings.word_embeddings.weight`)
  const family = CONVERTED.find(({ prefix }) => isOf(prefix)) ?? CONVERTED[0]
  const { type, className, prefix, keys, layers: names } = family
  const size = (name: string, axis: number): number => {
    const found = shapes.get(name)?.[axis]
    if (found === undefined)
      throw brokenContainer(file, `it has no tensor ${quoted(name)}, so it is no whole ${type} model`)
    return found
  }
  const embeddings = `${prefix}embeddings`
  const hidden = size(`${embeddings}.word_embeddings.weight`, 1)
  const layers = countLayers(tensors)
  const intermediate = prefix + names.intermediate.replace('{i}', '0')
  const heads = graph.heads ?? usualHeads(file, hidden, notes)
  if (graph.activation === undefined) notes.push('The activation is not in the files: gelu was taken')
  const epsilon = Number((graph.layerNormEpsilon ?? 1e-12).toPrecision(6))
  const head = labelConfig(file, shapes, labels, notes)
  const common = {
    architectures: [`${className}${head === undefined ? 'Model' : 'ForTokenClassification'}`],
    model_type: type,
    vocab_size: size(`${embeddings}.word_embeddings.weight`, 0),
    max_position_embeddings: size(`${embeddings}.position_embeddings.weight`, 0),
    pad_token_id: 0,
  }
  const sizes = {
    [keys.hiddenSize]: hidden,
    [keys.numLayers]: layers,
    [keys.numHeads]: heads,
    [keys.intermediateSize]: size(`${intermediate}.weight`, 0),
    [keys.hiddenActivation]: graph.activation ?? 'gelu',
    // DistilBERT has no token types, and its ε is fixed.
    ...(type === 'bert'
      ? {
          type_vocab_size: size(`${embeddings}.token_type_embeddings.weight`, 0),
          layer_norm_eps: epsilon,
          position_embedding_type: 'absolute',
        }
      : {}),
  }
  return { json: `${JSON.stringify({ ...common, ...sizes, ...head }, null, 2)}\n`, notes }
}

function countLayers(tensors: readonly ForeignTensor[]): number {
  let layers = 0
  for (const { name } of tensors) {
    const number = /\.layer\.(\d{1,4})\./.exec(name)?.[1]
    if (number !== undefined) layers = Math.max(layers, Number(number) + 1)
  }
  return layers
}

function usualHeads(file: string, hidden: number, notes: string[]): number {
  const heads = hidden / USUAL_HEAD_SIZE
  if (!Number.isInteger(heads) || heads === 0) {
    throw unsupportedContainer(
      file,
      `the number of attention heads is not in the files, and hidden size ${hidden} is no multiple of ` +
        `${USUAL_HEAD_SIZE}; put the model's config.json beside it`,
    )
  }
  notes.push(`The number of attention heads is not in the files: ${heads} of ${USUAL_HEAD_SIZE} were taken`)
  return heads
}

/** `id2label` and `label2id`, or `undefined` if there is no classifier. */
function labelConfig(
  file: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  labels: readonly string[] | undefined,
  notes: string[],
): object | undefined {
  const count = shapes.get('classifier.weight')?.[0]
  if (count === undefined) {
    notes.push('The checkpoint has no classifier: the result is an encoder without labels')
    return undefined
  }
  if (count > LARGEST_HEAD)
    throw unsupportedContainer(file, `its classifier has ${count} outputs; at most ${LARGEST_HEAD}`)
  if (labels === undefined) {
    notes.push(`The labels are not in the files: the ${count} labels are called LABEL_0 and so on`)
    labels = Array.from({ length: count }, (_, id) => `LABEL_${id}`)
  }
  if (labels.length !== count) {
    throw brokenContainer(file, `its classifier has ${count} outputs, but there are ${labels.length} labels`)
  }
  return {
    id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  }
}
