/** Writes a safetensors file from front to back. */
import { DTYPE_BITS, type Dtype, isDtype } from '../format/dtypes.ts'
import { quoted } from '../format/errors.ts'
import { LENGTH_BYTES } from '../format/header-reader.ts'
import { MAX_HEADER_BYTES } from '../format/safetensors-header.ts'

/** Receives a file front to back. The writer may reuse a chunk once `write` has resolved. */
export interface ByteSink {
  write(chunk: Uint8Array): Promise<void>
}

export interface TensorDescription {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
}

/** A tensor and its data, little endian, row after row, in chunks of any length. */
export interface TensorToWrite extends TensorDescription {
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** The layout of a file whose data is not written yet. */
export interface SafetensorsLayout<T extends TensorDescription> {
  /** The first bytes of the file: the header's length and the header, a multiple of 8 long. */
  readonly header: Uint8Array
  /** In the order of the data. */
  readonly tensors: readonly { readonly tensor: T; readonly byteLength: number }[]
  /** Length of the whole file. */
  readonly byteLength: number
}

/**
 * Lays a file out as the reference's writer does: the widest element type first, then by name, so that data is aligned;
 * the header padded with spaces to a multiple of 8. The same tensors in any order give the same bytes.
 *
 * @param metadata for `__metadata__`, in this order; transformers looks for `{ format: 'pt' }`
 * @throws {RangeError} for duplicate names or names that no reader accepts, and for shapes that do not fill
 *   whole bytes
 */
export function layoutSafetensors<T extends TensorDescription>(
  tensors: Iterable<T>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): SafetensorsLayout<T> {
  const encoder = new TextEncoder()
  const widths = [...DTYPE_BITS.keys()]
  const sorted = Array.from(tensors, (tensor) => ({
    tensor,
    byteLength: tensorBytes(tensor),
    rank: widths.indexOf(tensor.dtype),
    bytes: encoder.encode(tensor.name),
  })).sort((a, b) => b.rank - a.rank || compareBytes(a.bytes, b.bytes))
  const names = new Set<string>()
  const members: string[] = []
  if (Object.keys(metadata).length > 0) members.push(`"__metadata__":${JSON.stringify(metadata)}`)
  let end = 0
  for (const { tensor, byteLength } of sorted) {
    if (names.has(tensor.name)) throw new RangeError(`Tensor ${quoted(tensor.name)} is given twice`)
    names.add(tensor.name)
    const start = end
    end += byteLength
    const { dtype, shape } = tensor
    members.push(
      `${JSON.stringify(tensor.name)}:${JSON.stringify({ dtype, shape, data_offsets: [start, end] })}`,
    )
  }
  const json = encoder.encode(`{${members.join(',')}}`)
  const length = Math.ceil(json.length / 8) * 8
  if (length > MAX_HEADER_BYTES) {
    throw new RangeError(`The header takes ${length} bytes: readers take at most ${MAX_HEADER_BYTES}`)
  }
  const header = new Uint8Array(LENGTH_BYTES + length).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true)
  header.set(json, LENGTH_BYTES)
  return { header, tensors: sorted, byteLength: header.length + end }
}

/**
 * Writes a safetensors file of any size, one tensor after the other; only the current chunk is held in
 * memory.
 *
 * @param onProgress  called after each chunk with the bytes written and those of the file
 * @returns the number of bytes written
 * @throws {RangeError} as for `layoutSafetensors`, and if a tensor's chunks do not have the size given by its
 *   shape
 *
 * @example
 * await writeSafetensors(sink, [{ name: 'x', dtype: 'F32', shape: [2], chunks: () => [new Uint8Array(8)] }])
 */
export async function writeSafetensors(
  sink: ByteSink,
  tensors: Iterable<TensorToWrite>,
  onProgress?: (written: number, total: number) => void,
  metadata?: Readonly<Record<string, string>>,
): Promise<number> {
  const layout = layoutSafetensors(tensors, metadata)
  let done = 0
  const write = async (chunk: Uint8Array): Promise<void> => {
    await sink.write(chunk)
    done += chunk.length
    onProgress?.(done, layout.byteLength)
  }
  await write(layout.header)
  for (const { tensor, byteLength } of layout.tensors) {
    let written = 0
    for await (const chunk of tensor.chunks()) {
      written += chunk.length
      if (written > byteLength) break
      await write(chunk)
    }
    if (written === byteLength) continue
    throw new RangeError(
      `Tensor ${quoted(tensor.name)} gave ${written > byteLength ? 'more than ' : `${written} of `}${byteLength} bytes`,
    )
  }
  return layout.byteLength
}

/** Bytes that a tensor's data takes. */
function tensorBytes({ name, dtype, shape }: TensorDescription): number {
  if (name === '__metadata__' || /\p{Surrogate}/u.test(name)) {
    throw new RangeError(`A tensor cannot be called ${quoted(name)}: choose a name without lone surrogates`)
  }
  if (!isDtype(dtype))
    throw new RangeError(`Tensor ${quoted(name)} has the unknown dtype ${quoted(String(dtype))}`)
  const bits = shape.reduce((product, size) => product * size, DTYPE_BITS.get(dtype)!)
  if (
    shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    Number.isSafeInteger(bits) &&
    bits % 8 === 0
  ) {
    return bits / 8
  }
  throw new RangeError(
    `Tensor ${quoted(name)} of ${dtype} cannot have shape [${shape.join(', ')}]: whole numbers and whole bytes are needed`,
  )
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const difference = a[index]! - b[index]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
