/** The types of rules as callers write them, and of what rules find. */

/** Finds what matches a pattern, within one line. */
export interface PatternRule {
  /** Type of the entities, such as 'EMAIL'. */
  readonly type: string
  /**
   * A regular expression. Our own search runs it in time linear in the text, whatever the pattern, and finds
   * the same as JavaScript, with two exceptions: a match lies within one line and is never empty. What would
   * need more than linear time is refused: look-around, back-references, modifiers of groups, the flag v, and
   * patterns of more than 4000 steps. With the flag u, characters are code points, so that no match splits a
   * surrogate pair.
   */
  readonly pattern: RegExp
  /**
   * Decides whether a match counts (by its check digits, for instance), or how many of its UTF-16 units do; 0
   * rejects it. After a rejected match the search continues after its first character; if it has more than
   * 128 units, within its last 128.
   */
  readonly accept?: (match: string, text: string, start: number) => boolean | number
  /** Phrases are a rule of another kind. */
  readonly phrases?: never
}

/** Finds given phrases: names of products, a list of customers. */
export interface PhraseRule {
  /** Type of the entities, such as 'PRODUCT'. */
  readonly type: string
  /**
   * Found between word boundaries: 'Ann' is not found in 'Annual'. White space matches white space of any
   * kind and length, line breaks included. At most 100 words each.
   */
  readonly phrases: Iterable<string>
  /** Whether upper and lower case are equal; default false. */
  readonly ignoreCase?: boolean
  /** A pattern is a rule of another kind. */
  readonly pattern?: never
  /** Only for patterns. */
  readonly accept?: never
}

/** A rule for what is found in addition to the model's entities. */
export type Rule = PatternRule | PhraseRule

/** The names of the presets. */
export type PresetName =
  | ('email' | 'url' | 'phone' | 'iban' | 'card' | 'ip')
  | ('mac' | 'ssn' | 'passport' | 'birthdate' | 'address' | 'secret')
  | ('nhs' | 'nino' | 'nif' | 'codicefiscale' | 'steuerid' | 'pesel' | 'personnummer' | 'hetu')
  | ('aadhaar' | 'pan' | 'cpf' | 'aba' | 'bitcoin' | 'ethereum')

/** The rules of a call: one's own and presets by name, all presets, or what `compileRules` gave. */
export type Rules = readonly (Rule | PresetName)[] | 'all' | RuleSet

/**
 * Which entity stays where a rule's and the model's overlap: the longer one (on a tie, the rule's), the
 * rule's, or the model's. What lies outside the winner stays as an entity of its own: before an address,
 * `Zhang Wei - zhang` becomes `Zhang Wei`. Between two rules the longer match stays, on a tie that of the
 * earlier rule, and parts of the other stay in the same way.
 */
export type RulePolicy = 'longest' | 'rule' | 'model'

/** Something that a rule found. */
export interface RuleMatch {
  /** The type of the rule. */
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

/** Rules compiled once, for many texts. */
export interface RuleSet {
  /** The types of its rules. */
  readonly types: readonly string[]
  /** What the rules find, in the order of the text, none overlapping another. */
  find(text: string): RuleMatch[]
  /**
   * Like `find`, but with pauses that let other tasks of the thread run: for texts of many megabytes. The
   * signal can abort it at a pause.
   */
  findInTurns(text: string, options?: { readonly signal?: AbortSignal }): Promise<RuleMatch[]>
}
