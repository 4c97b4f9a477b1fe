// `node tools/test/python.mjs`: the tests that compare with Python's libraries, or train with them, which are skipped where
// IOBERT_PYTHON names none: it installs them into build/python. PyTorch for Linux brings some gigabytes of libraries.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installOnce, root, run } from '../../test/runtimes/install.mjs'

const folder = join(root, 'build/python')
const requirements = join(root, 'tools/train/requirements.txt')
const python = join(folder, 'bin/python')
installOnce(join(folder, 'installed'), readFileSync(requirements, 'utf8'), () => {
  run('python3', ['-m', 'venv', folder])
  run(python, ['-m', 'pip', 'install', '-q', '-r', requirements], { timeout: 1_200_000 })
})
// One after the other and with one thread, since other tests run beside them.
let passed = 0
let failed = 0
for (const file of ['convert/transformers', 'hub/python.node', 'tools/train', 'examples/own-model']) {
  const { status, stdout } = spawnSync(process.execPath, ['tools/test/test.mjs', '--all', file], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, IOBERT_PYTHON: python, OMP_NUM_THREADS: '1' },
  })
  process.stdout.write(stdout)
  const [, good = 0, bad = 0] = (/^(\d+) passed, (\d+) failed/m.exec(stdout) ?? []).map(Number)
  passed += good
  failed += status !== 0 && bad === 0 ? 1 : bad
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
