/** The exports that both entries of the package share, index.ts and node.ts. */

/** The public names that are the same on every runtime. */
export type { BertModel, ModelInfo } from './bert-model.ts'
export type { EmbedOptions } from './embed.ts'
export type { LabelScheme } from './entities/labels.ts'
export type { CleanupMode } from './entities/spark/spark-document.ts'
export type { SparkTokenizerOptions } from './entities/spark/spark-tokenizer.ts'
export type { SparkAnnotation, SparkAnnotations, SparkOptions } from './entities/spark/spark-types.ts'
export type {
  Adding,
  AnswerStyle,
  Decode,
  Entity,
  Merge,
  Recognition,
  RecognitionOf,
  RecognizeOptions,
  RecognizerInput,
  Strategy,
  StreamOptions,
  TextOptions,
  WithAnnotations,
  WithWords,
  Word,
  WordsOptions,
} from './entities/types.ts'
export type { FillMaskOptions, MaskedWord } from './fill-mask.ts'
export type { TransitionBiases } from './format/calibration.ts'
export type { Dtype } from './format/dtypes.ts'
export {
  DownloadError,
  type DownloadErrorCode,
  HubError,
  type HubErrorCode,
  type ModelFormatCode,
  ModelFormatError,
} from './format/errors.ts'
export type { LoadProgress } from './format/load-watch.ts'
export {
  parseSafetensors,
  type Safetensors,
  type SafetensorsTensor,
} from './format/parse-safetensors.ts'
export type { ForwardOptions } from './forward-options.ts'
export type { Precision } from './kernels/kernels.ts'
export type { KernelChoice } from './kernels/plan.ts'
export type { LoadOptions, ModelName } from './load-options.ts'
export { type HighlightOptions, highlight } from './markup/highlight.ts'
export type { MarkedEntity } from './markup/marked-text.ts'
export {
  createRedactor,
  type NameJson,
  type PlaceholderFunction,
  type RedactedPlace,
  type Redaction,
  type RedactOptions,
  Redactor,
  type RedactorJson,
  type RestoredAnswer,
  type RestoreReport,
  type Restorer,
  type RestoreStreamOptions,
  redact,
} from './markup/redact.ts'
export type { StandInLocale } from './markup/stand-ins/name-lists.ts'
export type { StandIns } from './markup/stand-ins/stand-ins.ts'
export { loadStandIns, type StandInOptions } from './mask/load-stand-ins.ts'
export type { MaskOptions } from './mask/options.ts'
export { type ObjectRedaction, type RedactObjectOptions, redactObject } from './mask/redact-object.ts'
export type {
  BertConfig,
  CrfScores,
  HeadKind,
  HiddenActivation,
  ProblemType,
  Quantization,
} from './model/bert-config.ts'
export type { ForwardOutput, LayerTrace, Trace } from './model/forward-output.ts'
export type { Pooling } from './model/sentence/pooling.ts'
export type { Recognizer } from './recognizer.ts'
export type {
  PatternRule,
  PhraseRule,
  PresetName,
  Rule,
  RuleMatch,
  RulePolicy,
  RuleSet,
  Rules,
} from './rules/types.ts'
export { EngineError, type EngineErrorCode } from './runtime/engine-error.ts'
export type {
  Classification,
  Classifier,
  ClassifierInput,
  ClassifyOptions,
  LabelScore,
  Ranked,
} from './tasks/classifier.ts'
export type { LabelOptions, NamedClassification } from './tasks/gliner/classify.ts'
export type { FindOptions, Gliner } from './tasks/gliner/gliner.ts'
export type { GlinerLoadOptions } from './tasks/gliner/load.ts'
export type { EntityType, TextLabel } from './tasks/gliner/types.ts'
export type { Encoding, PairEncoding } from './text/encoding.ts'
export {
  defaultSplit,
  type Span,
  type SpanFields,
  type Split,
  type Splitter,
  splitNames,
  splitText,
} from './text/split.ts'
export type { Tokenizer } from './text/tokenizer.ts'
