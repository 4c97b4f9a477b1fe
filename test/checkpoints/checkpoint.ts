/**
 * Small copies of checkpoints on the Hub: their sets of files, keys of configuration, tensor names and labels, with few
 * and random numbers in them. The classifier takes one label for every token, so that what is found is known.
 */
import { writeSafetensors } from '#dist/convert/safetensors-writer.js'
import { seededRandom } from '../format/safetensors-file.ts'

export interface Checkpoint {
  /** The repository's name. */
  readonly id: string
  readonly architecture?: 'bert' | 'distilbert'
  /** What config.json has besides sizes and labels. */
  readonly config: Readonly<Record<string, unknown>>
  /** Absent where config.json has no id2label. */
  readonly labels?: readonly string[]
  readonly labelCount?: number
  /** The number of the label that every token gets. */
  readonly chosen: number
  readonly words: readonly string[]
  /** The other files, as text. */
  readonly texts: Readonly<Record<string, string>>
  readonly hidden?: number
  readonly heads?: number
  readonly layers?: number
  readonly inner?: number
  readonly positions?: number
  readonly pooler?: boolean
  readonly positionIds?: boolean
  readonly half?: boolean
}

export const SPECIAL_WORDS: readonly string[] = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']

/** The files of a checkpoint. */
export async function checkpointFiles(model: Checkpoint): Promise<Map<string, Uint8Array>> {
  const encoder = new TextEncoder()
  const files = new Map<string, Uint8Array>([
    ['config.json', encoder.encode(JSON.stringify(configOf(model)))],
  ])
  for (const [name, text] of Object.entries(model.texts)) files.set(name, encoder.encode(text))
  if (model.words.length > 0) files.set('vocab.txt', encoder.encode(`${model.words.join('\n')}\n`))
  const chunks: Uint8Array[] = []
  const sink = { write: async (chunk: Uint8Array): Promise<void> => void chunks.push(chunk.slice()) }
  await writeSafetensors(sink, tensorsOf(model))
  files.set('model.safetensors', new Uint8Array(Buffer.concat(chunks)))
  return files
}

interface Sizes {
  readonly hidden: number
  readonly heads: number
  readonly layers: number
  readonly positions: number
  readonly inner: number
}

function sizesOf(model: Checkpoint): Sizes {
  const { hidden = 16, heads = 4, layers = 2, positions = 24, inner = 2 * hidden } = model
  return { hidden, heads, layers, positions, inner }
}

function configOf(model: Checkpoint): Record<string, unknown> {
  const { architecture = 'bert', labels, config } = model
  const { hidden, heads, layers, positions, inner } = sizesOf(model)
  const ids = labels && Object.fromEntries(labels.map((label, index) => [index, label]))
  return {
    ...(architecture === 'bert'
      ? {
          hidden_size: hidden,
          num_attention_heads: heads,
          num_hidden_layers: layers,
          intermediate_size: inner,
          type_vocab_size: 2,
        }
      : { dim: hidden, n_heads: heads, n_layers: layers, hidden_dim: inner }),
    max_position_embeddings: positions,
    vocab_size: model.words.length || 40,
    ...(ids && { id2label: ids, label2id: Object.fromEntries(labels.map((label, index) => [label, index])) }),
    ...config,
  }
}

interface Written {
  readonly name: string
  readonly dtype: 'F32' | 'F16' | 'I64'
  readonly shape: readonly number[]
  readonly chunks: () => Uint8Array[]
}

function tensorsOf(model: Checkpoint): Written[] {
  const { architecture = 'bert', labels, labelCount = labels?.length ?? 2, chosen } = model
  const { hidden, layers, positions, inner } = sizesOf(model)
  const random = seededRandom(model.id.length + 99)
  const found: Written[] = []
  const add = (name: string, shape: readonly number[], value: () => number): void => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value)
    const half = model.half === true
    // Halves of numbers that are exact in them: eighths below 2
    const bytes = half
      ? new Uint8Array(Uint16Array.from(values, halfBits).buffer)
      : new Uint8Array(values.buffer)
    found.push({ name, dtype: half ? 'F16' : 'F32', shape, chunks: () => [bytes] })
  }
  const noise = (): number => (random(15) - 7) / 8
  const matrix = (name: string, outputs: number, inputs: number): void => {
    add(`${name}.weight`, [outputs, inputs], noise)
    add(`${name}.bias`, [outputs], noise)
  }
  const norm = (name: string): void => {
    add(`${name}.weight`, [hidden], () => 1)
    add(`${name}.bias`, [hidden], () => 0)
  }
  const words = model.words.length || 40
  add(`${architecture}.embeddings.word_embeddings.weight`, [words, hidden], noise)
  add(`${architecture}.embeddings.position_embeddings.weight`, [positions, hidden], noise)
  if (architecture === 'bert') add('bert.embeddings.token_type_embeddings.weight', [2, hidden], noise)
  norm(`${architecture}.embeddings.LayerNorm`)
  const parts =
    architecture === 'bert'
      ? ['attention.self.query', 'attention.self.key', 'attention.self.value', 'attention.output.dense']
      : ['attention.q_lin', 'attention.k_lin', 'attention.v_lin', 'attention.out_lin']
  const others =
    architecture === 'bert'
      ? ['attention.output.LayerNorm', 'intermediate.dense', 'output.dense', 'output.LayerNorm']
      : ['sa_layer_norm', 'ffn.lin1', 'ffn.lin2', 'output_layer_norm']
  for (let layer = 0; layer < layers; layer++) {
    const at = `${architecture}.${architecture === 'bert' ? 'encoder' : 'transformer'}.layer.${layer}`
    for (const part of parts) matrix(`${at}.${part}`, hidden, hidden)
    norm(`${at}.${others[0]}`)
    matrix(`${at}.${others[1]}`, inner, hidden)
    matrix(`${at}.${others[2]}`, hidden, inner)
    norm(`${at}.${others[3]}`)
  }
  if (model.pooler) matrix('bert.pooler.dense', hidden, hidden)
  if (model.positionIds) {
    const ids = BigInt64Array.from({ length: positions }, (_, index) => BigInt(index))
    const bytes = new Uint8Array(ids.buffer)
    found.push({
      name: 'bert.embeddings.position_ids',
      dtype: 'I64',
      shape: [1, positions],
      chunks: () => [bytes],
    })
  }
  add('classifier.weight', [labelCount, hidden], () => 0)
  let at = 0
  add('classifier.bias', [labelCount], () => (at++ === chosen ? 1.5 : -1.5))
  return found
}

/** The bits of 0 or of n/8 with |n| <= 15, as a half. */
function halfBits(value: number): number {
  if (value === 0) return 0
  const exponent = Math.floor(Math.log2(Math.abs(value)))
  const fraction = (Math.abs(value) / 2 ** exponent - 1) * 1024
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction
}
