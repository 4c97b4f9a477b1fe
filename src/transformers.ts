/**
 * `iobert/transformers` in browsers and bundles: a `pipeline()` like that of transformers.js and Python's
 * transformers.
 */
import * as iobert from './index.ts'
import { createEnv, type Env } from './tasks/transformers/env.ts'
import { pipelineOf } from './tasks/transformers/pipeline.ts'
import type { CreatePipeline } from './tasks/transformers/types.ts'

export type { Env, WasmSettings } from './tasks/transformers/env.ts'
export type { FileProgress, PipelineOptions, PipelineProgress } from './tasks/transformers/options.ts'
export type { PipelineTensor, TensorSlice } from './tasks/transformers/tensor.ts'
export type * from './tasks/transformers/types.ts'

/** Settings that hold for every later call of `pipeline`. */
export const env: Env = /* @__PURE__ */ createEnv()

/** Loads a model for a task: see `CreatePipeline`. */
export const pipeline: CreatePipeline = /* @__PURE__ */ pipelineOf(iobert, env)
