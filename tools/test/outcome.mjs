// Reads the outcome of a test file's process; skipped tests do not count as passed.

/** Begins the line that ends the output of one file of several in a process; its exit code follows. */
export const MARK = '== the end of a test file, exit code'

/**
 * @param output what it printed
 * @param code with which it ended; null where a signal ended it
 * @returns { passed, total, failed, skipped, complaints }: `skipped` the lines that say what was left out and why;
 *   `complaints` what is wrong besides tests that failed
 */
export function outcomeOf(output, code) {
  const count = (name) => Number(new RegExp(`^\\s*${name}:\\s+(\\d+)`, 'm').exec(output)?.[1] ?? 0)
  const [total, passed, leftOut] = [count('Total'), count('Passed'), count('Skipped')]
  // Marks of tests that are over may stand before it on its line.
  const skipped = [...output.matchAll(/^[•✘\s]*(skipped: .+)$/gm)].map(([, line]) => line)
  const complaints = []
  if (total === 0 && code === 0 && skipped.length === 0) {
    complaints.push('It ran no test, and printed no line `skipped: WHAT: WHY`')
  }
  if (leftOut > skipped.length) {
    complaints.push(
      `${leftOut} tests are skipped, or left out by .only, without a line \`skipped: WHAT: WHY\` each`,
    )
  }
  const failed = Math.max(total - passed + complaints.length, code === 0 ? 0 : 1)
  return { passed, total, failed, skipped, complaints }
}
