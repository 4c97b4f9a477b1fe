// `npm run test:all`: tests that need more than npm, or minutes: real models, attacks on sums, ARM64, other
// runtimes, bundlers, browsers, the site, Spark, Redis and Python. Ends with `N passed, N failed`. `npm run test:all
// -- runtimes docs` runs the named parts.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeReady } from '../build/ready.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const words = process.argv.slice(2)
let passed = 0
let failed = 0

/**
 * Runs a command and gives its output back. Passes the output on at once, unless the command runs `beside` others,
 * whose lines would mix with its own.
 */
function run(command, args, { environment, beside } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += data
        if (!beside) process.stdout.write(data)
      })
    }
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/**
 * One part: a command whose last line of counts is added, or that counts as one where it has none. The output of one that
 * runs beside others is printed when it ends.
 */
async function part(name, command, args, { environment, beside = false } = {}) {
  if (words.length > 0 && !words.includes(name)) return
  const started = performance.now()
  console.log(`== ${name}${beside ? ' (beside others)' : ''}`)
  const { code, output } = await run(command, args, { environment, beside })
  if (beside) process.stdout.write(`== ${name}, its output\n${output}`)
  const counts = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1)
  const good = counts ? Number(counts[1]) : code === 0 ? 1 : 0
  const bad = counts ? Number(counts[2]) : 0
  passed += good
  failed += code !== 0 && bad === 0 ? 1 : bad
  console.log(
    `== ${name}: ${good} passed, ${bad} failed, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  )
}

/** Programs from Debian's packages, which a person has and a fresh machine of the checks has not. */
function installPrograms() {
  const wanted = {
    chromium: '/usr/bin/chromium',
    'firefox-esr': '/usr/bin/firefox-esr',
    'redis-server': '/usr/bin/redis-server',
    'qemu-user': '/usr/bin/qemu-aarch64',
    'libc6-arm64-cross': '/usr/aarch64-linux-gnu/lib/libc.so.6',
    'libstdc++6-arm64-cross': '/usr/aarch64-linux-gnu/lib/libstdc++.so.6',
    // Spark's, 17 or later.
    'default-jre-headless': '/usr/bin/java',
    zip: '/usr/bin/zip',
    unzip: '/usr/bin/unzip',
  }
  const missing = Object.keys(wanted).filter((name) => !existsSync(wanted[name]))
  if (spawnSync('python3', ['-c', 'import ensurepip, venv']).status !== 0) missing.push('python3-venv')
  if (missing.length === 0) return
  if (!process.env.CI || process.getuid?.() !== 0) {
    console.log(`not installed, so that parts below will skip or fail: ${missing.join(', ')}`)
    return
  }
  spawnSync('apt-get', ['update', '-q'], { stdio: ['ignore', 2, 2] })
  const install = ['install', '-q', '-y', '--no-install-recommends', ...missing]
  spawnSync('apt-get', install, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

/** The real models that scripts beside the goldens make: BERT-base from Maven, BERT-large by formula. */
async function makeModels() {
  const scripts = join(root, '../shared/models')
  const models = {}
  if (!existsSync(scripts)) {
    console.log('skipped: BERT-base and BERT-large: ../shared/models is not there')
    return models
  }
  const folder = process.env.IOBERT_MODELS ?? join(root, 'build/models')
  const venv = join(root, 'build/models-venv')
  for (const [name, script] of [
    ['BASE', 'make_bert_base.py'],
    ['LARGE', 'make_bert_large.py'],
  ]) {
    const model = join(folder, `bert-${name.toLowerCase()}`)
    if (!existsSync(join(model, 'model.safetensors'))) {
      if (!existsSync(join(venv, 'bin/python'))) await run('python3', ['-m', 'venv', venv])
      await run(join(venv, 'bin/pip'), ['install', '-q', 'numpy', 'safetensors'])
      await run(join(venv, 'bin/python'), [join(scripts, script), model])
    }
    if (existsSync(join(model, 'model.safetensors'))) models[`IOBERT_BERT_${name}`] = model
    else console.log(`skipped: BERT-${name.toLowerCase()}: ${script} did not make it`)
  }
  return models
}

makeReady()
installPrograms()
if (words.length === 0 || words.includes('models')) {
  const models = await makeModels()
  const files = [
    'recognizer/goldens',
    'recognizer/accuracy',
    'checkpoints/large',
    'model/saved-logits',
    'hostile',
  ]
  await part('models', process.execPath, ['tools/test/test.mjs', '--all', ...files], {
    environment: { ...models, IOBERT_FUZZ: '100000' },
  })
}
// One process that computes for ten minutes under qemu, while other parts wait for networks and browsers.
const arm64 = part('arm64', process.execPath, ['tools/test/arm64.mjs'], { beside: true })
await part('thorough', process.execPath, ['tools/test/test.mjs', '--thorough'])
if (words.length === 0 || words.includes('sums')) {
  // Attacks on the kernels for a minute, or as long as IOBERT_FUZZ_SECONDS says, and the saved bits of whole passes, on a
  // Node that has all their instructions. The seed comes from the kernels themselves: each change of them meets other cases, and
  // the same kernels the same ones, so that a failure is of the change that it comes with.
  const { binaries, installRuntimes } = await import('../../test/runtimes/install.mjs')
  installRuntimes()
  const hash = createHash('sha256')
  for (const name of ['simd', 'relaxed']) hash.update(readFileSync(join(root, `build/wasm/${name}.wasm`)))
  await part('sums', binaries.node(24), ['tools/test/test.mjs', '--all', 'kernels', 'model/saved-logits'], {
    environment: {
      IOBERT_SEED: String(hash.digest().readUInt32LE() >>> 1),
      IOBERT_FUZZ_SECONDS: '60',
      ...process.env,
    },
  })
}

/** Parts one after the other. */
async function inTurn(beside, ...scripts) {
  for (const [name, script] of scripts) await part(name, process.execPath, [script], { beside })
}

// Most of these install and wait, so that two go at a time. `runtimes` and `recipes` share build/runtimes, and
// `site` reads what `docs` builds. The browser's tests watch a page while it works: what goes beside them has one thread.
await Promise.all([
  inTurn(false, ['runtimes', 'tools/test/runtimes.mjs'], ['recipes', 'tools/test/recipes.mjs']),
  inTurn(
    true,
    ['package', 'tools/test/package.mjs'],
    ['scale', 'tools/test/scale.mjs'],
    ['docs', 'tools/docs/docs.mjs'],
    ['site', 'tools/test/docs.mjs'],
    ['workflows', 'tools/test/workflows.mjs'],
  ),
])
await arm64
await Promise.all([
  inTurn(false, ['browser', 'tools/test/browser.mjs']),
  inTurn(true, ['python', 'tools/test/python.mjs']),
])
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
