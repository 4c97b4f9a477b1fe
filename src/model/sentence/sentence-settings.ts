/** Reads the steps before and after the encoder from a folder of sentence-transformers. */
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { checkFileName } from '../../format/file-name.ts'
import { isObject, kind, parseJson, readJsonFile, shown } from '../../format/json-file.ts'
import { type ModelFiles, missingFile, readAll, withFile } from '../../format/source.ts'
import { flag } from '../config-values.ts'
import { activationOf } from '../read-config.ts'
import { modelTypes } from '../read-spec.ts'
import { POOLINGS, type Pooling } from './pooling.ts'

/** How a model of sentence-transformers turns a text into a vector. */
export interface SentenceSettings {
  /**
   * The pooling; an error if the folder's pooling is not supported, which does not matter if the caller
   * states one.
   */
  readonly pooling: Pooling | ModelFormatError
  /** Whether vectors are scaled to length 1. */
  readonly normalize: boolean
  /** Maximum number of pieces in a sequence, `[CLS]` and `[SEP]` included, if stated. */
  readonly maxLength?: number
  /** Whether text is lower-cased before the tokenizer; accents stay. */
  readonly lowercase: boolean
  /** Prompts to put before a text, by name: `query` is `query: `. */
  readonly prompts: ReadonlyMap<string, string>
  /** The name of the prompt that is used by default. */
  readonly defaultPrompt?: string
  /** Whether the prompt's pieces are pooled with the text's. */
  readonly poolsPrompt: boolean
  /** For a cross-encoder: what turns its output into a score, the last part of a Python class name. */
  readonly activation?: string
}

const MODULES = 'modules.json'
const SETTINGS = 'sentence_bert_config.json'
const PROMPTS = 'config_sentence_transformers.json'
const MAX_MODULES_BYTES = 2 ** 16
/** Each may name a file to open. */
const MOST_MODULES = 16

/**
 * `1_Pooling/config.json` up to version 5: one boolean key for each mode. Later, `pooling_mode` names the
 * mode.
 */
const POOLING_KEYS: Readonly<Record<Pooling, string>> = {
  mean: 'pooling_mode_mean_tokens',
  cls: 'pooling_mode_cls_token',
  max: 'pooling_mode_max_tokens',
}

/**
 * Reads `modules.json`, the configuration of its pooling, `sentence_bert_config.json` and
 * `config_sentence_transformers.json`.
 *
 * @param modelType the first folders named the second file after it: `sentence_roberta_config.json`
 * @returns undefined if the folder has no `modules.json`, so that it is not a model of sentence-transformers
 * @throws {ModelFormatError} `InvalidConfig`, `MissingFile`
 */
export async function readSentenceSettings(
  files: ModelFiles,
  modelType: string,
): Promise<SentenceSettings | undefined> {
  const modules = await readModules(files)
  if (modules === undefined) return undefined
  const [encoder, second, ...rest] = modules.map(({ type }) => type)
  const known = encoder === 'Transformer' && second === 'Pooling'
  const fits = known && (rest.length === 0 || (rest.length === 1 && rest[0] === 'Normalize'))
  const { pooling, poolsPrompt } = fits
    ? await readPooling(files, modules[1]!.path)
    : {
        pooling: unsupported(
          `${MODULES} lists ${modules.map(({ type }) => type).join(', ')}, expected Transformer, Pooling and, if any, Normalize`,
        ),
        poolsPrompt: true,
      }
  return {
    ...{ pooling, poolsPrompt, normalize: rest.includes('Normalize') },
    ...(await readLengthAndCase(files, [SETTINGS, `sentence_${modelType}_config.json`])),
    ...(await readPrompts(files)),
  }
}

/**
 * The files that `readSentenceSettings` reads in addition to `modules.json`, which must exist; some may be
 * missing.
 */
export async function sentenceFiles(files: ModelFiles): Promise<string[]> {
  const modules = (await readModules(files)) ?? []
  const poolings = modules.filter(({ type }) => type === 'Pooling')
  return [
    ...poolings.map(({ path }) => checkFileName(`${path}/config.json`)),
    SETTINGS,
    ...modelTypes.map((modelType) => `sentence_${modelType}_config.json`),
    PROMPTS,
  ]
}

/**
 * @param names files that may state it; the first existing one counts
 */
