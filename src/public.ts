/** The public names that are the same on every runtime. */
export type { BertModel, ForwardOptions, ModelInfo } from './bert-model.ts'
export type { EmbedOptions } from './embed.ts'
export type { LabelScheme } from './entities/labels.ts'
export type { CleanupMode } from './entities/spark-document.ts'
export type { SparkTokenizerOptions } from './entities/spark-tokenizer.ts'
export type { SparkAnnotation, SparkAnnotations, SparkOptions } from './entities/spark-types.ts'
export type {
  Decode,
  Entity,
  Merge,
  Recognition,
  RecognizeOptions,
  Strategy,
  Word,
} from './entities/types.ts'
export type { Dtype } from './format/dtypes.ts'
export { type ModelFormatCode, ModelFormatError } from './format/errors.ts'
export { parseSafetensors, type Safetensors, type SafetensorsTensor } from './format/safetensors.ts'
export { HubError, type HubErrorCode } from './hub/errors.ts'
export type { KernelChoice } from './kernels/choose.ts'
export type { Precision } from './kernels/kernels.ts'
export type { LoadOptions, LoadProgress, ModelName } from './load-options.ts'
export type { BertConfig, HiddenActivation } from './model/config.ts'
export type { ForwardOutput, LayerTrace, Trace } from './model/forward-output.ts'
export type { Pooling } from './model/pooling.ts'
export type { Quantization } from './model/quantization.ts'
export type { Recognizer, RecognizerInput, StreamOptions } from './recognizer.ts'
export type { Encoding, PairEncoding } from './text/encoding.ts'
export type { Tokenizer } from './text/tokenizer.ts'
