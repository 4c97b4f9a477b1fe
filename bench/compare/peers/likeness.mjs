// Measures how close two lists of numbers are.

/**
 * @param tokens  where the numbers are logits [T, C]: how many; undefined for one vector
 * @returns { cosine, difference, largest, agreed }: the largest difference, the largest number expected, and the share of
 *   tokens whose best label is the same
 */
export function likeness(found, expected, tokens) {
  if (found.length !== expected.length)
    throw new Error(`There are ${found.length} numbers, expected ${expected.length}`)
  let [product, ours, theirs, difference, largest] = [0, 0, 0, 0, 0]
  for (const [index, value] of expected.entries()) {
    product += value * found[index]
    ours += value ** 2
    theirs += found[index] ** 2
    largest = Math.max(largest, Math.abs(value))
    const distance = Math.abs(value - found[index])
    // NaN anywhere is a difference.
    if (!(distance <= difference)) difference = distance
  }
  const result = { cosine: product / Math.sqrt(ours * theirs), difference, largest }
  if (tokens === undefined) return result
  const labels = expected.length / tokens
  let same = 0
  for (let token = 0; token < tokens; token++) {
    const best = (values) => {
      const row = values.slice(token * labels, (token + 1) * labels)
      return row.indexOf(Math.max(...row))
    }
    if (best(found) === best(expected)) same++
  }
  return { ...result, agreed: same / tokens }
}
