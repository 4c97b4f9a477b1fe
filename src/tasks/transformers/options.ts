/**
 * Translates the options of Hugging Face's pipelines (Python's and transformers.js's) into ours. An option
 * without a counterpart is refused by name, so that nothing else than requested is computed.
 */
import { isObject, kindOf } from '../../check/kind.ts'
import type { LoadProgress } from '../../format/load-watch.ts'
import type { LoadOptions, ModelName } from '../../load-options.ts'
import { type Env, withEnv } from './env.ts'

/** What `progress_callback` is told, with transformers.js's names: of each file that it is asked for, how far it is, and its end. */
export type PipelineProgress =
  | FileProgress
  | (Omit<FileProgress, 'status' | 'loaded' | 'total' | 'progress'> & {
      /** A file is asked for, comes, and is there. */
      status: 'initiate' | 'download' | 'done'
    })
  | {
      /** All is loaded. */
      status: 'ready'
      /** The pipeline's. */
      task: string
      /** As it was named. */
      model: string
    }

/** How far a file is. */
export interface FileProgress {
  /** Some of it came. */
  status: 'progress'
  /** The model's, as it was named. */
  name: string
  /** The file's name, or 'weights' while they are brought into memory. */
  file: string
  /** Bytes so far. */
  loaded: number
  /** Bytes in all; 0 while nobody has said. */
  total: number
  /** Percent. */
  progress: number
}

/** Options of `pipeline()`, as transformers.js names them, and those of `loadRecognizer` too. Null counts as not given. */
export interface PipelineOptions extends LoadOptions {
  /** 'q8' or 'int8' (default), or 'fp32'. */
  dtype?: 'auto' | 'q8' | 'int8' | 'fp32' | null
  /** 'wasm', 'cpu' or 'auto': all mean the WebAssembly engine. */
  device?: 'auto' | 'wasm' | 'cpu' | null
  /** A branch, a tag or a commit of the Hub's repository. */
  revision?: string
  /** The Hub's cache. */
  cache_dir?: string | null
  /** No network: only what is in the cache. */
  local_files_only?: boolean
  /** Told while files are downloaded and read. */
  progress_callback?: ((progress: PipelineProgress) => void) | null
}

const PRECISIONS = { auto: 'int8', q8: 'int8', int8: 'int8', fp32: 'float32' } as const
const DEVICES: readonly string[] = ['auto', 'wasm', 'cpu']
/** Options of the other libraries that say how they run; nothing here answers to them, unless they say what is done anyway. */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  subfolder: (value) => value === 'onnx' || value === '',
  session_options: (value) => isObject(value) && Object.keys(value).length === 0,
  use_external_data_format: (value) => value === false,
  quantized: (value) => value === true,
  ...refusing(
    'model_file_name',
    'config',
    'framework',
    'torch_dtype',
    'device_map',
    'model_kwargs',
    'processor',
  ),
  ...refusing('trust_remote_code', 'feature_extractor', 'tokenizer', 'num_workers'),
}

function refusing(...names: readonly string[]): Readonly<Record<string, () => boolean>> {
  return Object.fromEntries(names.map((name) => [name, () => false]))
}

/** Options without those that are null. */
type Given<Options> = { [Name in keyof Options]: Exclude<Options[Name], null> }

/** What is given: transformers.js names its defaults `null`, and so do programs that copied them. */
function withoutNull<Options extends object>(given: Options, kept: readonly string[] = []): Given<Options> {
  const entries = Object.entries(given).filter(([name, value]) => value !== null || kept.includes(name))
  return Object.fromEntries(entries) as Given<Options>
}

/** How a pipeline is loaded: its model, its options, and who is told when it is. */
export interface PipelineLoad {
  readonly model: ModelName | undefined
  readonly options: LoadOptions
  readonly ready: () => void
}

/**
 * @throws {TypeError} for options that are not an object
 * @throws {RangeError} for an option without a counterpart, or a value that this engine does not support
 */
