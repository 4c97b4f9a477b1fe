// `node tools/test/scale.mjs [--large] [server|queue|spark...]`: tests the examples with more than one
// process, with faults injected. Installs what they need into their folders and build/scale. With --large the
// load lasts 60 s, and Spark reads 50,000 rows on two workers and part of them on one, compared with one
// process, with throughput (about half an hour). Needs Java 17 and Debian's redis-server, which is installed
// if CI runs as root.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installOnce } from '../../test/runtimes/install.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'build/scale')
const { values, positionals } = parseArgs({ allowPositionals: true, options: { large: { type: 'boolean' } } })
const large = values.large === true

function run(command, args, cwd = root) {
  const done = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2], timeout: 600_000 })
  if (done.error) throw done.error
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}`)
}

/** Installs once for each content of the file that names the versions. */
function once(name, file, install) {
  installOnce(join(folder, `${name}.installed`), readFileSync(join(root, file), 'utf8'), install)
}

function installExample(name) {
  once(name, `examples/${name}/package.json`, () =>
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], join(root, 'examples', name)),
  )
}

const python = join(folder, 'venv/bin/python')

/** Runs a script of test/scale; its last line has the counts. */
function counted(command, args) {
  return new Promise((resolve) => {
    const limit = large ? 3_600_000 : 600_000
    const child = spawn(command, args, {
      cwd: join(root, 'test/scale'),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    // An interrupt, so that the suite ends what it started.
    const timer = setTimeout(() => child.kill('SIGINT'), limit)
    const last = setTimeout(() => child.kill('SIGKILL'), limit + 30_000)
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
      process.stdout.write(data)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      clearTimeout(last)
      const [, passed = 0, failed = 0] = (/(\d+) passed, (\d+) failed\s*$/.exec(output) ?? []).map(Number)
      if (code !== 0) console.log(`ended with ${signal ?? code}`)
      resolve([passed, code !== 0 && failed === 0 ? 1 : failed])
    })
  })
}

const suites = {
  server() {
    installExample('server')
    return counted(process.execPath, ['server.mjs', large ? '60' : '5'])
  },
  queue() {
    installExample('queue')
    const missing = spawnSync('redis-server', ['--version']).error !== undefined
    if (missing && process.env.CI && process.getuid?.() === 0) {
      run('apt-get', ['update', '-q'])
      run('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'redis-server'])
    }
    return counted(process.execPath, ['queue.mjs', large ? '20000' : '2000'])
  },
  spark() {
    once('spark', 'examples/spark/requirements.txt', () => {
      run('python3', ['-m', 'venv', join(folder, 'venv')])
      run(python, ['-m', 'pip', 'install', '-q', '-r', join(root, 'examples/spark/requirements.txt')])
    })
    const logs = join(folder, 'spark')
    rmSync(logs, { recursive: true, force: true })
    mkdirSync(logs, { recursive: true })
    return counted(python, ['spark_test.py', logs, large ? '50000' : '2000'])
  },
}

const unknown = positionals.filter((name) => !Object.hasOwn(suites, name))
if (unknown.length > 0) throw new Error(`There is no suite ${unknown}; expected ${Object.keys(suites)}`)
run(process.execPath, ['tools/build/build.mjs'])
let passed = 0
let failed = 0
for (const [name, suite] of Object.entries(suites)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  console.log(`== ${name}`)
  try {
    const [good, bad] = await suite()
    passed += good
    failed += bad
  } catch (error) {
    failed++
    console.log(`FAIL ${name}: ${error.message}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
