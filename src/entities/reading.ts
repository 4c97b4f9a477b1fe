/** How inputs are read and answers given: what `chooseStyle` makes of the options of a call. */
import type { Encoding } from '../text/encoding.ts'
import type { Window, WindowSettings } from '../text/windows.ts'
import type { Document } from './document.ts'
import type { LabelSet } from './labels.ts'
import type { SparkAnnotations } from './spark/spark-types.ts'
import type { Entity, RecognizeOptions, Word } from './types.ts'

/** Adds what the rules find in a text to the model's entities of it. */
export type AddRules = (document: Document, entities: Entity[]) => Entity[] | Promise<Entity[]>

/** The rules of a call, made ready. */
export interface PreparedRules {
  /** The types that they give. */
  readonly types: readonly string[]
  readonly add: AddRules
}

/** The encoding of a text with other words than the tokenizer's. */
export type Recount = (text: string, encoding: Encoding) => Encoding

/** Where a name begins and ends that the model says is at [start, end); none where it then ends before it begins. */
export type TrimName = (text: string, start: number, end: number) => [start: number, end: number]

/** How another system cuts a long text into windows, and makes one answer of those for its windows. */
export interface OtherWindows {
  /** Windows over so many pieces. */
  plan(total: number, settings: WindowSettings): Window[]
  /** The entities of a text of those of each window, in the order of the windows. */
  join(parts: readonly (readonly Entity[])[]): Entity[]
}

/** How what the model says of a text is read. */
export interface Reading {
  /** Tells the words of a span's pieces, where the tokenizer's pieces do not. */
  readonly tellWords?: Recount | undefined
  /** Absent where long texts are read in windows of our own. */
  readonly otherWindows?: OtherWindows | undefined
  /** Counts the words of a span's pieces anew, where the strategy is about other words than the tokenizer's. */
  readonly recount?: Recount | undefined
  /** Leaves out what is no part of a name; not in the styles of other systems. */
  readonly trimName?: TrimName | undefined
  /**
   * Whether a word of an entity counts by the probability of the type, over all labels that have it, and not by that of its label
   * alone. Within a word the first piece says B and the others I, so that the mean of its pieces is sure of neither.
   */
  readonly scoresTypes?: boolean | undefined
}

/** How inputs are read and answers given: our way, or that of another system. */
export interface Style {
  /** What was asked, with what the style says where the call does not. */
  readonly options: RecognizeOptions
  /** The model's labels, with their scheme. */
  readonly labels: LabelSet
  readonly reading: Reading
  /** What is to be read of an input. */
  read(input: unknown): Document
  /** What an answer has beside its entities, made of its words. */
  annotate?(document: Document, words: readonly Word[]): SparkAnnotations
}
