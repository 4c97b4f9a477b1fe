/**
 * Translates the options of Hugging Face's pipelines (Python's and transformers.js's) into ours. An option
 * without a counterpart is refused by name, so that nothing else than requested is computed.
 */
import { kindOf } from '../../check/kind.ts'
import type { LoadOptions, ModelName } from '../../load-options.ts'

/** The argument of `progress_callback`, under transformers.js's names. */
export interface PipelineProgress {
  status: 'progress'
  file: string
  loaded: number
  total: number
  /** Percent. */
  progress: number
}

/** Options of `pipeline()` under transformers.js's names, plus those of `loadRecognizer`. */
export interface PipelineOptions extends LoadOptions {
  /** 'q8' or 'int8' (default), or 'fp32'. */
  dtype?: 'auto' | 'q8' | 'int8' | 'fp32'
  /** 'wasm', 'cpu' or 'auto': all mean the WebAssembly engine. */
  device?: 'auto' | 'wasm' | 'cpu'
  /** A branch, a tag or a commit of the Hub's repository. */
  revision?: string
  /** The Hub's cache. */
  cache_dir?: string
  /** Uses no network, only what is in the cache. */
  local_files_only?: boolean
  /** Called while files are downloaded and read. */
  progress_callback?: (progress: PipelineProgress) => void
}

const PRECISIONS = { auto: 'int8', q8: 'int8', int8: 'int8', fp32: 'float32' } as const
const DEVICES: readonly string[] = ['auto', 'wasm', 'cpu']
/** Options of the other libraries about how models run, which have no counterpart here. */
const REFUSED: readonly string[] = [
  ...['subfolder', 'model_file_name', 'use_external_data_format', 'session_options', 'config', 'quantized'],
  ...['framework', 'torch_dtype', 'device_map', 'model_kwargs', 'trust_remote_code', 'feature_extractor'],
  ...['tokenizer', 'processor', 'num_workers'],
]

/**
 * @throws {TypeError} for options that are not an object
 * @throws {RangeError} for an option without a counterpart, or a value that this engine does not support
 */
export function loadOptionsOf(
  model: ModelName | undefined,
  given: PipelineOptions,
): [model: ModelName | undefined, options: LoadOptions] {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`The options of pipeline() are ${kindOf(given)}, expected an object`)
  }
  refuse(given, REFUSED, 'pipeline()')
  const { dtype, device, revision, cache_dir, local_files_only, progress_callback, ...own } = given
  if (device !== undefined && !DEVICES.includes(device)) {
    throw new RangeError(
      `device is '${String(device)}', expected 'wasm', 'cpu' or 'auto': iobert computes in WebAssembly; leave device out`,
    )
  }
  if (dtype !== undefined && !Object.hasOwn(PRECISIONS, dtype)) {
    throw new RangeError(
      `dtype is ${typeof dtype === 'string' ? `'${dtype}'` : kindOf(dtype)}, expected 'q8', 'int8', 'fp32' or 'auto'`,
    )
  }
  const options: LoadOptions = { ...own }
  if (dtype !== undefined) options.precision = PRECISIONS[dtype]
  if (cache_dir !== undefined) options.cacheDir = cache_dir
  if (local_files_only !== undefined) options.offline = local_files_only
  if (progress_callback !== undefined) {
    options.onProgress = ({ file, loaded, total }) =>
      progress_callback({ status: 'progress', file, loaded, total, progress: (100 * loaded) / total })
  }
  return [withRevision(model, revision), options]
}

function withRevision(model: ModelName | undefined, revision: string | undefined): ModelName | undefined {
  if (revision === undefined || revision === 'main') return model
  if (typeof model === 'string' && model.includes('/') && !model.includes('@')) return `${model}@${revision}`
  throw new RangeError(
    `revision is '${revision}', which only a Hub id owner/name has, and the model is ${model === undefined ? 'the one that ships' : `'${String(model)}'`}; leave revision out`,
  )
}

/** Refuses options by name. An option that is undefined counts as not given. */
export function refuse(given: object, names: readonly string[], what: string): void {
  for (const name of names) {
    if ((given as Record<string, unknown>)[name] === undefined) continue
    throw new RangeError(
      `${what} is given ${name}, which iobert/transformers does not have; leave it out, or use iobert's own functions`,
    )
  }
}

/**
 * Refuses unknown options of a call.
 *
 * @param known names of the options that are read
 */
export function checkKnown(given: unknown, known: readonly string[], what: string): void {
  if (given === undefined) return
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`The options of ${what} are ${kindOf(given)}, expected an object`)
  }
  refuse(
    given,
    Object.keys(given).filter((name) => !known.includes(name)),
    what,
  )
}
