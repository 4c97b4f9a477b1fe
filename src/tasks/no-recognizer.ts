/** Why a model cannot recognise. */
import type { BertModel } from '../bert-model.ts'
import { ModelFormatError } from '../format/errors.ts'

/** What a model is whose head is not over tokens. */
export function noRecognizer({ head, config }: BertModel): ModelFormatError {
  if (head === 'text') {
    return new ModelFormatError(
      'UnsupportedConfig',
      `The model is a ${config.architecture}, which classifies whole texts and not their tokens; use loadClassifier`,
    )
  }
  if (head === 'words') {
    return new ModelFormatError(
      'UnsupportedConfig',
      `The model is a ${config.architecture}, which guesses words and has no labels for tokens; use loadModel for fillMask and for its vectors`,
    )
  }
  return new ModelFormatError(
    'MissingTensor',
    'The weights have no classifier.weight: this is an encoder without a token classification head; use loadModel for its vectors',
  )
}
