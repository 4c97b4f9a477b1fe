/**
 * Prints each check as it ends, and `N passed, N failed` as the last line, which `tools/test/all.mjs` and
 * `.ci/run` add up.
 * @param words  only checks whose name contains one of them are run; all where there are none
 */
export function createReport(words = []) {
  const asked = words.map((word) => word.toLowerCase())
  const counts = { passed: 0, failed: 0, skipped: 0 }

  /** @param test  gives what is told of it, or `{ skipped: why }`, or throws */
  async function check(name, test) {
    if (asked.length > 0 && !asked.some((word) => name.toLowerCase().includes(word))) return
    const started = performance.now()
    const tell = (outcome, told) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${outcome} ${name}${told ? `: ${told}` : ''}  ${seconds} s`)
    }
    try {
      const told = await test()
      if (told?.skipped) {
        counts.skipped++
        tell('skip', told.skipped)
      } else {
        counts.passed++
        tell('ok  ', told)
      }
    } catch (error) {
      counts.failed++
      tell('FAIL')
      console.log(error.stack ?? error)
    }
  }

  /** Tells the counts and ends the process. */
  function end() {
    const { passed, failed, skipped } = counts
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
    process.exit(failed === 0 && passed > 0 ? 0 : 1)
  }

  return { check, end }
}
