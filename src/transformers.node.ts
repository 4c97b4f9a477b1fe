/**
 * `iobert/transformers` in Node, Deno and Bun: a `pipeline()` like that of transformers.js and Python's
 * transformers.
 */
import * as iobert from './node.ts'
import { type CreatePipeline, pipelineOf } from './tasks/transformers/pipeline.ts'

export type { PipelineOptions, PipelineProgress } from './tasks/transformers/options.ts'
export type * from './tasks/transformers/pipeline.ts'
export type { PipelineTensor } from './tasks/transformers/tensor.ts'

/** Loads a model for a task: see `CreatePipeline`. */
export const pipeline: CreatePipeline = /* @__PURE__ */ pipelineOf(iobert)
