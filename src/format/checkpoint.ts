/** The tensors of a model's files, by name: of one safetensors file, or of several with an index. */
import type { Dtype } from './dtypes.ts'
import { ModelFormatError, quoted } from './errors.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import { openShards, WEIGHTS } from './shards.ts'
import type { ByteSource, ModelFiles } from './source.ts'

/** One tensor of a model's files; its data stays in the file. */
export interface CheckpointTensor {
  /** The name in the file. */
  readonly name: string
  /** As it is read: F32 for what the file has as F64. */
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly source: ByteSource
  /** Position of the first byte, from the start of `source`. */
  readonly offset: number
  readonly byteLength: number
  readonly fileName: string
}

/** The weights of a model, in one file or in shards, under the files' names. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, CheckpointTensor>
  close(): Promise<void>
}

/**
 * Opens a model's weights: `model.safetensors`, or the shards that `model.safetensors.index.json` lists. Headers are
 * read and checked, data is not. F64 tensors are read as F32.
 *
 * @throws {ModelFormatError} MissingFile if there is neither, naming what there is instead; the codes of
 *   `parseSafetensors`; InvalidConfig for a bad index; DuplicateKey and MissingTensor if index and shards
 *   disagree
 *
 * @example
 * const checkpoint = await openCheckpoint(files)
 * const { dtype, shape } = checkpoint.tensors.get('classifier.weight')
 * await checkpoint.close()
 */
export async function openCheckpoint(files: ModelFiles): Promise<Checkpoint> {
  const sources: ByteSource[] = []
  const close = async (): Promise<void> => {
    await Promise.all(sources.splice(0).map((source) => source.close()))
  }
  try {
    const tensors = new Map<string, CheckpointTensor>()
    const whole = await files.open(WEIGHTS)
    if (whole !== undefined) {
      sources.push(whole)
      await addTensors(tensors, whole, whole.standsFor ?? WEIGHTS)
    } else {
      await openShards(files, tensors, async (shard, source) => {
        sources.push(source)
        await addTensors(tensors, source, shard)
      })
    }
    return { tensors, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function addTensors(
  tensors: Map<string, CheckpointTensor>,
  source: ByteSource,
  fileName: string,
): Promise<void> {
  const header = await readSafetensorsHeader(source)
  for (const [name, { dtype, shape, start, end }] of header.tensors) {
    const other = tensors.get(name)
    if (other !== undefined) {
      throw new ModelFormatError(
        'DuplicateKey',
        `Tensor ${quoted(name)} is in ${other.fileName} and in ${fileName}; which one is meant cannot be known`,
      )
    }
    const tensor = { name, dtype, shape, source, offset: start, byteLength: end - start, fileName }
    tensors.set(name, narrowed(tensor))
  }
}

/** The error for weights that are NaN or infinite. */
export function nonFinite(tensor: CheckpointTensor): ModelFormatError {
  return new ModelFormatError(
    'NonFiniteWeights',
    `Tensor ${quoted(tensor.name)} in ${tensor.fileName} has NaN or infinite weights: the file is damaged, or its training diverged`,
  )
}

/**
 * A tensor of F64 as one of F32: each number is rounded to the nearest, as PyTorch's `float()` does, when it is read. One
 * that float32 cannot hold becomes infinite, which whoever reads weights refuses.
 *
 * @param tensor of any type; the others are given back as they are
 */
function narrowed(tensor: CheckpointTensor): CheckpointTensor {
  if (tensor.dtype !== 'F64') return tensor
  const { source, offset } = tensor
  const read = async (from: number, target: Uint8Array): Promise<void> => {
    const doubles = new Float64Array(target.length / 4)
    await source.read(offset + 2 * (from - offset), new Uint8Array(doubles.buffer))
    target.set(new Uint8Array(Float32Array.from(doubles).buffer))
  }
  return {
    ...tensor,
    dtype: 'F32',
    byteLength: tensor.byteLength / 2,
    source: { name: source.name, byteLength: source.byteLength, read, close: async () => {} },
  }
}
