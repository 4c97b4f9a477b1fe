// `npm test`: installs and builds if needed, compiles the tests and runs them, two processes at a time. `npm
// test -- kernels text/tokenizer` runs the files whose path contains one of the words. Slow tests that rarely
// fail are in files named `.thorough.test.ts`, and files that import `thorough.ts`, directly or through a
// helper, try only a share of their cases: `npm run test:all -- thorough` runs both kinds completely, `npm
// test -- --thorough WORD` those that contain a word, `--all` together with the others.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeReady } from '../build/ready.mjs'
import { outcomeOf } from './outcome.mjs'
import { runAlone, Together } from './processes.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

makeReady()
await (await import('../build/transpile.mjs')).transpileTests()

const thorough = process.argv.includes('--thorough')
const both = process.argv.includes('--all')
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))

const TAKES_SHARE = /from '(?:\.\.?\/)+thorough\.[jt]s'/
const IMPORTED = /from '(\.\.?\/[^']+)\.[jt]s'/g

/** What the head of a file says of how it is run, and whether it takes a share, itself or by a file that it imports. */
function describe(name) {
  const path = join(root, 'test', name)
  const source = readFileSync(path, 'utf8')
  const [head] = /^\/\*\*[\s\S]*?\*\//.exec(source) ?? ['']
  const helpers = [...source.matchAll(IMPORTED)].map(([, helper]) => join(dirname(path), `${helper}.ts`))
  return {
    name: name.replace(/\.ts$/, '.js'),
    isThorough: name.endsWith('.thorough.test.ts'),
    takesShare: [path, ...helpers].some((file) => TAKES_SHARE.test(readFileSync(file, 'utf8'))),
    isAlone: head.includes('process of its own'),
  }
}

const found = readdirSync(join(root, 'test'), { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .map(describe)
const left = found.filter(({ isThorough, takesShare }) => isThorough || takesShare)
const files = both ? found : thorough ? left : found.filter(({ isThorough }) => !isThorough)
const environment = both || thorough ? { IOBERT_THOROUGH: '1' } : {}

// The slowest first, so that no long one is left for the end; what was not timed yet comes before, files alone in front.
const timesFile = join(root, both || thorough ? 'build/test-times-thorough.json' : 'build/test-times.json')
const times = readTimes()
const last = ({ name }) => times[name] ?? Number.POSITIVE_INFINITY
files.sort((one, other) => {
  if (last(one) !== last(other)) return last(other) - last(one)
  return Number(other.isAlone) - Number(one.isAlone) || (one.name < other.name ? -1 : 1)
})

function readTimes() {
  try {
    return JSON.parse(readFileSync(timesFile, 'utf8'))
  } catch {
    return {}
  }
}

const failed = []
let passed = 0
let wrong = 0
let skipped = 0

function report({ name }, { output, code, signal }, milliseconds) {
  const outcome = outcomeOf(output, code)
  passed += outcome.passed
  skipped += outcome.skipped.length
  wrong += outcome.failed
  const seconds = milliseconds / 1000
  times[name] = Number(seconds.toFixed(1))
  const mark = outcome.failed === 0 ? 'ok  ' : 'FAIL'
  console.log(`${mark} ${name}  ${outcome.passed}/${outcome.total}  ${seconds.toFixed(1)} s`)
  for (const line of outcome.skipped) console.log(`     ${line}`)
  if (outcome.failed === 0) return
  failed.push(name)
  console.log(output)
  for (const complaint of outcome.complaints) console.log(complaint)
  if (signal) console.log(`ended by ${signal}`)
}

/** Files that one process runs before another takes its place: what they keep is bounded so. */
const MOST_TOGETHER = 30

async function endOf(together) {
  const { output, code, signal } = await together.end()
  if (code === 0) return
  wrong++
  failed.push(...together.files)
  console.log(
    `FAIL a process did not end well (${signal ?? code}) after ${together.files.join(', ')}\n${output}`,
  )
}

async function work() {
  let together
  for (let file = files.shift(); file !== undefined; file = files.shift()) {
    const started = performance.now()
    if (file.isAlone) report(file, await runAlone(file.name, environment), performance.now() - started)
    else {
      together ??= new Together(environment)
      report(file, await together.run(file.name), performance.now() - started)
      if (!together.isAlive) together = undefined
      else if (together.files.length === MOST_TOGETHER) {
        await endOf(together)
        together = undefined
      }
    }
  }
  if (together) await endOf(together)
}

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
mkdirSync(dirname(timesFile), { recursive: true })
writeFileSync(timesFile, JSON.stringify(times))
if (!both && !thorough && words.length === 0) {
  const told = left.map(({ name, isThorough }) => (isThorough ? name : `the rest of ${name}`))
  console.log(`left for npm run test:all -- thorough: ${told.join(', ')}`)
}
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`)
console.log(`${passed} passed, ${wrong} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(wrong === 0 && passed > 0 ? 0 : 1)
