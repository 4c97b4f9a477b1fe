/** Presents a variable of a TensorFlow checkpoint as the tensor that PyTorch would have. */
import type { Dtype } from '../../format/dtypes.ts'
import { quoted } from '../../format/errors.ts'
import { crc32c } from '../containers/crc32.ts'
import { unsupportedContainer } from '../containers/refuse.ts'
import { CHUNK_BYTES, elementBytes, type ForeignTensor, readChunks } from '../foreign-tensor.ts'
import { type BundleEntry, checkCrc, type TensorBundle } from './tensor-bundle.ts'

/** The PyTorch name of a TensorFlow variable, and whether its matrix is transposed. */
export interface TorchName {
  readonly name: string
  /** Whether it is a kernel, [in, out], where PyTorch has a weight, [out, in]. */
  readonly transposed: boolean
}

/** Presents a variable as the tensor that PyTorch would have. */
export function bundleTensor(
  bundle: TensorBundle,
  entry: BundleEntry,
  { name, transposed }: TorchName,
): ForeignTensor {
  const { dtype, shape } = entry
  if (dtype === undefined)
    throw unsupportedContainer(bundle.name, `${quoted(name)} has a type that no weight has`)
  if (!transposed) return { name, dtype, shape, chunks: () => readChecked(bundle, entry, name) }
  const [rows, columns] = shape
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw unsupportedContainer(bundle.name, `the kernel ${quoted(name)} has shape [${shape}], not two sizes`)
  }
  return {
    name,
    dtype,
    shape: [columns, rows],
    chunks: () => transpose(bundle, entry, { rows, columns, dtype, name }),
  }
}

/** The bytes in file order; damage can be detected, and reported, only after the last of them. */
async function* readChecked(
  bundle: TensorBundle,
  entry: BundleEntry,
  name: string,
): AsyncGenerator<Uint8Array> {
  let crc = 0
  for await (const chunk of readChunks(bundle.source(entry), entry.offset, entry.byteLength)) {
    crc = crc32c(chunk, crc)
    yield chunk
  }
  checkCrc(bundle, name, entry, crc)
}

interface Kernel {
  readonly rows: number
  readonly columns: number
  readonly dtype: Dtype
  readonly name: string
}

/** Yields a matrix's columns one after another. The matrix is held in memory: at BERT-large's size, 16 MB. */
async function* transpose(
  bundle: TensorBundle,
  entry: BundleEntry,
  { rows, columns, dtype, name }: Kernel,
): AsyncGenerator<Uint8Array> {
  if (entry.byteLength === 0) return
  const size = elementBytes(dtype)
  const matrix = new Uint8Array(entry.byteLength)
  await bundle.source(entry).read(entry.offset, matrix)
  checkCrc(bundle, name, entry, crc32c(matrix))
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
