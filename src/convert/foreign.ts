/** Finds out which format a folder's model has, and opens it. */
import { noModelIn } from '../format/other-models.ts'
import type { ModelFiles } from '../format/source.ts'
import type { ForeignModel } from './foreign-tensor.ts'
import { openPytorchModel } from './pytorch/model.ts'
import { openSavedModel, openTensorflowCheckpoint } from './tensorflow/model.ts'
import { openSparkNlp } from './tensorflow/spark-nlp.ts'

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
  throw await noModelIn(
    files,
    'model that can be converted',
    ': model.safetensors, pytorch_model.bin, a TensorFlow checkpoint or SavedModel, or a Spark NLP annotator',
  )
}
