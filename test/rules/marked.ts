/** Texts in which what a rule is to find is marked. */
import * as assert from 'uvu/assert'
import { compileRules, type Rule } from '#dist/rules/presets.js'

/** Everything between ⟨ and ⟩ is to be found, and nothing else. */
export function check(rule: Rule, ...marked: readonly string[]): void {
  const rules = compileRules([rule])
  for (const one of marked) {
    const found = rules.find(one.replace(/[⟨⟩]/gu, '')).map(({ text }) => text)
    const wanted = Array.from(one.matchAll(/⟨([^⟩]*)⟩/gu), ([, inner]) => inner!)
    assert.equal(found, wanted, one)
  }
}
