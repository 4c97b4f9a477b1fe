/**
 * `pytorch_model.bin` in place of `model.safetensors`: its tensors where they lie in the file, and a part of them as the bytes
 * of a safetensors file, for a reader that knows only that.
 */

import type { Checkpoint, CheckpointTensor } from '../../format/checkpoint.ts'
import { DTYPE_BITS } from '../../format/dtypes.ts'
import { type ByteSource, bytesSource, type ModelFiles } from '../../format/source.ts'
import { elementCount, type ForeignTensor } from '../foreign-tensor.ts'
import { layoutSafetensors } from '../safetensors-writer.ts'
import { openPytorchWeights } from './model.ts'

/**
 * Opens PyTorch's weights as a checkpoint. Nothing in them is executed, and no data is read before a tensor is.
 *
 * @returns `undefined` where there are none
 * @throws {ModelFormatError} as `openPytorchWeights`
 */
export async function openPytorchCheckpoint(files: ModelFiles): Promise<Checkpoint | undefined> {
  const weights = await openPytorchWeights(files)
  if (weights === undefined) return undefined
  const tensors = new Map(weights.tensors.map((tensor) => [tensor.name, asCheckpointTensor(tensor)]))
  return { tensors, close: weights.close }
}

function asCheckpointTensor(tensor: ForeignTensor): CheckpointTensor {
  const { name, dtype, shape, place } = tensor
  const byteLength = (elementCount(shape) * DTYPE_BITS.get(dtype)!) / 8
  const { source, offset } = place ?? { source: gatheredSource(tensor, byteLength), offset: 0 }
  return { name, dtype, shape, source, offset, byteLength, fileName: source.name }
}

/** A tensor whose elements do not lie row after row, put so in memory when it is read. */
function gatheredSource({ name, chunks }: ForeignTensor, byteLength: number): ByteSource {
  let gathered: Promise<ByteSource> | undefined
  const gather = async (): Promise<ByteSource> => {
    const bytes = new Uint8Array(byteLength)
    let at = 0
    for await (const chunk of chunks()) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytesSource(name, bytes)
  }
  return {
    name,
    byteLength,
    async read(offset, target): Promise<void> {
      gathered ??= gather()
      await (await gathered).read(offset, target)
    },
    async close(): Promise<void> {
      gathered = undefined
    },
  }
}

/**
 * Some tensors of a checkpoint as a safetensors file in memory, which threads share where the runtime lets them.
 *
 * @param isWanted  by name
 */
export async function safetensorsOf(
  { tensors }: Checkpoint,
  isWanted: (name: string) => boolean,
): Promise<Uint8Array> {
  const layout = layoutSafetensors([...tensors.values()].filter(({ name }) => isWanted(name)))
  const isShared = typeof SharedArrayBuffer === 'function'
  const { byteLength } = layout
  const bytes = new Uint8Array(isShared ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength))
  bytes.set(layout.header)
  let at = layout.header.length
  for (const { tensor, byteLength: length } of layout.tensors) {
    await tensor.source.read(tensor.offset, bytes.subarray(at, at + length))
    at += length
  }
  return bytes
}
