// `node tools/test/runtimes.mjs [WORD...]`: tests the packed package on every runtime and through every
// bundler, and compares the results bit by bit with Node 20. Installs what it needs into build/runtimes;
// browsers are Debian's. Prints one line for each run; with words, only runs whose name contains one.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { exampleRuns } from '../../test/bundlers/examples.mjs'
import { bundlerRuns } from '../../test/bundlers/runs.mjs'
import {
  binaries,
  folder,
  installPackage,
  installRuntimes,
  nodeMajors,
  root,
  run,
} from '../../test/runtimes/install.mjs'
import { browserRuns } from '../../test/runtimes/run-browsers.mjs'
import { runWorkerd } from '../../test/runtimes/run-workerd.mjs'
import { createReport } from './report.mjs'

const words = parseArgs({ allowPositionals: true }).positionals
const { check, end } = createReport(words)

run(process.execPath, ['tools/build/build.mjs'], { cwd: root })
installRuntimes()
const installed = installPackage()

/** Runs the suite in a process; its outcome is the last line. */
function inProcess(command, args, options, model = null) {
  const script = join(folder, 'runtimes/process.mjs')
  const output = run(command, [...args, script, JSON.stringify(model), JSON.stringify(options)], {
    cwd: folder,
    timeout: 120_000,
  })
  return JSON.parse(output)
}

const others = [20, 22, 24, 26].filter((major) => !nodeMajors.includes(major))
if (others.length > 0) console.log(`skipped: Node ${others}: the registry has no such Node for this machine`)

const reference = inProcess(binaries.node(20), [], { inline: true })
console.log(`reference: Node ${nodeMajors[0]} inline, ${reference.lines.length} texts`)

/** A model that has PyTorch's weights alone, which are read where they lie. */
const pickled = join(root, 'test/goldens/checkpoints/roberta-bin')
const ofPickle = inProcess(binaries.node(20), [], { inline: true }, pickled)

/** Throws where an outcome is not the reference's, or did not run as asked. */
function compare({ error, lines, info }, wanted, expected = reference) {
  if (error) throw new Error(error)
  for (const [name, value] of Object.entries(wanted)) {
    if (info[name] !== value) throw new Error(`info.${name} is ${info[name]}, expected ${value}`)
  }
  expected.lines.forEach((line, i) => {
    if (lines[i] !== line) throw new Error(`Text ${i} differs:\n  wanted  ${line}\n  here    ${lines[i]}`)
  })
  return `${lines.length} texts, the same bits`
}

const WAYS = [
  { options: { threads: 1 }, wanted: { threads: 1 } },
  { options: { threads: 2 }, wanted: { threads: 2 } },
  { options: { inline: true }, wanted: { threads: 1 } },
]
const RUNTIMES = [
  ...nodeMajors.map((major) => [`Node ${major}`, binaries.node(major), []]),
  ['Deno', binaries.deno, ['run', '-A']],
  ['Bun', binaries.bun, ['run']],
]

for (const [name, command, args] of RUNTIMES) {
  const version = run(command, ['--version']).split('\n')[0]
  console.log(`${name}: ${version}`)
  const ways = [...WAYS]
  // Which of the two builds is taken by itself is a matter of time; each must give the same bits. Node 20 has only one.
  if (name !== 'Node 20') {
    for (const kernels of ['simd', 'relaxed']) {
      ways.push({ options: { threads: 1, kernels }, wanted: { threads: 1, kernels } })
    }
  }
  if (/Node 2[46]/.test(name)) {
    ways.push({ options: { threads: 2, turbo: true }, wanted: { threads: 2, turbo: true } })
    ways.push({ options: { inline: true, turbo: true }, wanted: { threads: 1, turbo: true } })
  }
  for (const { options, wanted } of ways) {
    await check(`${name} ${JSON.stringify(options)}`, () =>
      compare(inProcess(command, args, options), wanted),
    )
  }
  for (const options of [{ threads: 2 }, { inline: true }]) {
    await check(`${name} pytorch_model.bin ${JSON.stringify(options)}`, () =>
      compare(inProcess(command, args, options, pickled), {}, ofPickle),
    )
  }
}
// The suites of the kernels and of int8 models, whole, on engines that have what Node 20 has not.
await (await import('../build/transpile.mjs')).transpileTests()
for (const major of [22, 24].filter((wanted) => nodeMajors.includes(wanted))) {
  for (const suite of [
    'kernels/kernels',
    'kernels/extremes',
    'kernels/seam',
    'kernels/short-sums',
    'model/int8',
    'model/golden',
    'fill/fill-mask',
    // A minute and a half each; `npm test` runs a part of it on all three.
    ...(major === 22 ? ['gliner/golden'] : []),
  ]) {
    await check(`${suite} on Node ${major}`, () => {
      const environment = { ...process.env, IOBERT_THOROUGH: '1' }
      const output = run(binaries.node(major), [`build/test/${suite}.test.js`], {
        cwd: root,
        env: environment,
      })
      return /Passed:\s+(\d+)/.exec(output)[1]
    })
  }
}
await check('workerd', async () => compare(await runWorkerd(installed.weights), { threads: 1 }))
for (const [name, test] of browserRuns(folder, compare)) await check(name, test)
for (const [name, test] of bundlerRuns(reference)) await check(name, test)
for (const [name, test] of exampleRuns()) await check(name, test)
end()
