// Prepares a fresh clone: installs missing or outdated development packages, and builds what changed. Uses
// only Node itself, since nothing may be installed yet.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a command, its output on stderr so that stdout stays the program's; ends this process where it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  if (done.error) throw done.error
  if (done.status !== 0) process.exit(done.status ?? 1)
}

export function makeReady() {
  const installed = new URL('../../node_modules/.package-lock.json', import.meta.url)
  const wanted = new URL('../../package-lock.json', import.meta.url)
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs) {
    process.stderr.write('Installing the development packages ...\n')
    const npm = process.env.npm_execpath
    const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
    if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args])
    else run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { shell: process.platform === 'win32' })
  }
  run(process.execPath, [fileURLToPath(new URL('build.mjs', import.meta.url))])
}
