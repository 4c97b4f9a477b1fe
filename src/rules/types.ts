/** The types of rules, as callers write them, and of what rules find. */

/** Finds what matches a pattern, within a line. */
export interface PatternRule {
  /** Of the entities: 'EMAIL'. */
  readonly type: string
  /**
   * A regular expression. A search of ours runs it in time linear in the text, whatever the pattern, and finds what
   * JavaScript finds, but for two things: a match lies within a line, and is never empty. What would need more than linear time
   * is refused: look-around, back-references, modifiers of groups, the flag v, and patterns of more than 4000 steps. With the
   * flag u characters are code points, so that no match parts a surrogate pair.
   */
  readonly pattern: RegExp
  /**
   * Whether a match counts, by its check digits say, or how many units of it do; 0 is none. Behind the first character of a
   * match that does not count the search goes on; in one of more than 128 units, in its last 128.
   */
  readonly accept?: (match: string, text: string, start: number) => boolean | number
  /** Phrases are a rule of their own. */
  readonly phrases?: never
}

/** Finds phrases of one's own: names of products, a list of customers. */
export interface PhraseRule {
  /** Of the entities: 'PRODUCT'. */
  readonly type: string
  /**
   * Found where they stand between words: 'Ann' is not in 'Annual'. White space matches white space of any kind and length,
   * a line break too. At most 100 words each.
   */
  readonly phrases: Iterable<string>
  /** Capitals and small letters count as equal; default false. */
  readonly ignoreCase?: boolean
  /** A pattern is a rule of its own. */
  readonly pattern?: never
  /** For patterns. */
  readonly accept?: never
}

/** What is found beside the model. */
export type Rule = PatternRule | PhraseRule

/** The names of the presets. */
export type PresetName =
  | ('email' | 'url' | 'phone' | 'iban' | 'card' | 'ip')
  | ('mac' | 'ssn' | 'passport' | 'birthdate' | 'address' | 'secret')

/** The rules of a call: one's own and presets by name, all presets, or what `compileRules` gave. */
export type Rules = readonly (Rule | PresetName)[] | 'all' | RuleSet

/**
 * Which entity stays where a rule's and the model's overlap: the longer one, the rule's on a tie; the rule's; the model's. What of
 * the other one lies outside stays as an entity of its own: in front of an address, `Zhang Wei - zhang` becomes `Zhang Wei`.
 * Of two rules' the longer one stays, on a tie that of the rule that comes first; and so do parts of the other.
 */
export type RulePolicy = 'longest' | 'rule' | 'model'

/** Something that a rule found. */
export interface RuleMatch {
  /** The rule's. */
  type: string
  /** `input.slice(start, end)`. */
  text: string
  /** UTF-16 code units. */
  start: number
  /** UTF-16 code units, exclusive. */
  end: number
  /** Always 1. */
  score: number
}

/** Rules made ready once, for many texts. */
export interface RuleSet {
  /** The types of its rules. */
  readonly types: readonly string[]
  /** What the rules find, in the order of the text, none overlapping another. */
  find(text: string): RuleMatch[]
  /**
   * The same as `find`, with pauses in which the other tasks of the thread have their turn: for texts of many megabytes. The
   * signal ends it in one of them.
   */
  findInTurns(text: string, options?: { readonly signal?: AbortSignal }): Promise<RuleMatch[]>
}
