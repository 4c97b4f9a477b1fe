// `node tools/test-recipes.mjs [WORD...]`: each recipe of docs/recipes.md from its folder in examples/, with the packed
// package: built, run and asked for entities; and the wrong set-ups, whose errors must say what to do. Installs what it
// needs into build/recipes and build/runtimes. With words, only runs whose name contains one.
import { parseArgs } from 'node:util'
import { installAll } from '../test/recipes/workbench.mjs'

const words = parseArgs({ allowPositionals: true }).positionals.map((word) => word.toLowerCase())
const RECIPES = [
  'node',
  'page',
  'react',
  'extension',
  'worker',
  'lambda',
  'programs',
  'vscode',
  'docker',
  'electron',
  'next',
]
let passed = 0
let failed = 0
let skipped = 0

const started = performance.now()
installAll()
console.log(`installed in ${((performance.now() - started) / 1000).toFixed(0)} s`)
for (const recipe of RECIPES) {
  const { runs } = await import(`../test/recipes/${recipe}.mjs`)
  for (const [name, test] of runs) {
    if (words.length > 0 && !words.some((word) => name.toLowerCase().includes(word))) continue
    const begun = performance.now()
    const took = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`
    try {
      const outcome = await test()
      if (outcome.skipped) {
        skipped++
        console.log(`skipped: ${name}: ${outcome.skipped}  ${took()}`)
      } else {
        passed++
        console.log(`ok   ${name}: ${outcome}  ${took()}`)
      }
    } catch (error) {
      failed++
      console.log(`FAIL ${name}  ${took()}\n${error.stack ?? error}`)
    }
  }
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
