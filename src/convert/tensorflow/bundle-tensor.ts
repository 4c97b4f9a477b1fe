import type { Dtype } from '../../format/dtypes.ts'
import { quoted } from '../../format/errors.ts'
import { unsupported } from '../containers/refuse.ts'
import { CHUNK_BYTES, elementBytes, type ForeignTensor, readChunks } from '../foreign-tensor.ts'
import type { BundleEntry, TensorBundle } from './tensor-bundle.ts'

/** What a TensorFlow variable is called in PyTorch, and whether its matrix lies the other way round. */
export interface TorchName {
  readonly name: string
  /** A kernel, [in, out], where PyTorch has a weight, [out, in]. */
  readonly transposed: boolean
}

/** A variable as the tensor that PyTorch has in its place. */
export function bundleTensor(
  bundle: TensorBundle,
  entry: BundleEntry,
  { name, transposed }: TorchName,
): ForeignTensor {
  const { dtype, shape, offset, byteLength } = entry
  if (dtype === undefined) throw unsupported(bundle.name, `${quoted(name)} has a type that no weight has`)
  const source = bundle.source(entry)
  if (!transposed) return { name, dtype, shape, chunks: () => readChunks(source, offset, byteLength) }
  const [rows, columns] = shape
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw unsupported(bundle.name, `the kernel ${quoted(name)} has shape [${shape}], not two sizes`)
  }
  return { name, dtype, shape: [columns, rows], chunks: () => transpose(bundle, entry, rows, columns, dtype) }
}

/** Yields a matrix's columns one after another. The matrix is held in memory: at BERT-large's size, 16 MB. */
async function* transpose(
  bundle: TensorBundle,
  entry: BundleEntry,
  rows: number,
  columns: number,
  dtype: Dtype,
): AsyncGenerator<Uint8Array> {
  if (entry.byteLength === 0) return
  const size = elementBytes(dtype)
  const matrix = new Uint8Array(entry.byteLength)
  await bundle.source(entry).read(entry.offset, matrix)
  const step = Math.max(1, Math.floor(CHUNK_BYTES / (rows * size)))
  for (let first = 0; first < columns; first += step) {
    const count = Math.min(step, columns - first)
    const chunk = new Uint8Array(count * rows * size)
    let filled = 0
    for (let column = first; column < first + count; column++) {
      for (let row = 0; row < rows; row++) {
        const at = (row * columns + column) * size
        for (let byte = 0; byte < size; byte++) chunk[filled++] = matrix[at + byte] as number
      }
    }
    yield chunk
  }
}
