import type { LabelSet, ParsedLabel } from './labels.ts'

/** Which labels may begin a text, follow each other, and end it. */
export interface Transitions {
  /** [C] */
  start: Uint8Array
  /** [C, C], from row to column. */
  next: Uint8Array
  /** [C] */
  end: Uint8Array
}

/**
 * The transition rules of a scheme.
 *
 * - IOB2: I-X only after B-X or I-X
 * - IOB1: B-X only after B-X or I-X, since B only parts an entity from the one it touches
 * - IO: all
 * - BIOES, BILOU: B-X and I-X only before I-X or E-X, which come only after them
 *
 * A label without a prefix counts as outside.
 *
 * @throws RangeError when the labels do not tell IOB1 from IOB2
 */
export function allowedTransitions(labels: LabelSet): Transitions {
  const { parsed, scheme } = labels
  if (scheme === 'IOB') {
    throw new RangeError(
      `decode 'viterbi' needs the label scheme, and the labels ${labels.labels.join(', ')} are the same for IOB1 and IOB2; pass scheme: 'IOB2' or scheme: 'IOB1', or write "label_scheme": "IOB2" in config.json`,
    )
  }
  const outside: ParsedLabel = { position: 'O', type: 'O' }
  const allowed = (before: ParsedLabel, after: ParsedLabel): boolean => {
    const continues = within(before) && before.type === after.type
    switch (scheme) {
      case 'IO':
        return true
      case 'IOB2':
        return after.position !== 'I' || continues
      case 'IOB1':
        return after.position !== 'B' || continues
      default: {
        const open = before.position === 'B' || before.position === 'I'
        const inner = after.position === 'I' || after.position === 'E'
        return open || inner ? open && inner && before.type === after.type : true
      }
    }
  }
  return {
    start: Uint8Array.from(parsed, (label) => Number(allowed(outside, label))),
    next: Uint8Array.from(parsed.flatMap((before) => parsed.map((after) => Number(allowed(before, after))))),
    end: Uint8Array.from(parsed, (label) => Number(allowed(label, outside))),
  }
}

function within(label: ParsedLabel): boolean {
  return label.position === 'B' || label.position === 'I'
}
