// `npm run reproduce -- [--ref v0.1.0] [--package iobert@0.1.0]`: checks that the published package was built
// from the tagged source. Clones this repository at the tag, installs the locked tools, builds and packs
// there, takes the package from the registry (or a .tgz file, or a folder), and compares the sha256 of every
// file. Prints the differences, and exits with 1 if there are any.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { run } from '../build/ready.mjs'
import { differences, hashesOf } from './compare.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { values } = parseArgs({
  options: {
    ref: { type: 'string', default: `v${version}` },
    package: { type: 'string' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'iobert-reproduce-'))
const clone = join(folder, 'source')
const built = join(folder, 'built')

/** npm is a script on Windows, which only a shell starts. */
const npm = (args, options) => run('npm', args, { shell: process.platform === 'win32', ...options })

/** @returns the folder of a published package */
function unpack(name) {
  if (existsSync(name) && statSync(name).isDirectory()) return resolve(name)
  const published = join(folder, 'published')
  mkdirSync(published)
  const target = join(folder, 'package')
  const source = existsSync(name) ? resolve(name) : name
  npm(['pack', source, '--pack-destination', published, '--silent', '--ignore-scripts'], { cwd: folder })
  mkdirSync(target)
  const [file] = [...hashesOf(published).keys()]
  run('tar', ['-xzf', join('published', file), '-C', 'package', '--strip-components=1'], { cwd: folder })
  return target
}

try {
  run('git', ['clone', '--quiet', '--no-checkout', root, clone])
  run('git', ['-c', 'advice.detachedHead=false', 'checkout', '--quiet', values.ref], { cwd: clone })
  npm(['ci', '--no-audit', '--no-fund'], { cwd: clone })
  run(process.execPath, ['tools/build/build.mjs', '--force'], { cwd: clone })
  run(process.execPath, ['tools/package/pack.mjs', built], { cwd: clone })
  const tagged = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')).version
  const name = values.package ?? `iobert@${tagged}`
  const found = differences(built, unpack(name), [`what ${values.ref} builds`, name])
  for (const line of found) console.log(line)
  if (found.length > 0) process.exitCode = 1
  else console.log(`${hashesOf(built).size} files, all equal to what ${values.ref} builds`)
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
