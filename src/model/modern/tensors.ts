/**
 * ModernBERT's tensors under the names of their parts. Its files have queries, keys and values in one matrix, `attn.Wqkv`, one
 * below the other, and both matrices that a feed-forward block begins with in `mlp.Wi`: what goes through the activation, then
 * the gate. Each part is a view of the file's tensor. Where config.json says that modules have no bias it is zeros here, and
 * the first layer, which begins without a LayerNorm, gets one that nobody computes.
 */
import type { Checkpoint, CheckpointTensor } from '../../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { bytesSource } from '../../format/source.ts'
import type { BertConfig } from '../bert-config.ts'
import type { LinearTensors, ModelCheckpoint, ModernTensors, NamedTensor, TakeTensors } from '../tensors.ts'
import type { Modern } from './shape.ts'

const FUSED: readonly { readonly name: RegExp; readonly parts: readonly string[] }[] = [
  { name: /^(.*\battn\.Wqkv)\.(weight|bias|weight_scale)$/, parts: ['query', 'key', 'value'] },
  { name: /^(.*\bmlp\.Wi)\.(weight|bias|weight_scale)$/, parts: ['input', 'gate'] },
]
/** A part's name, and what of it is the file's. */
const PART = /\b(attn\.Wqkv|mlp\.Wi)\.(?:query|key|value|input|gate)\./

/** Modules under other names than BERT's. */
const RENAMED: readonly (readonly [own: string, usual: string])[] = [
  ['embeddings.tok_embeddings.', 'embeddings.word_embeddings.'],
  ['embeddings.norm.', 'embeddings.LayerNorm.'],
]

/** Modules that have no bias where config.json says so, by their weights' names. */
const MODULES: readonly (readonly [weight: RegExp, biases: keyof Modern['biases']])[] = [
  [/\battn\.(?:Wqkv\.(?:query|key|value)|Wo)\.weight$/, 'attention'],
  [/\bmlp\.(?:Wi\.(?:input|gate)|Wo)\.weight$/, 'feedForward'],
  [/\b(?:attn_norm|mlp_norm|final_norm|embeddings\.LayerNorm|head\.norm)\.weight$/, 'norm'],
  [/\bhead\.dense\.weight$/, 'head'],
]
/** A word embedding, of which the prefix before the encoder is told. */
const EMBEDDINGS = /^(.*)embeddings\.word_embeddings\.weight$/
const CLASSIFIER = /(?:^|\.)classifier\.(?:weight|bias)$/

/** A checkpoint with tensors under the names of families/modernbert.ts, and what takes those that only ModernBERT has. */
export function modernCheckpoint(checkpoint: Checkpoint, config: BertConfig): ModelCheckpoint {
  return {
    tensors: usualTensors(checkpoint.tensors, config),
    close: () => checkpoint.close(),
    more: (take) => ({ modern: takeModern(take, config, checkpoint.tensors) }),
    own: (named) => namedInFiles(named, checkpoint.tensors),
    ownName,
  }
}

function usualTensors(
  own: ReadonlyMap<string, CheckpointTensor>,
  { modern, hiddenSize, vocabSize }: BertConfig,
): Map<string, CheckpointTensor> {
  const tensors = new Map(own)
  for (const [name, tensor] of own) {
    for (const { name: fused, parts } of FUSED) {
      const [, module, kind] = fused.exec(name) ?? []
      if (module === undefined) continue
      for (const [index, part] of parts.entries()) {
        tensors.set(`${module}.${part}.${kind}`, rowsOf(tensor, index, parts.length))
      }
    }
    const renamed = RENAMED.find(([from]) => name.includes(from))
    if (renamed) tensors.set(name.replace(...renamed), tensor)
  }
  const { biases } = modern!
  for (const [name, { shape }] of [...tensors]) {
    const prefix = EMBEDDINGS.exec(name)?.[1]
    if (prefix !== undefined) {
      for (const part of ['weight', 'bias'])
        tensors.set(`${prefix}layers.0.attn_norm.${part}`, zeros(hiddenSize))
    }
    const bias = name.replace(/weight$/, 'bias')
    const module = MODULES.find(([weight]) => weight.test(name))
    if (module && !biases[module[1]]) tensors.set(bias, zeros(shape[0]!))
  }
  if (!biases.decoder) tensors.set('decoder.bias', zeros(vocabSize))
  return tensors
}

/** Part `index` of `count` of a tensor's rows. */
function rowsOf(tensor: CheckpointTensor, index: number, count: number): CheckpointTensor {
  const [rows = 0, ...rest] = tensor.shape
  if (rows === 0 || rows % count !== 0) {
    throw new ModelFormatError(
      'WrongShape',
      `Tensor ${quoted(tensor.name)} in ${tensor.fileName} has shape [${tensor.shape.join(', ')}]; its rows must be ${count} parts of the same size`,
    )
  }
  const byteLength = tensor.byteLength / count
  return { ...tensor, shape: [rows / count, ...rest], offset: tensor.offset + index * byteLength, byteLength }
}

/** What no file has. */
function zeros(length: number): CheckpointTensor {
  const bytes = new Uint8Array(new Float32Array(length).buffer)
  const source = bytesSource('', bytes)
  return {
    name: '',
    dtype: 'F32',
    shape: [length],
    source,
    offset: 0,
    byteLength: bytes.length,
    fileName: '',
  }
}

function takeModern(
  take: TakeTensors,
  { family, numLayers, hiddenSize, intermediateSize, headKind }: BertConfig,
  own: ReadonlyMap<string, CheckpointTensor>,
): ModernTensors {
  const { gate, finalNorm, dense, norm } = family.modern!
  const module = (name: string, ...shape: number[]): LinearTensors => ({
    weight: take.beside(`${name}.weight`, shape),
    bias: take.beside(`${name}.bias`, shape.slice(0, 1)),
  })
  const labelled = headKind === 'tokens' || headKind === 'text'
  const hasLabels = labelled && [...own.keys()].some((name) => CLASSIFIER.test(name))
  return {
    gates: Array.from({ length: numLayers }, (_, index) =>
      take.linear(gate.replace('{i}', String(index)), intermediateSize, hiddenSize),
    ),
    finalNorm: take.layerNorm(finalNorm),
    ...(hasLabels
      ? {
          head: {
            norm: module(norm, hiddenSize),
            ...(headKind === 'tokens' ? { dense: module(dense, hiddenSize, hiddenSize) } : {}),
          },
        }
      : {}),
  }
}

/** What stands in the files under a usual name. */
function ownName(usual: string): string {
  return RENAMED.reduce((name, [from, to]) => name.replace(to, from), usual.replace(PART, '$1.'))
}

/** Named tensors with those of the files, each once, in the place of its first part. */
function namedInFiles(
  named: readonly NamedTensor[],
  own: ReadonlyMap<string, CheckpointTensor>,
): NamedTensor[] {
  const found = new Map<string, NamedTensor>()
  for (const each of named) {
    const tensor = own.get(each.tensor.name)
    const name = ownName(each.name)
    if (tensor === undefined || found.has(name)) continue
    const scale = own.get(`${tensor.name}_scale`)
    found.set(name, { ...each, name, tensor, ...(scale && each.scale ? { scale } : {}) })
  }
  return [...found.values()]
}