async function readLengthAndCase(
  files: ModelFiles,
  names: readonly string[],
): Promise<Pick<SentenceSettings, 'maxLength' | 'lowercase'>> {
  for (const name of new Set(names)) {
    const settings = await readJsonFile(files, checkFileName(name))
    if (settings === undefined) continue
    const maxLength = settings['max_seq_length'] ?? undefined
    if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && (maxLength as number) >= 3)) {
      throw invalid(name, `has max_seq_length ${shown(maxLength)}, expected a whole number of at least 3`)
    }
    const lowercase = flag(settings, 'do_lower_case', false, name)
    return { lowercase, ...(maxLength === undefined ? {} : { maxLength: maxLength as number }) }
  }
  return { lowercase: false }
}

async function readPrompts(
  files: ModelFiles,
): Promise<Pick<SentenceSettings, 'prompts' | 'defaultPrompt' | 'activation'>> {
  const config = (await readJsonFile(files, PROMPTS)) ?? {}
  const written = config['prompts'] ?? {}
  if (!isObject(written)) throw invalid(PROMPTS, `has prompts that are ${kind(written)}, expected an object`)
  const prompts = new Map<string, string>()
  for (const [name, prompt] of Object.entries(written)) {
    if (typeof prompt !== 'string') {
      throw invalid(PROMPTS, `has the prompt ${quoted(name)} that is ${kind(prompt)}, expected a text`)
    }
    prompts.set(name, prompt)
  }
  const defaultPrompt = config['default_prompt_name'] ?? undefined
  if (defaultPrompt !== undefined && !(typeof defaultPrompt === 'string' && prompts.has(defaultPrompt))) {
    throw invalid(
      PROMPTS,
      `has default_prompt_name ${shown(defaultPrompt)}, expected one of its prompts: ${[...prompts.keys()].map(quoted).join(', ') || 'it has none'}`,
    )
  }
  const activation = activationOf(config['activation_fn'])
  return {
    prompts,
    ...(defaultPrompt === undefined ? {} : { defaultPrompt }),
    ...(activation === undefined ? {} : { activation }),
  }
}

interface Module {
  /** The last part of the Python class: `Pooling`. */
  readonly type: string
  readonly path: string
}

async function readModules(files: ModelFiles): Promise<readonly Module[] | undefined> {
  const bytes = await withFile(files, MODULES, (source) => readAll(source, MAX_MODULES_BYTES))
  if (bytes === undefined) return undefined
  const list = parseJson(bytes, MODULES)
  if (!Array.isArray(list)) throw invalid(MODULES, `holds ${kind(list)}, expected an array of modules`)
  if (list.length > MOST_MODULES) {
    throw invalid(MODULES, `lists ${list.length} modules, expected at most ${MOST_MODULES}`)
  }
  return list.map((entry: unknown): Module => {
    const { type, path } = isObject(entry) ? entry : {}
    if (typeof type === 'string' && typeof path === 'string') {
      return { type: type.slice(type.lastIndexOf('.') + 1), path }
    }
    throw invalid(MODULES, 'has a module without type and path, expected {"type": "...", "path": "..."}')
  })
}

async function readPooling(
  files: ModelFiles,
  path: string,
): Promise<Pick<SentenceSettings, 'pooling' | 'poolsPrompt'>> {
  const name = checkFileName(`${path}/config.json`)
  const config = await readJsonFile(files, name)
  if (config === undefined) {
    throw missingFile(files, [name], `${files.name} has no ${name}, which ${MODULES} names`)
  }
  const poolsPrompt = flag(config, 'include_prompt', true, name)
  // Several modes would mean concatenated vectors.
  const stated = config['pooling_mode']
  const modes =
    stated === undefined
      ? Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true)
      : Array.isArray(stated)
        ? stated
        : [stated]
  const found = POOLINGS.find((pooling) => modes[0] === pooling || modes[0] === POOLING_KEYS[pooling])
  if (found !== undefined && modes.length === 1) return { pooling: found, poolsPrompt }
  const pooling = unsupported(
    `${name} asks for ${modes.map(shown).join(' and ') || 'no pooling'}, expected one of ${POOLINGS.join(', ')}`,
  )
  return { pooling, poolsPrompt }
}

function invalid(fileName: string, what: string): ModelFormatError {
  return new ModelFormatError('InvalidConfig', `${fileName} ${what}`)
}

function unsupported(what: string): ModelFormatError {
  return new ModelFormatError('UnsupportedConfig', `${what}; state the pooling to have that in its place`)
}
