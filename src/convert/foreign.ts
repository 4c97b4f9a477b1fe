/** Finds out which format a folder's model has, and opens it. */
import { ModelFormatError } from '../format/errors.ts'
import type { ModelFiles } from '../format/source.ts'
import type { ForeignModel } from './foreign-tensor.ts'
import { openPytorchModel } from './pytorch/model.ts'
import { hasFile } from './small-files.ts'
import { openSavedModel, openTensorflowCheckpoint } from './tensorflow/model.ts'
import { openSparkNlp } from './tensorflow/spark-nlp.ts'

/** Formats that are recognized only to report that they are not supported. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['tf_model.h5', 'Keras HDF5 weights; save the model as a SavedModel, or as safetensors from PyTorch'],
  ['flax_model.msgpack', 'Flax weights'],
  ['model.onnx', 'an ONNX graph'],
  ['onnx/model.onnx', 'an ONNX graph'],
  ['adapter_config.json', 'a PEFT adapter, which must be merged with its model first (merge_and_unload)'],
  ['rust_model.ot', 'a C++ archive of rust-bert'],
]

/**
 * Opens a model in a format other than safetensors: `pytorch_model.bin` (one file or shards), a TensorFlow
 * checkpoint of BERT, a TF SavedModel of TFBertForTokenClassification or TFDistilBertForTokenClassification,
 * or a Spark NLP annotator that wraps one. Nothing in the files is executed. The data of a tensor is read on
 * demand.
 *
 * @throws {ModelFormatError} MissingFile if there is none of these, otherwise what is wrong and where
 *
 * @example
 * const model = await openForeignModel(files)
 * for (const { name, dtype, shape } of model.tensors) ...
 * await model.close()
 */
export async function openForeignModel(files: ModelFiles): Promise<ForeignModel> {
  const model =
    (await openSparkNlp(files)) ??
    (await openPytorchModel(files)) ??
    (await openSavedModel(files)) ??
    (await openTensorflowCheckpoint(files))
  if (model !== undefined) return model
  for (const [name, what] of OTHERS) {
    if (!(await hasFile(files, name))) continue
    throw new ModelFormatError(
      'MissingFile',
      `${files.name} has only ${name}, ${what}, which cannot be converted`,
    )
  }
  throw new ModelFormatError(
    'MissingFile',
    `${files.name} has no model that can be converted: model.safetensors, pytorch_model.bin, a TensorFlow checkpoint or ` +
      'SavedModel, or a Spark NLP annotator',
  )
}
