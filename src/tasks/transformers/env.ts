/** `env` of transformers.js: settings of a program that hold for every model it loads from then on. */
import type { LoadOptions, ModelName } from '../../load-options.ts'

/** Settings of the backend of transformers.js. */
export interface WasmSettings {
  /** Threads of the engine, where it is 1 or more and the call says nothing of threads. */
  numThreads?: number
  /** All others are about files of ONNX Runtime, which is not there. */
  [setting: string]: unknown
}

/**
 * The settings of transformers.js that have a meaning here. Others can be set, as programs for it do, and change nothing: they
 * are about its caches and about ONNX Runtime, which compute nothing here.
 */
export interface Env {
  /** Whether files come from the Hub; default true. With false only what is in the cache, or below `localModelPath`. */
  allowRemoteModels: boolean
  /** Whether models are looked for below `localModelPath`; default true. */
  allowLocalModels: boolean
  /** A folder of models, or a URL; default null: none. Read where `allowRemoteModels` is false. */
  localModelPath: string | null
  /** The Hub's cache; default null: where Python keeps it. */
  cacheDir: string | null
  /** The Hub; another one is refused: in Node, `HF_ENDPOINT` names it. */
  remoteHost: string
  /** Of its settings `onnx.wasm.numThreads` is read. */
  readonly backends: {
    /** Of ONNX Runtime. */
    readonly onnx: {
      /** Those of its WebAssembly. */
      readonly wasm: WasmSettings
      /** All others are not read. */
      [setting: string]: unknown
    }
  }
  /** Any other setting of transformers.js. */
  [setting: string]: unknown
}

const HUB = 'https://huggingface.co/'

export function createEnv(): Env {
  return {
    allowRemoteModels: true,
    allowLocalModels: true,
    localModelPath: null,
    cacheDir: null,
    remoteHost: HUB,
    backends: { onnx: { wasm: {} } },
  }
}

/** A Hub's id, which may stand for a folder below `localModelPath`. */
const ID = /^[\w-][\w.-]*(?:\/[\w.-]+)?$/u

/**
 * A call's model and options with what `env` says where the call says nothing.
 *
 * @throws {RangeError} for a setting that would load another model than is asked for
 */
export function withEnv(
  model: ModelName | undefined,
  options: LoadOptions,
  { allowRemoteModels, allowLocalModels, localModelPath, cacheDir, remoteHost, backends }: Env,
): [model: ModelName | undefined, options: LoadOptions] {
  if (remoteHost.replace(/\/*$/u, '/') !== HUB) {
    throw new RangeError(
      `env.remoteHost is '${remoteHost}', expected '${HUB}': name another Hub by the variable HF_ENDPOINT of the environment`,
    )
  }
  const threads = backends?.onnx?.wasm?.numThreads
  const filled: LoadOptions = {
    ...(cacheDir ? { cacheDir } : {}),
    ...(allowRemoteModels ? {} : { offline: true }),
    ...(Number.isSafeInteger(threads) && threads! >= 1 ? { threads: threads! } : {}),
    ...options,
  }
  const path = allowLocalModels ? localModelPath : null
  if (!path || typeof model !== 'string' || !ID.test(model)) return [model, filled]
  if (allowRemoteModels) {
    throw new RangeError(
      `env.localModelPath is '${path}' and env.allowRemoteModels is true: which of the two has ${model}? Set allowRemoteModels to false, or give the folder itself: pipeline(task, '${path.replace(/\/*$/u, '')}/${model}')`,
    )
  }
  return [`${path.replace(/\/*$/u, '')}/${model}${path.includes('://') ? '/' : ''}`, filled]
}