export function loadOptionsOf(
  task: string,
  model: ModelName | undefined,
  written: PipelineOptions,
  env: Env,
): PipelineLoad {
  if (typeof written !== 'object' || written === null) {
    throw new TypeError(`The options of pipeline() are ${kindOf(written)}, expected an object`)
  }
  const given = withoutNull(written)
  const refused = Object.entries(REFUSED).filter(([name, isDefault]) => {
    const value = (given as Record<string, unknown>)[name]
    return value !== undefined && !isDefault(value)
  })
  refuse(
    given,
    refused.map(([name]) => name),
    'pipeline()',
  )
  const { dtype, device, revision, cache_dir, local_files_only, progress_callback, ...rest } = given
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
  const own = Object.entries(rest).filter(([name]) => !Object.hasOwn(REFUSED, name))
  const asked: LoadOptions = { ...Object.fromEntries(own) }
  if (dtype !== undefined) asked.precision = PRECISIONS[dtype]
  if (cache_dir !== undefined) asked.cacheDir = cache_dir
  if (local_files_only !== undefined) asked.offline = local_files_only
  const [named, options] = withEnv(withRevision(model, revision), asked, env)
  if (progress_callback === undefined) return { model: named, options, ready() {} }
  const name = typeof model === 'string' || model instanceof URL ? String(model) : 'iobert'
  const told = tellProgress(progress_callback, name, task)
  return { model: named, options: { ...options, onProgress: told.onProgress }, ready: told.ready }
}

/** Tells of each file its beginning and its end, which programs wait for, and that all is there. */
function tellProgress(
  tell: (progress: PipelineProgress) => void,
  name: string,
  task: string,
): { onProgress(progress: LoadProgress): void; ready(): void } {
  const open = new Set<string>()
  const seen = new Set<string>()
  const end = (file: string): void => {
    if (open.delete(file)) tell({ status: 'done', name, file })
  }
  return {
    onProgress({ file, loaded, total }) {
      if (!seen.has(file)) {
        seen.add(file)
        open.add(file)
        tell({ status: 'initiate', name, file })
        tell({ status: 'download', name, file })
      }
      const progress = total === 0 ? 0 : (100 * loaded) / total
      tell({ status: 'progress', name, file, loaded, total, progress })
      if (total > 0 && loaded >= total) end(file)
    },
    ready() {
      for (const file of [...open]) end(file)
      tell({ status: 'ready', task, model: name })
    },
  }
}

function withRevision(model: ModelName | undefined, revision: string | undefined): ModelName | undefined {
  if (revision === undefined || revision === 'main') return model
  if (typeof model === 'string' && model.includes('/') && !model.includes('@')) return `${model}@${revision}`
  throw new RangeError(
    `revision is '${revision}', which only a Hub id owner/name has, and the model is ${model === undefined ? 'the one that ships' : `'${String(model)}'`}; leave revision out`,
  )
}

/** Refuses options by name. An option that is undefined counts as not given. */
function refuse(given: object, names: readonly string[], what: string): void {
  for (const name of names) {
    if ((given as Record<string, unknown>)[name] === undefined) continue
    throw new RangeError(
      `${what} is given ${name}, which iobert/transformers does not have; leave it out, or use iobert's own functions`,
    )
  }
}

/**
 * The options of a call, without those that are null. What is not known is refused.
 *
 * @param known  names that are read
 * @param nullable  names for which null has a meaning
 */
export function optionsOf<Options extends object>(
  given: unknown,
  known: readonly string[],
  what: string,
  nullable: readonly string[] = [],
): Options {
  if (given === undefined || given === null) return {} as Options
  if (typeof given !== 'object') {
    throw new TypeError(`The options of ${what} are ${kindOf(given)}, expected an object`)
  }
  const options = withoutNull(given, nullable)
  refuse(
    options,
    Object.keys(options).filter((name) => !known.includes(name)),
    what,
  )
  return options as object as Options
}
