/**
 * Writes a GLiNER model as a safetensors folder: its tensors under their own names, its configuration
 * unchanged.
 */
import { openCheckpoint } from '../format/checkpoint.ts'
import { INDEX, WEIGHTS } from '../format/shards.ts'
import type { ModelFiles } from '../format/source.ts'
import { convertTensor, type ReadTensor } from './convert-tensor.ts'
import { readChunks } from './foreign-tensor.ts'
import { viewedFiles } from './pytorch/checkpoint.ts'
import type { TensorToWrite } from './safetensors-writer.ts'
import { hasFile, keptFiles, readSmallFile } from './small-files.ts'

export const GLINER_CONFIG = 'gliner_config.json'

/** Types of numbers that are weights; whole numbers are positions, which nobody needs. */
const FLOATS: readonly string[] = ['F32', 'F16', 'BF16']

/** A model that can be written. */
export interface OpenGliner {
  readonly kind: 'safetensors' | 'pytorch'
  /** Its small files, by name. */
  readonly texts: ReadonlyMap<string, Uint8Array>
  readonly tensors: readonly TensorToWrite[]
  close(): Promise<void>
}

/** Whether a folder's model is one of GLiNER. */
export async function isGliner(files: ModelFiles): Promise<boolean> {
  return hasFile(files, GLINER_CONFIG)
}

/**
 * Opens one.
 *
 * @param dtype  what floats are written as; without it as they are
 * @throws {ModelFormatError} as `openCheckpoint`; MissingFile where there are no weights
 */
export async function openGlinerModel(
  files: ModelFiles,
  dtype: 'F32' | 'F16' | undefined,
): Promise<OpenGliner> {
  const texts = await keptFiles(files)
  for (const name of [GLINER_CONFIG, 'config.json']) {
    const bytes = await readSmallFile(files, name)
    if (bytes !== undefined) texts.set(name, bytes)
  }
  const isSafe = (await hasFile(files, WEIGHTS)) || (await hasFile(files, INDEX))
  const viewed = isSafe ? undefined : await viewedFiles(files, true)
  const checkpoint = await openCheckpoint(viewed ?? files)
  const read: ReadTensor = ({ source, offset, byteLength }) => readChunks(source, offset, byteLength)
  const tensors = [...checkpoint.tensors.values()]
    .filter((tensor) => FLOATS.includes(tensor.dtype))
    .map((tensor) =>
      convertTensor({ name: tensor.name, tensor, scale: undefined, quantizable: false }, dtype, read),
    )
  return { kind: isSafe ? 'safetensors' : 'pytorch', texts, tensors, close: () => checkpoint.close() }
}
