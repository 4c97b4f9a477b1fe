/** `iobert/transformers` in browsers and bundles: `pipeline()` as transformers.js and Python's transformers have it. */
import * as iobert from './index.ts'
import type { ModelName } from './load-options.ts'
import type { PipelineOptions } from './tasks/transformers/options.ts'
import { makePipeline, type PipelineTask } from './tasks/transformers/pipeline.ts'

export type { PipelineOptions, PipelineProgress } from './tasks/transformers/options.ts'
export type * from './tasks/transformers/pipeline.ts'
export type { PipelineTensor } from './tasks/transformers/tensor.ts'

/**
 * Loads a model for a task: 'token-classification' ('ner'), 'text-classification', 'fill-mask' or 'feature-extraction'.
 * Without a model the one that ships finds names.
 *
 * @throws {RangeError} for a task or an option that is not there, named
 * @throws as `loadRecognizer` for what is wrong with the model
 *
 * @example
 * const ner = await pipeline('ner')
 * await ner('Angela Merkel met Tim Cook.', { aggregation_strategy: 'simple' })
 */
export function pipeline<Task extends PipelineTask>(
  task: Task,
  model?: ModelName,
  options?: PipelineOptions,
): ReturnType<typeof makePipeline<Task>> {
  return makePipeline<Task>(iobert, task, model, options)
}
