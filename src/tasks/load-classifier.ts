/** From a model's name to a classifier. */
import { loadModel, type Platform } from '../load.ts'
import type { LoadOptions, ModelName } from '../load-options.ts'
import { Classifier } from './classifier.ts'

export async function loadClassifier(
  platform: Platform,
  model: ModelName | undefined,
  options: LoadOptions | undefined,
): Promise<Classifier> {
  const loaded = await loadModel(platform, model, options)
  try {
    return new Classifier(loaded)
  } catch (error) {
    loaded.dispose()
    throw error
  }
}
