// Tests the page of examples/browser in Chromium: reading, models, offline, policy, looks, size; the library
// alone, with requests refused; and in Firefox too what differs between engines. `node tools/test/browser.mjs
// offline stop` runs the tests whose names contain one of the words. Screenshots are left in
// build/browser/screenshots. Prints `N passed, N failed` last.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeReady, run } from '../build/ready.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'build/browser')
const words = process.argv.slice(2)
const wanted = ([name]) => words.length === 0 || words.some((word) => name.includes(word))

if (!existsSync('/usr/bin/chromium')) {
  console.log('There is no /usr/bin/chromium: apt-get install chromium')
  console.log('0 passed, 1 failed')
  process.exit(1)
}
makeReady()
mkdirSync(join(folder, 'screenshots'), { recursive: true })
const lock = 'package-lock.json'
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)
const installed = read(join(folder, lock)) === read(join(root, 'test/browser', lock))
for (const name of ['package.json', lock]) cpSync(join(root, 'test/browser', name), join(folder, name))
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
if (!installed || !existsSync(join(folder, 'node_modules/axe-core'))) {
  run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
}
run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'examples/browser/tsconfig.json'])

const { BROWSERS, openBench } = await import('../../test/browser/bench.mjs')
const tests = []
for (const file of [
  'reading',
  'taking',
  'measuring',
  'models',
  'offline',
  'refused',
  'cached',
  'policy',
  'looks',
]) {
  tests.push(...(await import(`../../test/browser/${file}.mjs`)).tests.filter(wanted))
}
let passed = 0
let failed = 0

async function runIn(browser, chosen) {
  if (chosen.length === 0) return
  const bench = await openBench(folder, browser)
  for (const [name, test] of chosen) {
    const title = browser === 'chromium' ? name : `${name} (${browser})`
    const started = performance.now()
    try {
      const told = await test(bench)
      await bench.finish()
      passed++
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`ok   ${title}${told === undefined ? '' : `: ${told}`}  ${seconds} s`)
    } catch (error) {
      await bench.finish().catch(() => {})
      failed++
      console.log(`FAIL ${title}\n     ${error.stack}`)
    }
  }
  await bench.close()
}

await runIn('chromium', tests)
const inFirefox = tests.filter(([, , options]) => options?.firefox)
if (existsSync(BROWSERS.firefox.executablePath)) await runIn('firefox', inFirefox)
else if (inFirefox.length > 0)
  console.log(`skip ${inFirefox.length} tests in Firefox: there is no ${BROWSERS.firefox.executablePath}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
