/** What callers see of Spark NLP's style: its annotations and its settings. */
import type { CleanupMode } from './spark-document.ts'
import type { SparkTokenizerOptions } from './spark-tokenizer.ts'

/** An annotation as Spark NLP has it: UTF-16 code units, end INCLUSIVE, all metadata strings. */
export interface SparkAnnotation {
  /** What kind of stage made it. */
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
  /** One: the whole text. */
  document: SparkAnnotation[]
  /** One a sentence. */
  sentence: SparkAnnotation[]
  /** One a token. */
  token: SparkAnnotation[]
  /** One a token: its label, and in the metadata the probability of every label. */
  ner: SparkAnnotation[]
  /** Chunks, by NerConverter's rule. */
  entities: SparkAnnotation[]
}

/** Settings of the pipeline's stages. */
export interface SparkOptions {
  /** DocumentAssembler's; default 'disabled'. With any other, offsets refer to the cleaned text. */
  cleanupMode?: CleanupMode
  /** Whether to split sentences, each of which is then read by itself; default false, the document is one. */
  sentences?: boolean
  /** Settings of the rule Tokenizer. */
  tokenizer?: SparkTokenizerOptions
}
