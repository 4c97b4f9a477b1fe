/**
 * Reads `pytorch_model.bin` in place of `model.safetensors`: as a view of its tensors where they are in the
 * file, or, for readers without views, as the bytes of a safetensors file with some of the tensors.
 */
import type { Checkpoint } from '../../format/checkpoint.ts'
import { PYTORCH_INDEX, PYTORCH_WEIGHTS, WEIGHTS } from '../../format/shards.ts'
import type { ModelFiles } from '../../format/source.ts'
import { type ViewPart, viewSource, type WeightsView } from '../../format/weights-view.ts'
import { unsupportedContainer } from '../containers/refuse.ts'
import type { ForeignTensor } from '../foreign-tensor.ts'
import { layoutSafetensors, type SafetensorsLayout } from '../safetensors-writer.ts'
import { openPytorchWeights } from './model.ts'

/**
 * A view of PyTorch's weights, whole or in shards. Nothing in them is executed, and no data is kept.
 *
 * @param isChecked reads all data once, to compare it with the checksums in the archive
 * @returns `undefined` if there are none
 * @throws {ModelFormatError} as for `openPytorchWeights`; with the check, for bytes that differ from those
 *   saved
 */
export async function pytorchView(files: ModelFiles, isChecked: boolean): Promise<WeightsView | undefined> {
  const weights = await openPytorchWeights(files)
  if (weights === undefined) return undefined
  try {
    const { tensors, fileNames } = weights
    if (isChecked) for (const { place } of tensors) await place?.check()
    const { header, tensors: laid } = layOut(files, tensors)
    const parts: ViewPart[] = [{ byteLength: header.length, from: header, offset: 0 }]
    for (const { tensor, byteLength } of laid) {
      const { file, offset, strided } = tensor.place!
      parts.push({ byteLength, from: fileNames.get(file)!, offset, ...(strided && { strided }) })
    }
    const isWhole = [...fileNames.values()].includes(PYTORCH_WEIGHTS)
    return { fileName: isWhole ? PYTORCH_WEIGHTS : PYTORCH_INDEX, parts }
  } finally {
    await weights.close()
  }
}

/** A pickle may give a tensor any name, but a safetensors file may not. */
function layOut(files: ModelFiles, tensors: readonly ForeignTensor[]): SafetensorsLayout<ForeignTensor> {
  try {
    return layoutSafetensors(tensors)
  } catch (error) {
    if (error instanceof RangeError) throw unsupportedContainer(files.name, error.message)
    throw error
  }
}

/**
 * Files whose PyTorch weights are read as `model.safetensors`.
 *
 * @param isChecked  see `pytorchView`
 * @returns `undefined` if there are none
 */
export async function viewedFiles(files: ModelFiles, isChecked: boolean): Promise<ModelFiles | undefined> {
  const view = await pytorchView(files, isChecked)
  if (view === undefined) return undefined
  return { ...files, open: async (name) => (name === WEIGHTS ? viewSource(files, view) : files.open(name)) }
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
