/**
 * The loading functions, which are the same on every platform; index.ts and node.ts export them for theirs.
 */
import type { BertModel } from './bert-model.ts'
import { capability } from './format/capability.ts'
import { loadAs, loadModel, loadRecognizer, loadTokenizer, type Platform } from './load.ts'
import type { LoadOptions, ModelName } from './load-options.ts'
import type { Recognizer } from './recognizer.ts'
import type { Classifier } from './tasks/classifier.ts'
import type { Gliner } from './tasks/gliner/gliner.ts'
import type { GlinerLoadOptions } from './tasks/gliner/load.ts'
import type { Tokenizer } from './text/tokenizer.ts'

/** The functions that load models. */
export interface Entry {
  /**
   * Loads a recognizer.
   *
   * @param model omitted (or options alone): the shipped model, from `../weights/` next to this module; a Hub
   *   id `owner/name[@revision]`; a URL that ends in `/`; a Map of files by name; in Node, Deno and Bun also
   *   a folder (an existing one takes precedence over a Hub id of the same form)
   * @throws {ModelFormatError} if a file is missing or invalid
   * @throws {HubError} if the Hub refuses or cannot be reached
   * @throws {DownloadError} if a URL cannot be downloaded
   *
   * @example
   * const ner = await loadRecognizer()
   * const { entities } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
   */
  loadRecognizer(model?: ModelName | LoadOptions, options?: LoadOptions): Promise<Recognizer>

  /** Loads a model without its decoder, for `forward` and `embed`. Arguments as for `loadRecognizer`. */
  loadModel(model?: ModelName | LoadOptions, options?: LoadOptions): Promise<BertModel>

  /**
   * Loads a model that classifies whole texts, or pairs of texts: `...ForSequenceClassification`. Arguments
   * as for `loadRecognizer`, but the model must be named, since none of this kind ships.
   *
   * @throws {ModelFormatError} if a file is missing or invalid, or the model has no such head
   *
   * @example
   * const classifier = await loadClassifier('distilbert/distilbert-base-uncased-finetuned-sst-2-english')
   * const [{ label, score }] = await classifier.classify(['What a film!'])
   */
  loadClassifier(model: ModelName, options?: LoadOptions): Promise<Classifier>

  /**
   * Loads a model of GLiNER (`gliner_config.json` with its weights) or GLiNER2 (`model_type` `extractor`), which finds
   * entities of types named in each call; GLiNER2 labels whole texts too. Arguments as for `loadRecognizer`, but the model
   * must be named, since none of this kind ships. Weights may be `pytorch_model.bin`, which is read without running anything in it.
   *
   * @throws {ModelFormatError} if a file is missing or invalid, or the model has another architecture
   *
   * @example
   * const gliner = await loadGliner('urchade/gliner_small-v2.1')
   * const { entities } = await gliner.find('Take 20 mg of Lipitor daily.', ['drug', 'dose'])
   */
  loadGliner(model: ModelName, options?: GlinerLoadOptions): Promise<Gliner>

  /** Loads a tokenizer alone, without weights. Arguments as for `loadRecognizer`. */
  loadTokenizer(model?: ModelName | LoadOptions, options?: LoadOptions): Promise<Tokenizer>
}

/**
 * @param platform called at each load, so that importing has no effects
 */
export function entry(platform: () => Platform): Entry {
  return {
    loadRecognizer: async (model, options) => loadRecognizer(platform(), model, options),
    loadModel: async (model, options) => loadModel(platform(), model, options),
    loadClassifier: async (model, options) => {
      const { Classifier } = await capability('classifiers of texts', () => import('./tasks/classifier.ts'))
      return loadAs(loadModel(platform(), model, options), (loaded) => new Classifier(loaded))
    },
    loadGliner: async (model, options) => {
      const { loadGliner } = await capability('models of GLiNER', () => import('./tasks/gliner/load.ts'))
      return loadGliner(platform(), model, options)
    },
    loadTokenizer: async (model, options) => loadTokenizer(platform(), model, options),
  }
}
