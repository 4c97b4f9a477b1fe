/**
 * Takes the tensors that a model with disentangled attention has beside those of other models, and takes the attention tensor
 * of the first DeBERTa apart. Where all others have three tensors, that version has one: `in_proj.weight` holds for each head
 * its rows of queries, then those of keys, then those of values. Keys have no bias, and neither have positions as keys. Here
 * the parts get the names of the second version. Each is a view of the file's tensor, and a bias that is not there is zeros.
 */
import type { Checkpoint, CheckpointTensor } from '../../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { bytesSource } from '../../format/source.ts'
import type { BertConfig } from '../bert-config.ts'
import type { LinearTensors, ModelCheckpoint, NamedTensor, RelativeTensors, TakeTensors } from '../tensors.ts'

/** A checkpoint whose tensors have the names of the second version, and what takes those of relative positions. */
export function disentangledCheckpoint(checkpoint: Checkpoint, config: BertConfig): ModelCheckpoint {
  const more: ModelCheckpoint['more'] = (take) => ({ relative: relativeTensors(take, config) })
  const close = (): Promise<void> => checkpoint.close()
  if (!config.family.fusedAttention) return { tensors: checkpoint.tensors, close, more }
  const { tensors } = separateAttention(checkpoint, config.numHeads)
  return { tensors, close, more, own: (named) => joinAttention(named, checkpoint) }
}

function relativeTensors(
  take: TakeTensors,
  { disentangled, family, hiddenSize, numLayers }: BertConfig,
): RelativeTensors {
  const names = family.disentangled!
  const { span, normalized, shared, keys, queries, convolution } = disentangled!
  const own = (module: string, index: number): LinearTensors =>
    take.linear(module.replace('{i}', String(index)), hiddenSize, hiddenSize)
  return {
    embeddings: take.float(`${names.embeddings}.weight`, [2 * span, hiddenSize]),
    ...(normalized ? { norm: take.layerNorm(names.norm) } : {}),
    layers: Array.from({ length: numLayers }, (_, index) => ({
      ...(keys && !shared ? { key: own(names.key, index) } : {}),
      ...(queries && !shared ? { query: own(names.query, index) } : {}),
    })),
    ...(convolution
      ? {
          convolution: {
            kernel: {
              weight: take.float(`${names.convolution}.weight`, [hiddenSize, hiddenSize, convolution.size]),
              bias: take.float(`${names.convolution}.bias`, [hiddenSize]),
            },
            norm: take.layerNorm(names.convolutionNorm),
          },
        }
      : {}),
  }
}

const ATTENTION = /^(.*\.attention\.self\.)in_proj\.weight$/

/** Tensors of other names: what they are in the second version. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['q_bias', 'query_proj.bias'],
  ['v_bias', 'value_proj.bias'],
  ['pos_proj.weight', 'pos_key_proj.weight'],
  ['pos_proj.weight_scale', 'pos_key_proj.weight_scale'],
  ['pos_q_proj.weight', 'pos_query_proj.weight'],
  ['pos_q_proj.weight_scale', 'pos_query_proj.weight_scale'],
  ['pos_q_proj.bias', 'pos_query_proj.bias'],
]
const INSIDE = /attention\.self\.(.*)$/
/** What a head's rows are, in order. */
const PARTS = ['query_proj', 'key_proj', 'value_proj'] as const

/**
 * @throws {ModelFormatError} WrongShape where a tensor is not made of heads of three parts
 */
function separateAttention(checkpoint: Checkpoint, numHeads: number): Checkpoint {
  const tensors = new Map(checkpoint.tensors)
  for (const [name, tensor] of checkpoint.tensors) {
    const prefix = ATTENTION.exec(name)?.[1]
    if (prefix === undefined) continue
    const scale = tensors.get(`${name}_scale`)
    for (const [index, part] of PARTS.entries()) {
      tensors.set(`${prefix}${part}.weight`, partOf(tensor, index, numHeads))
      if (scale) tensors.set(`${prefix}${part}.weight_scale`, partOf(scale, index, numHeads))
    }
    for (const [from, to] of OTHERS) {
      const found = tensors.get(prefix + from)
      if (found) tensors.set(prefix + to, found)
    }
    const width = tensor.shape[0]! / PARTS.length
    for (const module of ['key_proj', 'pos_key_proj'])
      tensors.set(`${prefix}${module}.bias`, zeros(tensor, width))
  }
  return { tensors, close: () => checkpoint.close() }
}

/** Named tensors with those of the file, each once, in the place of its views. */
function joinAttention(named: readonly NamedTensor[], { tensors }: Checkpoint): NamedTensor[] {
  const found = new Map<string, NamedTensor>()
  for (const each of named) {
    const [, own] = INSIDE.exec(each.tensor.name) ?? []
    const name = own === undefined ? each.name : each.name.replace(INSIDE, `attention.self.${own}`)
    const tensor = tensors.get(each.tensor.name)
    if (tensor === undefined || found.has(name)) continue
    const scale = tensors.get(`${each.tensor.name}_scale`)
    found.set(name, {
      name,
      tensor,
      quantizable: each.quantizable,
      ...(scale && each.scale ? { scale } : {}),
    })
  }
  return [...found.values()]
}

/** The rows of queries, keys or values of all heads, read where they stand. */
function partOf(tensor: CheckpointTensor, part: number, numHeads: number): CheckpointTensor {
  const rows = tensor.shape[0] ?? 0
  const blocks = PARTS.length * numHeads
  if (rows === 0 || rows % blocks !== 0) {
    throw new ModelFormatError(
      'WrongShape',
      `Tensor ${quoted(tensor.name)} in ${tensor.fileName} has shape [${tensor.shape.join(', ')}]; its rows must be three parts of ${numHeads} heads`,
    )
  }
  const { source, offset } = tensor
  const blockBytes = tensor.byteLength / blocks
  const byteLength = blockBytes * numHeads
  const read = async (from: number, target: Uint8Array): Promise<void> => {
    for (let at = 0; at < target.length; ) {
      const place = from - offset + at
      const head = Math.floor(place / blockBytes)
      const inside = place - head * blockBytes
      const count = Math.min(target.length - at, blockBytes - inside)
      const block = PARTS.length * head + part
      await source.read(offset + block * blockBytes + inside, target.subarray(at, at + count))
      at += count
    }
  }
  return {
    ...tensor,
    shape: [rows / PARTS.length, ...tensor.shape.slice(1)],
    source: { name: source.name, byteLength: source.byteLength, read, close: async () => {} },
    byteLength,
  }
}

/** A bias that the file does not have. */
function zeros({ name }: CheckpointTensor, length: number): CheckpointTensor {
  const bytes = new Uint8Array(new Float32Array(length).buffer)
  const source = bytesSource('', bytes)
  return { name, dtype: 'F32', shape: [length], source, offset: 0, byteLength: bytes.length, fileName: '' }
}
