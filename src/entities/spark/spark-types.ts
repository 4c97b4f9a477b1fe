/** The types of Spark NLP's style that callers see: its annotations and its settings. */
import type { CleanupMode } from './spark-document.ts'
import type { SparkTokenizerOptions } from './spark-tokenizer.ts'

/** An annotation as Spark NLP has it: UTF-16 code units, end INCLUSIVE, all metadata strings. */
export interface SparkAnnotation {
  /** The kind of stage that made it. */
  annotatorType: 'document' | 'token' | 'named_entity' | 'chunk'
  /** First UTF-16 code unit. */
  begin: number
  /** Last UTF-16 code unit, inclusive as in that system. */
  end: number
  /** The text, or the label of a token. */
  result: string
  /** Everything else as text: `sentence`, `word`, probabilities. */
  metadata: Record<string, string>
}

/** The columns of the pipeline DocumentAssembler, SentenceDetector, Tokenizer, BertForTokenClassification, NerConverter. */
export interface SparkAnnotations {
  /** One entry: the whole text. */
  document: SparkAnnotation[]
  /** One for each sentence. */
  sentence: SparkAnnotation[]
  /** One for each token. */
  token: SparkAnnotation[]
  /** One for each token: its label, with the probability of every label in the metadata. */
  ner: SparkAnnotation[]
  /** Chunks, by NerConverter's rule. */
  entities: SparkAnnotation[]
}

/** Settings of the pipeline's stages. */
export interface SparkOptions {
  /** DocumentAssembler's mode; default 'disabled'. With any other, offsets refer to the cleaned text. */
  cleanupMode?: CleanupMode
  /**
   * Whether to split sentences, which are then read separately; default false: the document is one sentence.
   */
  sentences?: boolean
  /** Settings of the rule Tokenizer. */
  tokenizer?: SparkTokenizerOptions
}
