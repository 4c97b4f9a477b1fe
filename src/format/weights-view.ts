/**
 * A view that reads like a safetensors file, although no such file exists. It has the header, and says where
 * the data of each tensor is in other files. It is plain data, made on the calling thread and read by a
 * worker like the file.
 */
import { ModelFormatError } from './errors.ts'
import { type ByteSource, checkRange, type ModelFiles } from './source.ts'

/** The layout of a tensor that is not stored row after row, such as a transposed matrix. */
export interface Strided {
  readonly shape: readonly number[]
  /** In elements. */
  readonly strides: readonly number[]
  /** Bytes of an element. */
  readonly size: number
}

/** A range of the view's bytes, following the part before it. */
export interface ViewPart {
  readonly byteLength: number
  /** The bytes themselves, or the name of the file that contains them. */
  readonly from: Uint8Array | string
  /** Position of the first byte in that file. */
  readonly offset: number
  readonly strided?: Strided
}

export interface WeightsView {
  /** The file that the view replaces, or the index of several. */
  readonly fileName: string
  readonly parts: readonly ViewPart[]
}

/**
 * The view as one file. Strided tensors can be read in whole elements; one such tensor is held in memory at a
 * time.
 */
export function viewSource(files: ModelFiles, { fileName, parts }: WeightsView): ByteSource {
  const name = `${fileName} of ${files.name}`
  const byteLength = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const opened = new Map<string, Promise<ByteSource>>()
  let held: { readonly part: ViewPart; readonly span: Promise<Uint8Array> } | undefined

  async function open(partName: string): Promise<ByteSource> {
    const source = await files.open(partName)
    if (source !== undefined) return source
    throw new ModelFormatError('MissingFile', `${files.name} has no ${partName} any more`)
  }

  async function readPart(part: ViewPart, at: number, target: Uint8Array): Promise<void> {
    const { from, offset, strided } = part
    if (typeof from !== 'string') return target.set(from.subarray(at, at + target.length))
    if (!opened.has(from)) opened.set(from, open(from))
    const source = await opened.get(from)!
    if (strided === undefined) return source.read(offset + at, target)
    if (held?.part !== part) held = { part, span: readSpan(source, offset, strided) }
    gatherElements(await held.span, strided, at / strided.size, target)
  }

  return {
    name,
    standsFor: fileName,
    byteLength,
    async read(offset, target): Promise<void> {
      checkRange(name, offset, target.length, byteLength)
      let start = -offset
      for (const part of parts) {
        const first = Math.max(0, start)
        const end = Math.min(target.length, start + part.byteLength)
        if (first < end) await readPart(part, first - start, target.subarray(first, end))
        start += part.byteLength
      }
    },
    async close(): Promise<void> {
      held = undefined
      const sources = await Promise.allSettled(opened.values())
      opened.clear()
      for (const source of sources) if (source.status === 'fulfilled') await source.value.close()
    },
  }
}

/** Number of bytes from a strided tensor's first element to its last. */
export function spanBytes({ shape, strides, size }: Strided): number {
  return (shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, 0) + 1) * size
}

/** The bytes from a strided tensor's first element to its last. */
export async function readSpan(source: ByteSource, offset: number, strided: Strided): Promise<Uint8Array> {
  const span = new Uint8Array(spanBytes(strided))
  await source.read(offset, span)
  return span
}

/** Copies elements row after row, from element `first` on, until `target` is full. */
export function gatherElements(
  span: Uint8Array,
  { shape, strides, size }: Strided,
  first: number,
  target: Uint8Array,
): void {
  for (let done = 0; done < target.length; first++) {
    let at = 0
    for (let axis = shape.length - 1, rest = first; axis >= 0; axis--) {
      const index = rest % shape[axis]!
      at += index * strides[axis]!
      rest = (rest - index) / shape[axis]!
    }
    for (let byte = at * size; byte < (at + 1) * size; byte++) target[done++] = span[byte]!
  }
}
