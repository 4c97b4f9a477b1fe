/** Measures what the documentation says about street addresses. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { address, compileRules } from '#dist/rules/presets.js'
import { rootPath } from '../shared.ts'

/** How good the preset is on texts of our own. */
function measure(
  lines: readonly string[],
): Record<'addresses' | 'whole' | 'part' | 'others' | 'without', number> {
  const rules = compileRules([address])
  const count = { addresses: 0, whole: 0, part: 0, others: 0, without: 0 }
  for (const marked of lines) {
    if (marked === '' || marked.startsWith('#')) continue
    const wanted = /⟨(.*)⟩/u.exec(marked)
    const found = rules.find(marked.replace(/[⟨⟩]/gu, ''))
    count[wanted === null ? 'without' : 'addresses']++
    let hit: 'whole' | 'part' | undefined
    for (const { start, end, text } of found) {
      if (wanted === null || start >= wanted.index + wanted[1]!.length || end <= wanted.index) count.others++
      else hit = text === wanted[1] ? 'whole' : 'part'
    }
    if (hit !== undefined) count[hit]++
    if (wanted === null ? found.length > 0 : hit !== 'whole')
      console.log(`${hit ?? 'wrong'}: ${marked} ${found.map(({ text }) => text).join(' | ')}`)
  }
  return count
}

test('the page on redaction tells how many addresses are found in texts held out', () => {
  const [known, heldOut] = readFileSync(rootPath('test/rules/addresses.txt'), 'utf8').split('# Held out')
  const { whole: fitted, others: none } = measure(known!.split('\n'))
  assert.ok(fitted >= 58 && none === 0, `${fitted} ${none}`)
  const { addresses, whole, part, others, without } = measure(heldOut!.split('\n').slice(1))
  const told = `finds ${whole} of ${addresses} addresses whole and ${part} in part, and reports ${others} in ${without} texts that have none`
  assert.match(readFileSync(rootPath('docs/redaction.md'), 'utf8').replace(/\s+/g, ' '), told)
})

test.run()
