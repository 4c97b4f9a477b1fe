/** What a folder of sentence-transformers says about the steps after (and before) the encoder. */
import { ModelFormatError } from '../format/errors.ts'
import { checkFileName } from '../format/file-name.ts'
import { isObject, type JsonRecord, kind, parseJson, readJsonObject, shown } from '../format/json-file.ts'
import { type ModelFiles, missingFile, readAll } from '../format/source.ts'
import { POOLINGS, type Pooling } from './pooling.ts'

/** How a model of sentence-transformers makes a vector of a text. */
export interface SentenceSettings {
  /** Why the vectors cannot be made as the folder says, where that is so; what the caller states is still done. */
  readonly pooling: Pooling | ModelFormatError
  /** Whether vectors are scaled to length 1. */
  readonly normalize: boolean
  /** Pieces a sequence may have, `[CLS]` and `[SEP]` included, where the files say. */
  readonly maxLength?: number
  /** Text is lower-cased before the tokenizer gets it; accents stay. */
  readonly lowercase: boolean
}

const MODULES = 'modules.json'
const SETTINGS = 'sentence_bert_config.json'
const MAX_MODULES_BYTES = 2 ** 16

/** `1_Pooling/config.json` up to version 5: one key a mode, true or false. From then on `pooling_mode` has its name. */
const POOLING_KEYS: Readonly<Record<Pooling, string>> = {
  mean: 'pooling_mode_mean_tokens',
  cls: 'pooling_mode_cls_token',
  max: 'pooling_mode_max_tokens',
}

/**
 * Reads `modules.json`, the configuration of its pooling and `sentence_bert_config.json`.
 *
 * @returns undefined where the folder has no `modules.json`: it is no model of sentence-transformers
 * @throws {ModelFormatError} `InvalidConfig`, `MissingFile`
 */
export async function readSentenceSettings(files: ModelFiles): Promise<SentenceSettings | undefined> {
  const modules = await readModules(files)
  if (modules === undefined) return undefined
  const settings = (await readObject(files, SETTINGS)) ?? {}
  const maxLength = settings['max_seq_length'] ?? undefined
  if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && (maxLength as number) >= 3)) {
    throw invalid(SETTINGS, `has max_seq_length ${shown(maxLength)}, expected a whole number of at least 3`)
  }
  const lowercase = settings['do_lower_case'] ?? false
  if (typeof lowercase !== 'boolean') {
    throw invalid(SETTINGS, `has do_lower_case ${shown(lowercase)}, expected true or false`)
  }
  const [encoder, pooling, ...rest] = modules.map(({ type }) => type)
  const known = encoder === 'Transformer' && pooling === 'Pooling'
  return {
    pooling:
      known && (rest.length === 0 || (rest.length === 1 && rest[0] === 'Normalize'))
        ? await readPooling(files, modules[1]!.path)
        : unsupported(
            `${MODULES} lists ${modules.map(({ type }) => type).join(', ')}, expected Transformer, Pooling and, if any, Normalize`,
          ),
    normalize: rest.includes('Normalize'),
    lowercase,
    ...(maxLength === undefined ? {} : { maxLength: maxLength as number }),
  }
}

interface Module {
  /** The last part of the Python class: `Pooling`. */
  readonly type: string
  readonly path: string
}

async function readModules(files: ModelFiles): Promise<readonly Module[] | undefined> {
  const source = await files.open(MODULES)
  if (source === undefined) return undefined
  let list: unknown
  try {
    list = parseJson(await readAll(source, MAX_MODULES_BYTES), MODULES)
  } finally {
    await source.close()
  }
  if (!Array.isArray(list)) throw invalid(MODULES, `holds ${kind(list)}, expected an array of modules`)
  return list.map((entry: unknown): Module => {
    const { type, path } = isObject(entry) ? entry : {}
    if (typeof type === 'string' && typeof path === 'string') {
      return { type: type.slice(type.lastIndexOf('.') + 1), path }
    }
    throw invalid(MODULES, 'has a module without type and path, expected {"type": "...", "path": "..."}')
  })
}

async function readPooling(files: ModelFiles, path: string): Promise<Pooling | ModelFormatError> {
  const name = checkFileName(`${path}/config.json`)
  const config = await readObject(files, name)
  if (config === undefined) {
    throw missingFile(files, [name], `${files.name} has no ${name}, which ${MODULES} names`)
  }
  // Several modes stand for vectors side by side.
  const stated = config['pooling_mode']
  const modes =
    stated === undefined
      ? Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true)
      : Array.isArray(stated)
        ? stated
        : [stated]
  const found = POOLINGS.find((pooling) => modes[0] === pooling || modes[0] === POOLING_KEYS[pooling])
  if (found !== undefined && modes.length === 1) return found
  return unsupported(
    `${name} asks for ${modes.map(shown).join(' and ') || 'no pooling'}, expected one of ${POOLINGS.join(', ')}`,
  )
}

async function readObject(files: ModelFiles, name: string): Promise<JsonRecord | undefined> {
  const source = await files.open(name)
  if (source === undefined) return undefined
  try {
    return await readJsonObject(source)
  } finally {
    await source.close()
  }
}

function invalid(fileName: string, what: string): ModelFormatError {
  return new ModelFormatError('InvalidConfig', `${fileName} ${what}`)
}

function unsupported(what: string): ModelFormatError {
  return new ModelFormatError('UnsupportedConfig', `${what}; state the pooling to have that in its place`)
}
