// Tests the page of examples/browser in Chromium: reading, models, offline, policy, looks, size. `node
// tools/test-browser.mjs offline stop` runs the tests whose names contain one of the words. Screenshots are left in
// build/browser/screenshots. Prints `N passed, N failed` last.
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeReady, run } from './ready.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'build/browser')
const words = process.argv.slice(2)

if (!existsSync('/usr/bin/chromium')) {
  console.log('There is no /usr/bin/chromium: apt-get install chromium')
  console.log('0 passed, 1 failed')
  process.exit(1)
}
makeReady()
mkdirSync(join(folder, 'screenshots'), { recursive: true })
for (const name of ['package.json', 'package-lock.json'])
  cpSync(join(root, 'test/browser', name), join(folder, name))
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
if (!existsSync(join(folder, 'node_modules/axe-core'))) {
  run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
}
run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'examples/browser/tsconfig.json'])

const { openBench } = await import('../test/browser/bench.mjs')
const bench = await openBench(folder)
const tests = []
for (const file of ['reading', 'models', 'offline', 'policy', 'looks']) {
  tests.push(...(await import(`../test/browser/${file}.mjs`)).tests)
}
let passed = 0
let failed = 0
for (const [name, test] of tests) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue
  const started = performance.now()
  try {
    const told = await test(bench)
    await bench.finish()
    passed++
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`ok   ${name}${told === undefined ? '' : `: ${told}`}  ${seconds} s`)
  } catch (error) {
    await bench.finish().catch(() => {})
    failed++
    console.log(`FAIL ${name}\n     ${error.stack}`)
  }
}
await bench.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
