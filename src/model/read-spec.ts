/** Makes a model's specification from its config.json, using the file of its family. */
import { capability } from '../format/capability.ts'
import { quoted } from '../format/errors.ts'
import { type JsonRecord, parseJsonObject, readJsonFile } from '../format/json-file.ts'
import { noModelIn } from '../format/other-models.ts'
import { CONFIG } from '../format/shards.ts'
import type { ModelFiles } from '../format/source.ts'
import { text, unsupportedConfig } from './config-values.ts'
import { readBert } from './families/bert.ts'
import { readArchitecture } from './read-config.ts'
import type { ModelSpec } from './spec.ts'

/** Reads the config.json of a family. @throws {ModelFormatError} InvalidConfig, UnsupportedConfig */
export type ReadFamily = (json: JsonRecord) => ModelSpec

/** Families by `model_type`. The files of families other than BERT's are loaded only for their models. */
const FAMILIES: ReadonlyMap<string, () => Promise<ReadFamily>> = new Map<string, () => Promise<ReadFamily>>([
  ['bert', async () => readBert],
  ['distilbert', async () => (await import('./families/distilbert.ts')).readDistilbert],
  ['roberta', async () => (await import('./families/roberta.ts')).readRoberta],
  ['xlm-roberta', async () => (await import('./families/roberta.ts')).readXlmRoberta],
  ['camembert', async () => (await import('./families/roberta.ts')).readCamembert],
  ['roberta-prelayernorm', async () => (await import('./families/roberta.ts')).readRobertaPreLayerNorm],
  ['data2vec-text', async () => (await import('./families/roberta.ts')).readData2vecText],
  ['ernie', async () => (await import('./families/ernie.ts')).readErnie],
  ['electra', async () => (await import('./families/electra.ts')).readElectra],
  ['deberta', async () => (await import('./families/deberta.ts')).readDeberta],
  ['deberta-v2', async () => (await import('./families/deberta.ts')).readDebertaV2],
  ['modernbert', async () => (await import('./families/modernbert.ts')).readModernbert],
  ['eurobert', async () => (await import('./families/eurobert.ts')).readEurobert],
  ['mpnet', async () => (await import('./families/mpnet.ts')).readMpnet],
  ['albert', async () => (await import('./families/albert.ts')).readAlbert],
])

/** The supported values of `model_type`. */
export const modelTypes: readonly string[] = [...FAMILIES.keys()]

/**
 * Reads `config.json` of a model of BERT's family, with the keys and defaults of transformers.
 *
 * @param json the file's text or bytes, at most 1 MB
 * @throws {ModelFormatError} InvalidConfig for a broken file or value, UnsupportedConfig for an unsupported
 *   model
 *
 * @example
 * const { config, layers } = await parseSpec(await readFile('config.json'))
 */
export async function parseSpec(json: string | Uint8Array): Promise<ModelSpec> {
  return readSpec(parseJsonObject(json, CONFIG))
}

/**
 * Reads the configuration of a model's folder.
 *
 * @throws {ModelFormatError} MissingFile if there is no `config.json`, otherwise as for `parseSpec`
 */
export async function loadSpec(files: ModelFiles): Promise<ModelSpec> {
  const json = await readJsonFile(files, CONFIG)
  if (json) return await readSpec(json)
  throw await noModelIn(files, CONFIG, ': a model is config.json, vocab.txt and model.safetensors')
}

/** The specification, made by the family that the configuration names. */
async function readSpec(json: JsonRecord): Promise<ModelSpec> {
  const modelType = readModelType(json)
  const family = FAMILIES.get(modelType ?? '')
  if (family !== undefined) {
    const read = await capability(`models of the family ${modelType}`, family)
    return read({ ...json, model_type: modelType })
  }
  if (modelType === 'extractor')
    throw unsupportedConfig(
      'has model_type "extractor", which is GLiNER2: it finds types that are named when one asks; load it with loadGliner, or write iobert find',
    )
  const found =
    modelType === undefined
      ? `no model_type (architecture ${quoted(readArchitecture(json) ?? 'unknown')})`
      : `model_type ${quoted(modelType)}`
  throw unsupportedConfig(
    `has ${found}: only models of ${modelTypes.join(', ')} can be loaded; choose one that was fine-tuned from one of these`,
  )
}

/** `model_type`; the first BERT configurations had none. */
function readModelType(json: JsonRecord): string | undefined {
  const written = text(json, 'model_type')
  if (written !== undefined) return written
  const architecture = readArchitecture(json)
  const isBert = architecture === undefined || architecture.startsWith('Bert')
  return isBert && 'hidden_size' in json ? 'bert' : undefined
}
