/**
 * Explains what was found where a model was expected, and what to do about it. Loaded only if there is no
 * model.
 */

import { ModelFormatError } from './errors.ts'
import { hasFile, type ModelFiles, missingFile } from './source.ts'

const PICKLE = 'a pickle, read only in Node, Deno and Bun; nothing in it is run'
const ONNX =
  'an ONNX graph, which is not read: load the model that it was exported from, which its card names, or save that as safetensors in Python (save_pretrained)'
const RESAVE = 'load it in Python and save it as safetensors (save_pretrained)'

/**
 * Files that identify a kind of model, what it is, and whether `iobert convert` reads it. The first existing
 * one counts.
 */
const KINDS: readonly (readonly [fileName: string, what: string, convertible: boolean])[] = [
  [
    'gliner_config.json',
    'a GLiNER model, which finds types that are named when one asks: load it with loadGliner, or write iobert find',
    false,
  ],
  [
    'adapter_config.json',
    'a PEFT adapter, which is what was added to another model: merge the two in Python (merge_and_unload, then save_pretrained), and load what that writes',
    false,
  ],
  ['pytorch_model.bin', PICKLE, true],
  ['pytorch_model.bin.index.json', PICKLE, true],
  ['saved_model.pb', 'a SavedModel of TensorFlow', true],
  ['bert_model.ckpt.index', 'a checkpoint of TensorFlow', true],
  ['metadata/part-00000', "a folder of Spark's", true],
  [
    'tf_model.h5',
    'weights of Keras, which are not read: load it in Python with from_tf=True and save it again (save_pretrained)',
    false,
  ],
  ['flax_model.msgpack', `weights of Flax: ${RESAVE}`, false],
  [
    'rust_model.ot',
    'a C++ archive of rust-bert, which is not read: load the model that it was made of',
    false,
  ],
  ...['model.onnx', 'model_quantized.onnx', 'model_optimized.onnx'].map(
    (name) => [name, ONNX, false] as const,
  ),
  ...['', '_quantized', '_fp16', '_int8', '_q4'].map(
    (form) => [`onnx/model${form}.onnx`, ONNX, false] as const,
  ),
]

/** A place in which a model was expected. */
export interface ModelPlace {
  /** A folder, a URL or a Hub id, as errors show it. */
  readonly name: string
  has(fileName: string): Promise<boolean>
}

/**
 * The error for a place without the file `lacking`.
 *
 * @param otherwise ends the message if nothing else is there either
 */
export async function noModel(
  place: ModelPlace,
  lacking: string,
  otherwise: string,
): Promise<ModelFormatError> {
  for (const [fileName, what, convertible] of KINDS) {
    if (!(await place.has(fileName))) continue
    const advice = convertible ? `; turn it into safetensors with: ${conversion(place.name)}` : ''
    return new ModelFormatError(
      'MissingFile',
      `${place.name} has no ${lacking}, only ${fileName}, ${what}${advice}`,
    )
  }
  return new ModelFormatError('MissingFile', `${place.name} has no ${lacking}${otherwise}`)
}

/**
 * Like `noModel`, for files that can be opened; if they can explain why one is missing, the error includes
 * that.
 */
export async function noModelIn(
  files: ModelFiles,
  lacking: string,
  otherwise: string,
): Promise<ModelFormatError> {
  const has = (fileName: string): Promise<boolean> => hasFile(files, fileName)
  const { message } = await noModel({ name: files.name, has }, lacking, otherwise)
  return missingFile(files, [lacking], message)
}

/** The command to convert a model; if it is not on a disk, its files have to be downloaded first. */
function conversion(name: string): string {
  const elsewhere = /^(?:\w+:\/\/|the given files$|The model )/.test(name)
  return `iobert convert ${elsewhere ? 'FOLDER OUT, when its files are in a FOLDER of yours; nothing in them is run' : `${name} OUT`}`
}
