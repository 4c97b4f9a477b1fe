// A few checks with a line each, and the counts at the end.
import { deepStrictEqual } from 'node:assert/strict'

let passed = 0
let failed = 0

export async function test(name, check) {
  const started = performance.now()
  try {
    const outcome = (await check()) ?? ''
    passed++
    console.log(`ok   ${name}  ${outcome}  ${((performance.now() - started) / 1000).toFixed(1)} s`)
  } catch (error) {
    failed++
    console.log(`FAIL ${name}`)
    console.log(error)
  }
}

export const same = deepStrictEqual

export function end() {
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 && passed > 0 ? 0 : 1)
}
