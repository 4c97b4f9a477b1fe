// `npm run bench`: runs the suites of bench/, each in a process of its own, one after another; prints
// Markdown. `npm run bench -- kernels forward` runs some. IOBERT_BENCH_MODEL=folder also measures that model;
// IOBERT_BENCH_QUICK=1 runs everything as briefly as possible.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { makeReady } from '../build/ready.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Suites: whether V8's 256-bit flag makes a difference to them, and whether they run only where they are named. */
const SUITES = {
  kernels: { turbo: true },
  layers: { turbo: true },
  tokenizer: { turbo: false },
  forward: { turbo: true },
  batches: { turbo: false },
  load: { turbo: false },
  decoding: { turbo: false },
  long: { turbo: false, named: true },
  passes: { turbo: true, named: true },
  scaling: { turbo: false, named: true },
  quality: { turbo: false, named: true },
}

const names = process.argv.slice(2)
if (names.includes('--help') || names.includes('-h')) {
  console.log(`Usage: npm run bench [-- ${Object.keys(SUITES).join(' ')}]

Measures iobert on this machine and prints tables in Markdown, as bench/RESULTS.md has them; all suites, or those named.
Leave the machine alone meanwhile: all of them take about 15 minutes. What runs only where it is named: long, texts of up to 8,192
tokens, passes, the fastest ones, by which two builds are compared on a machine that is not quiet, scaling, where threads wait, computed
for up to 16, and quality, F1 and no time.

  IOBERT_BENCH_MODEL=FOLDER   forward, batches, load and quality also with that model
  IOBERT_BENCH_DATA=FILES     quality over these files of CoNLL columns, parted by commas
  IOBERT_BENCH_QUICK=1        everything once, to see that it works: the figures mean nothing`)
  process.exit(0)
}
const unknown = names.find((name) => !Object.hasOwn(SUITES, name))
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}; there are ${Object.keys(SUITES).join(', ')}`)
  process.exit(2)
}

makeReady()
await (await import('../build/transpile.mjs')).transpileTests()
const { machine } = await import('../../build/bench/measure.js')
console.log(`${machine()}\n`)

const failed = []
const usual = Object.keys(SUITES).filter((name) => !SUITES[name].named)
for (const name of names.length > 0 ? names : usual) {
  console.log(`## ${name}\n`)
  for (const args of SUITES[name].turbo ? [[], ['--turbo']] : [[]]) {
    const script = fileURLToPath(new URL(`../../build/bench/${name}.js`, import.meta.url))
    const done = spawnSync(process.execPath, [script, ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (done.status !== 0) failed.push([name, ...args].join(' '))
  }
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exit(1)
}
