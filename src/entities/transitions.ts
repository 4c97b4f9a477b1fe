/** Which label may follow which, under the scheme of the labels. */
import type { LabelSet, ParsedLabel } from './labels.ts'

/**
 * Which labels may begin a text, follow each other, and end it. Which labels may come before a label depends
 * only on its position and type, so they form one of a few groups, and no table of C times C is needed.
 */
export interface Transitions {
  /** Whether a label may begin, [C]. */
  readonly start: Uint8Array
  /** Whether a label may end, [C]. */
  readonly end: Uint8Array
  /** For each label, the group of labels that may come before it, [C]. */
  readonly follows: Int32Array
  /** The groups that each label is in, or NO_GROUP: the common one and that of its type, [C] each. */
  readonly inCommon: Int32Array
  readonly inType: Int32Array
  /** How many groups there are. */
  readonly groups: number
}

/** The group that is not tied to one type. */
const COMMON = 0
export const NO_GROUP = -1

/**
 * The transition rules of a scheme.
 *
 * - IOB2: I-X only after B-X or I-X
 * - IOB1: B-X only after B-X or I-X, since B only separates an entity from one that it touches
 * - IO: all
 * - BIOES, BILOU: B-X and I-X only before I-X or E-X, which come only after them
 *
 * A label without a prefix counts as outside.
 *
 * @throws {RangeError} if the labels do not distinguish IOB1 from IOB2
 */
export function allowedTransitions(labelSet: LabelSet): Transitions {
  const known = made.get(labelSet) ?? makeTransitions(labelSet)
  made.set(labelSet, known)
  return known
}

/** Cached, since a model may have thousands of labels and a text a thousand passages. */
const made = new WeakMap<LabelSet, Transitions>()

function makeTransitions({ labels, parsed, scheme }: LabelSet): Transitions {
  if (scheme === 'IOB') {
    throw new RangeError(
      `decode 'viterbi' needs the label scheme, and the labels ${listLabels(labels)} are the same for IOB1 and IOB2; pass scheme: 'IOB2' or scheme: 'IOB1', or write "label_scheme": "IOB2" in config.json`,
    )
  }
  const groupOfType = new Map<string, number>()
  const groupOf = ({ type }: ParsedLabel): number => {
    const group = groupOfType.get(type) ?? groupOfType.size + 1
    groupOfType.set(type, group)
    return group
  }
  // The group of a type holds the labels after which its entity may continue.
  const goesOn = ({ position }: ParsedLabel): boolean => position === 'B' || position === 'I'
  // In these schemes an open entity must continue: its label is not in the common group.
  const closes = scheme === 'BIOES' || scheme === 'BILOU'
  const needsOpen = ({ position }: ParsedLabel): boolean => {
    if (scheme === 'IOB2') return position === 'I'
    if (scheme === 'IOB1') return position === 'B'
    return closes && (position === 'I' || position === 'E')
  }
  const from = (values: (label: ParsedLabel) => number): Int32Array => Int32Array.from(parsed, values)
  return {
    start: Uint8Array.from(parsed, (label) => Number(!needsOpen(label))),
    end: Uint8Array.from(parsed, (label) => Number(!(closes && goesOn(label)))),
    follows: from((label) => (needsOpen(label) ? groupOf(label) : COMMON)),
    inCommon: from((label) => (closes && goesOn(label) ? NO_GROUP : COMMON)),
    inType: from((label) => (goesOn(label) ? groupOf(label) : NO_GROUP)),
    groups: groupOfType.size + 1,
  }
}

/** The first labels of many, for a message. */
export function listLabels(labels: readonly string[]): string {
  const more = labels.length - 12
  return more > 0 ? `${labels.slice(0, 12).join(', ')} and ${more} more` : labels.join(', ')
}
