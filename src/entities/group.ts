import type { LabelSet } from './labels.ts'

/** A run of units that are one entity (or one stretch outside all). */
export interface Group {
  /** Index of its first unit. */
  first: number
  /** Index after its last unit. */
  next: number
  type: string
}

// #region group
/**
 * Groups neighbouring units by their labels. The rule is the Hugging Face pipeline's, a label joins the group when its
 * type is that of the one before and it is no B, with the positions of the other schemes added: S opens too, E and S
 * close, and in IO no label opens. Units outside form groups as well, so that what they part stays apart; nothing is
 * filtered before grouping. The groups cover all units in order.
 *
 * @param labelIds one a unit
 */
export function groupLabels(labelIds: ArrayLike<number>, labels: LabelSet): Group[] {
  const groups: Group[] = []
  const { parsed, scheme } = labels
  for (let i = 0; i < labelIds.length; i++) {
    const label = parsed[labelIds[i]!]!
    const before = i === 0 ? undefined : parsed[labelIds[i - 1]!]!
    const opens = scheme !== 'IO' && (label.position === 'B' || label.position === 'S')
    const closed = before !== undefined && (before.position === 'E' || before.position === 'S')
    if (before !== undefined && before.type === label.type && !opens && !closed)
      groups[groups.length - 1]!.next++
    else groups.push({ first: i, next: i + 1, type: label.type })
  }
  return groups
}
// #endregion
