// Builds the page into one folder of static files that any server can host.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundle } from '../../tools/build/bundle.mjs'
import { askedFor } from '../../tools/build/worker-text.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'examples/browser')

/** What differs in this page from a plain bundle, by the module's file. */
const REPLACED = {
  'examples/browser/src/version.ts': () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return `export const version = ${JSON.stringify(version)}`
  },
  // The worker is a file of the site (worker.js), so its text need not be in the page.
  'dist/generated/worker-text.js': () => "export const workerText = ''",
  // The page never asks for this style of annotations.
  'dist/entities/spark/spark-style.js': () => 'export let sparkStyle',
  // What has no SIMD has not this page's colours either: Chrome 91, Firefox 89, Safari 16.4 and later have it.
  'dist/kernels/reference/reference.js': () => `export class ReferenceKernels {
  constructor() { throw new Error('This browser runs no WebAssembly SIMD: take a newer one') }
}`,
}

const replace = {
  name: 'replace',
  resolveId(source) {
    if (source === 'iobert') return join(root, 'dist/index.js')
    if (source === 'iobert/rules') return join(root, 'dist/rules/presets.js')
    if (source.startsWith('#dist/')) return join(root, source.slice(1))
    // With `?` at its end it is the module itself.
    return source.endsWith('?') ? source : null
  },
  load(id) {
    if (id.endsWith('?')) return readFileSync(id.slice(0, -1), 'utf8')
    const name = Object.keys(REPLACED).find((file) => id.replaceAll('\\', '/').endsWith(`/${file}`))
    return name === undefined ? null : REPLACED[name](id)
  },
}

/** Builds the page. @returns its folder */
export async function buildDemo(target = join(root, 'build/demo')) {
  const moved = Object.keys(REPLACED).filter((name) => !existsSync(join(root, name)))
  if (moved.length > 0) throw new Error(`examples/browser/build.mjs replaces ${moved}, which is not there`)
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  const common = { bundle: true, minify: true, format: 'esm', target: 'es2022', legalComments: 'none' }
  // The worker shares its chunks with the page: what both need is loaded once.
  const scripts = { main: join(source, 'src/main.ts'), worker: join(root, 'dist/runtime/worker.js') }
  await bundle(scripts, target, { plugins: [replace, askedFor], external: [] })
  await build({ ...common, entryPoints: [join(source, 'style.css')], outdir: target, target: 'chrome111' })
  for (const name of ['index.html', 'icon.svg']) cpSync(join(source, name), join(target, name))
  const files = readdirSync(target).sort()
  mkdirSync(join(target, 'weights'))
  const model = ['config.json', 'vocab.txt', 'tokenizer_config.json', 'model.safetensors']
  for (const name of model) cpSync(join(root, 'weights', name), join(target, 'weights', name))
  await build({
    ...common,
    entryPoints: [join(source, 'service-worker.ts')],
    outdir: target,
    format: 'iife',
    define: {
      PAGE_FILES: JSON.stringify(files.map((name) => (name === 'index.html' ? './' : name))),
      PAGE_CACHE: JSON.stringify(`iobert-page-${digest(target, files)}`),
      MODEL_CACHE: JSON.stringify(`iobert-model-${digest(join(target, 'weights'), model)}`),
    },
  })
  return target
}

/** Changes when a file does. */
function digest(folder, names) {
  const hash = createHash('sha256')
  for (const name of names) hash.update(`${name}\0`).update(readFileSync(join(folder, name)))
  return hash.digest('hex').slice(0, 12)
}
