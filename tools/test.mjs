// `npm test`: installs and builds where needed, compiles the tests and runs them file by file, two at a time.
// `npm test -- kernels text/tokenizer` runs the files whose path contains one of the words. What is slow and rarely fails stands in
// files named `.thorough.test.ts`: `npm run test:all -- thorough` runs them, `npm test -- --thorough WORD` those of a word.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeReady } from './ready.mjs'
import { outcomeOf } from './test-outcome.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiled = join(root, 'build/test')

makeReady()
await (await import('./transpile.mjs')).transpileTests()

const thorough = process.argv.includes('--thorough')
const both = process.argv.includes('--all')
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const isThorough = (name) => name.endsWith('.thorough.test.js')
const found = readdirSync(join(root, 'test'), { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => name.replace(/\.ts$/, '.js'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
const files = found.filter((name) => both || isThorough(name) === thorough)

const failed = []
let passed = 0
let wrong = 0
let skipped = 0

/** A file that takes longer hangs, also on a machine that does much else; with real models some take minutes. Milliseconds. */
const LONGEST = process.env.IOBERT_BERT_BASE ? 3_000_000 : 1_200_000

/** Runs one file in a process of its own; its output is printed when it has ended. */
function runFile(name) {
  return new Promise((resolve) => {
    const started = performance.now()
    const child = spawn(process.execPath, ['--expose-gc', join(compiled, name)], {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (output += data))
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const { passed: good, total, failed: bad, skipped: left, complaints } = outcomeOf(output, code)
      passed += good
      skipped += left.length
      wrong += bad
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${bad === 0 ? 'ok  ' : 'FAIL'} ${name}  ${good}/${total}  ${seconds} s`)
      for (const line of left) console.log(`     ${line}`)
      if (bad > 0) {
        failed.push(name)
        console.log(output)
        for (const complaint of complaints) console.log(complaint)
        if (signal) console.log(`ended by ${signal}`)
      }
      resolve()
    })
  })
}

const queue = [...files]
const workers = Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) await runFile(name)
})
await Promise.all(workers)
if (files.length < found.length && !thorough && words.length === 0) {
  console.log(`left for npm run test:all -- thorough: ${found.filter(isThorough).join(', ')}`)
}
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`)
console.log(`${passed} passed, ${wrong} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(wrong === 0 && passed > 0 ? 0 : 1)
