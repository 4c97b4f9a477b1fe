// `node tools/test/recipes.mjs [WORD...]`: tests each recipe of docs/recipes.md in its folder in examples/
// with the packed package: builds it, runs it and requests entities; also wrong set-ups, whose errors must
// say what to do. Installs what it needs into build/recipes and build/runtimes. With words, only runs whose
// name contains one.
import { parseArgs } from 'node:util'
import { installAll } from '../../test/recipes/workbench.mjs'
import { createReport } from './report.mjs'

const words = parseArgs({ allowPositionals: true }).positionals
const RECIPES = [
  'node',
  'clients',
  'test-runners',
  'page',
  'react',
  'extension',
  'service-worker',
  'worker',
  'lambda',
  'programs',
  'vscode',
  'docker',
  'electron',
  'next',
]
const { check, end } = createReport(words)

const started = performance.now()
installAll()
console.log(`installed in ${((performance.now() - started) / 1000).toFixed(0)} s`)
for (const recipe of RECIPES) {
  const { runs } = await import(`../../test/recipes/${recipe}.mjs`)
  for (const [name, test] of runs) await check(name, test)
}
end()
