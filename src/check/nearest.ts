/** Finds the word that was probably meant, for the "did you mean" of an error. */

/**
 * The known word with the fewest changed letters, if they are few enough to be a typing error. Upper and
 * lower case count as equal.
 *
 * @param most maximum number of changes
 *
 * @example
 * nearest('strategie', ['strategy', 'stride']) // 'strategy'
 */
export function nearest(
  word: string,
  known: Iterable<string>,
  most: number = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  let best: string | undefined
  let least = most + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance >= least || distance >= candidate.length) continue
    least = distance
    best = candidate
  }
  return best
}

/** Letters of which one word may be short for another. */
const SHORTEST = 3

/**
 * `; did you mean x?`, or nothing where no known word is near. A word that is short for the other counts as near.
 *
 * @example
 * didYouMean('PERSON', ['LOC', 'PER']) // '; did you mean PER?'
 */
export function didYouMean(word: string, known: Iterable<string>): string {
  const words = [...known]
  const near = nearest(word, words) ?? words.find((one) => isShortFor(one, word) || isShortFor(word, one))
  return near === undefined ? '' : `; did you mean ${near}?`
}

function isShortFor(short: string, word: string): boolean {
  return short.length >= SHORTEST && word.toLowerCase().startsWith(short.toLowerCase())
}

/** Letters inserted, deleted, changed, or swapped with the next (Damerau 1964). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const turned = swapped ? before[j - 2]! + 1 : changed
      next.push(Math.min(changed, turned, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
