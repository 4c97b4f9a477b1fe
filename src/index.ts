/**
 * iobert: named entities out of text with BERT, on any JavaScript runtime. This is the runtime-neutral entry (browsers,
 * edge workers, bundles); in Node, Deno and Bun `node.ts` adds what needs a disk.
 */
import type { BertModel } from './bert-model.ts'
import * as load from './load.ts'
import type { LoadOptions, ModelName } from './load-options.ts'
import { webPlatform } from './platform.ts'
import type { Recognizer } from './recognizer.ts'
import type { Classifier } from './tasks/classifier.ts'
import type { Gliner } from './tasks/gliner/gliner.ts'
import type { GlinerLoadOptions } from './tasks/gliner/load.ts'
import type { Tokenizer } from './text/tokenizer.ts'

export * from './public.ts'

/**
 * Loads a recognizer.
 *
 * @param model  nothing, or options alone: the shipped model, from `../weights/` beside this module; a Hub id `owner/name[@revision]`; a
 *   URL that ends in `/`; or a Map of files by name
 * @throws {ModelFormatError} where a file is missing or wrong
 * @throws {HubError} where the Hub refuses or is out of reach
 * @throws {DownloadError} where a URL does
 *
 * @example
 * const ner = await loadRecognizer()
 * const { entities } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
 */
export function loadRecognizer(model?: ModelName | LoadOptions, options?: LoadOptions): Promise<Recognizer> {
  return load.loadRecognizer(webPlatform(import.meta.url), model, options)
}

/** Loads a model without its decoder: `forward` and `embed`. Arguments as `loadRecognizer`. */
export function loadModel(model?: ModelName | LoadOptions, options?: LoadOptions): Promise<BertModel> {
  return load.loadModel(webPlatform(import.meta.url), model, options)
}

/**
 * Loads a model that classifies whole texts, or pairs of them: `...ForSequenceClassification`. Arguments as
 * `loadRecognizer`, but no such model ships: it must be named.
 *
 * @throws {ModelFormatError} where a file is missing or wrong, or the model has no such head
 *
 * @example
 * const classifier = await loadClassifier('distilbert/distilbert-base-uncased-finetuned-sst-2-english')
 * const [{ label, score }] = await classifier.classify(['What a film!'])
 */
export async function loadClassifier(model: ModelName, options?: LoadOptions): Promise<Classifier> {
  const { loadClassifier: load } = await import('./tasks/load-classifier.ts')
  return load(webPlatform(import.meta.url), model, options)
}

/**
 * Loads a model of GLiNER, which finds entities of types that are named when one asks: `gliner_config.json` with its weights.
 * Arguments as `loadRecognizer`, but no such model ships: it must be named. Weights may be `pytorch_model.bin`, which is read
 * without running anything in it.
 *
 * @throws {ModelFormatError} where a file is missing or wrong, or the model is of another architecture
 *
 * @example
 * const gliner = await loadGliner('urchade/gliner_small-v2.1')
 * const { entities } = await gliner.find('Take 20 mg of Lipitor daily.', ['drug', 'dose'])
 */
export async function loadGliner(model: ModelName, options?: GlinerLoadOptions): Promise<Gliner> {
  const { loadGliner: load } = await import('./tasks/gliner/load.ts')
  return load(webPlatform(import.meta.url), model, options)
}

/** Loads a tokenizer alone; no weights are read. Arguments as `loadRecognizer`. */
export async function loadTokenizer(
  model?: ModelName | LoadOptions,
  options?: LoadOptions,
): Promise<Tokenizer> {
  const { loadTokenizer: load } = await import('./tasks/load-tokenizer.ts')
  return load(webPlatform(import.meta.url), model, options)
}
