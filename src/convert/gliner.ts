/**
 * Writes a GLiNER model as a safetensors folder: its tensors under their own names, its configuration
 * unchanged.
 */
import { openCheckpoint } from '../format/checkpoint.ts'
import { glinerFiles } from '../format/gliner-files.ts'
import { ENCODER_CONFIG, GLINER_CONFIG, hasSafetensors } from '../format/shards.ts'
import { hasFile, type ModelFiles } from '../format/source.ts'
import { convertTensor, readTensor } from './convert-tensor.ts'
import { viewedFiles } from './pytorch/checkpoint.ts'
import type { TensorToWrite } from './safetensors-writer.ts'
import { keptFiles, readSmallFile } from './small-files.ts'

/** Number types of weights; whole numbers are positions, which are not needed. */
const FLOATS: readonly string[] = ['F32', 'F16', 'BF16']

/** A model ready to be written. */
export interface OpenGliner {
  readonly kind: 'safetensors' | 'pytorch'
  /** Its small files, by name. */
  readonly texts: ReadonlyMap<string, Uint8Array>
  readonly tensors: readonly TensorToWrite[]
  close(): Promise<void>
}

/** Whether a folder contains a model of GLiNER, or of GLiNER2. */
export async function isGliner(files: ModelFiles): Promise<boolean> {
  return (await hasFile(files, GLINER_CONFIG)) || (await hasFile(files, ENCODER_CONFIG))
}

/**
 * Opens a GLiNER model.
 *
 * @param dtype the type in which floats are written; default: unchanged
 * @throws {ModelFormatError} as for `openCheckpoint`; MissingFile if there are no weights
 */
export async function openGlinerModel(
  files: ModelFiles,
  dtype: 'F32' | 'F16' | undefined,
): Promise<OpenGliner> {
  const texts = await keptFiles(files)
  for (const name of [GLINER_CONFIG, ENCODER_CONFIG, ...(await glinerFiles(files))]) {
    const bytes = await readSmallFile(files, name)
    if (bytes !== undefined) texts.set(name, bytes)
  }
  const isSafe = await hasSafetensors(files)
  const viewed = isSafe ? undefined : await viewedFiles(files, true)
  const checkpoint = await openCheckpoint(viewed ?? files)
  const tensors = [...checkpoint.tensors.values()]
    .filter((tensor) => FLOATS.includes(tensor.dtype))
    .map((tensor) =>
      convertTensor({ name: tensor.name, tensor, scale: undefined, quantizable: false }, dtype, readTensor),
    )
  return { kind: isSafe ? 'safetensors' : 'pytorch', texts, tensors, close: () => checkpoint.close() }
}
