/** How inputs are read and answers are given; `chooseStyle` makes it of the options of a call. */
import type { Encoding } from '../text/encoding.ts'
import type { Window, WindowSettings } from '../text/windows.ts'
import type { Document } from './document.ts'
import type { LabelSet } from './labels.ts'
import type { SparkAnnotations } from './spark/spark-types.ts'
import type { Entity, RecognizeOptions, Word } from './types.ts'

/** Adds what the rules find in a text to the entities of the model. */
export type AddRules = (document: Document, entities: Entity[]) => Entity[] | Promise<Entity[]>

/** The rules of a call, made ready. */
export interface PreparedRules {
  /** The types that they give. */
  readonly types: readonly string[]
  readonly add: AddRules
}

/** The encoding of a text with other words than the tokenizer's. */
export type Recount = (text: string, encoding: Encoding) => Encoding

/**
 * Finds where a name really begins and ends within [start, end); there is none if it then ends before it
 * begins.
 */
export type TrimName = (text: string, start: number, end: number) => [start: number, end: number]

/** How another system cuts a long text into windows and joins their answers. */
export interface OtherWindows {
  /** Windows over `total` pieces. */
  plan(total: number, settings: WindowSettings): Window[]
  /** The entities of a text, from those of each window, in the order of the windows. */
  join(parts: readonly (readonly Entity[])[]): Entity[]
}

/** How the model's output for a text is read. */
export interface Reading {
  /** Finds the words of a span's pieces, if the tokenizer's pieces do not show them. */
  readonly tellWords?: Recount | undefined
  /** Undefined if long texts are read in windows of our own. */
  readonly otherWindows?: OtherWindows | undefined
  /** Counts the words of a span's pieces anew, for a strategy that uses other words than the tokenizer's. */
  readonly recount?: Recount | undefined
  /** A span's text as the model should see it, every character in its place; not in the styles of other systems. */
  readonly seen?: ((text: string) => string) | undefined
  /** Leaves out what is no part of a name; not in the styles of other systems. */
  readonly trimName?: TrimName | undefined
  /**
   * Whether the score of a word is the probability of its type, summed over all labels of that type, instead
   * of the probability of its label alone. Within a word the first piece says B and the others I, so the mean
   * of its pieces is sure of neither.
   */
  readonly scoresTypes?: boolean | undefined
  /** Whether entities never share a character, and none is without text; in the styles of other systems they may. */
  readonly disjoint?: boolean | undefined
}

/** How inputs are read and answers are given: our way, or that of another system. */
export interface Style {
  /** The options of the call, completed by the style. */
  readonly options: RecognizeOptions
  /** The model's labels, with their scheme. */
  readonly labels: LabelSet
  readonly reading: Reading
  /** What to read of an input. */
  read(input: unknown): Document
  /** What an answer has in addition to its entities, made of its words. */
  annotate?(document: Document, words: readonly Word[]): SparkAnnotations
}
