/** Reads a safetensors file that is completely in memory. */
import type { Dtype } from './dtypes.ts'
import { LENGTH_BYTES } from './header-reader.ts'
import { headerLength, parseHeader } from './safetensors-header.ts'

/** A tensor of a file in memory: `data` views the file's own bytes, little endian, row after row. */
export interface SafetensorsTensor {
  /** 'F32', 'F16', 'I8' and so on. */
  readonly dtype: Dtype
  /** Sizes, the slowest-varying first; empty for a scalar. */
  readonly shape: readonly number[]
  /** A view of the file's bytes. */
  readonly data: Uint8Array
}

/** A parsed safetensors file. */
export interface Safetensors {
  /** Tensors by name, in the order of their data. */
  readonly tensors: Map<string, SafetensorsTensor>
  /** The strings of `__metadata__`; an object without prototype. */
  readonly metadata: Record<string, string>
}

/**
 * Parses a safetensors file in memory (https://github.com/huggingface/safetensors) without copying: each
 * tensor's `data` is a view, which may begin at any byte, so copy it before viewing it as wider elements. The
 * data may contain NaN and infinity.
 *
 * Accepts headers up to 100,000,000 bytes with up to 16,384 tensors of up to 32 dimensions.
 *
 * @throws {ModelFormatError} with a code for each way in which such a file can be invalid
 * @throws {TypeError} if `bytes` is not a Uint8Array
 *
 * @example
 * const { tensors } = parseSafetensors(await readFile('model.safetensors'))
 * const { dtype, shape, data } = tensors.get('classifier.bias')
 */
export function parseSafetensors(bytes: Uint8Array): Safetensors {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`parseSafetensors takes a Uint8Array with the file's bytes, not ${typeof bytes}`)
  }
  const name = 'the safetensors file'
  // Not a Buffer, whose slices do not copy
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  const dataStart = LENGTH_BYTES + headerLength(file, file.length, name)
  const header = parseHeader(file.subarray(LENGTH_BYTES, dataStart), file.length, name)
  const tensors = new Map<string, SafetensorsTensor>()
  for (const [key, { dtype, shape, start, end }] of header.tensors) {
    tensors.set(key, { dtype, shape, data: file.subarray(start, end) })
  }
  return { tensors, metadata: header.metadata }
}
