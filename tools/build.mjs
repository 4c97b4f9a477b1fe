// Builds everything: assembly/*.ts -> wasm -> src/generated/*.ts (base64) -> dist/.
// Each step is skipped when its inputs have not changed since it last succeeded; `--force` builds all.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { build } from 'esbuild'
import { minified } from './bundle.mjs'
import { transpile } from './transpile.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const force = process.argv.includes('--force')

/** The newest change below the named files and folders, as a string to compare. */
function stamp(...names) {
  const entries = []
  const visit = (path) => {
    if (!existsSync(path)) return
    const status = statSync(path)
    if (status.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name))
    else entries.push(`${path}:${status.size}:${status.mtimeMs}`)
  }
  for (const name of names) visit(join(root, name))
  return entries.join('\n')
}

async function step(name, inputs, outputs, run) {
  const file = join(root, 'build', `${name}.stamp`)
  const now = stamp(...inputs)
  const done = existsSync(file) && readFileSync(file, 'utf8') === now
  if (!force && done && outputs.every((output) => existsSync(join(root, output)))) return
  rmSync(file, { force: true })
  await run()
  mkdirSync(join(root, 'build'), { recursive: true })
  writeFileSync(file, stamp(...inputs))
}

/** Runs a tool of node_modules with this Node; stops the build where it fails. */
function tool(script, ...args) {
  const done = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

// One source for all targets of asconfig.json (ASC_FEATURE_RELAXED_SIMD tells them apart). The memory is imported as shared;
// the loader clears that one flag where memory is private, so each kernel is shipped once (src/kernels/module.ts).
const { targets } = JSON.parse(readFileSync(join(root, 'asconfig.json'), 'utf8'))
const generated = ['commands', 'numbers', 'constants', ...Object.keys(targets)]

await step(
  'wasm',
  ['assembly', 'asconfig.json', 'tools/build.mjs', 'tools/kernel-tables.mjs'],
  generated.map((name) => `src/generated/${name}.ts`),
  async () => {
    const { commandModules, constantsModule, constantsOf } = await import('./kernel-tables.mjs')
    const write = (name, text) => writeFileSync(join(root, `src/generated/${name}.ts`), text)
    mkdirSync(join(root, 'src/generated'), { recursive: true })
    let constants
    for (const [target, { outFile }] of Object.entries(targets)) {
      tool('assemblyscript/bin/asc.js', '--target', target)
      const wasm = readFileSync(join(root, outFile))
      // Deflated before base64, which hides from gzip what repeats: 5.9 kB on the wire where plain base64 has 8.8.
      const deflated = deflateRawSync(wasm, { level: 9 }).toString('base64')
      write(
        target,
        `/** assembly/kernels.ts, compiled for ${target}, deflated. */\nexport const deflated: string =\n  '${deflated}'\n`,
      )
      // Node 20 has no relaxed SIMD; the source is one.
      if (!WebAssembly.validate(wasm)) continue
      const found = constantsOf(wasm)
      constants ??= found
      if (JSON.stringify(found) !== JSON.stringify(constants)) {
        throw new Error(`The constants of target ${target} are not those of the others`)
      }
    }
    write('constants', constantsModule(constants))
    const { commands, numbers } = commandModules(root, constants.CONTROL_BYTES - constants.COMMAND_OFFSET)
    write('commands', commands)
    write('numbers', numbers)
  },
)

// What the inlined worker takes of Node, asked for when it runs: an import would fail in a browser.
const BUILTINS = {
  'node:fs/promises': ['open', 'stat'],
  'node:path': ['basename', 'dirname', 'join'],
  'node:worker_threads': ['parentPort'],
}

const askedFor = {
  name: 'asked-for',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node' }))
    onLoad({ filter: /./, namespace: 'node' }, ({ path }) => ({
      contents: `export const { ${BUILTINS[path]?.join(', ')} } =
        globalThis.process?.getBuiltinModule?.('${path}') ?? {}`,
    }))
  },
}

// What the engine of a few models takes besides: no part of the usual worker's text, but put before it where one is spawned
// for such a model (src/runtime/spawn.ts). The worker finds it in a global object.
const SHELVES = [
  'model/disentangled/relative',
  'model/disentangled/convolution',
  'model/disentangled/tensors',
]
const SHELF_OBJECT = 'globalThis.iobertShelves'

const shelved = {
  name: 'shelved',
  setup({ onLoad, onResolve }) {
    const nameOf = (path) =>
      SHELVES.find((shelf) => path.endsWith(`${shelf.split('/').slice(-2).join('/')}.ts`))
    onResolve({ filter: /\/disentangled\// }, ({ path, kind }) =>
      kind === 'dynamic-import' && nameOf(path) ? { path: nameOf(path), namespace: 'shelf' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'shelf' }, ({ path }) => {
      const source = readFileSync(join(root, `src/${path}.ts`), 'utf8')
      const names = Array.from(source.matchAll(/^export (?:async )?function (\w+)/gm), ([, name]) => name)
      return { contents: `export const { ${names.join(', ')} } = ${SHELF_OBJECT}?.['${path}'] ?? {}` }
    })
  },
}

/** The shelves as one script that sets the object. */
async function bundleShelves() {
  const imports = SHELVES.map((shelf, i) => `import * as shelf${i} from './src/${shelf}.ts'\n`).join('')
  const entries = SHELVES.map((shelf, i) => `'${shelf}': shelf${i}`).join(', ')
  const { outputFiles } = await build({
    stdin: { contents: `${imports}${SHELF_OBJECT} = { ${entries} }`, resolveDir: root },
    ...{ bundle: true, minify: true, format: 'iife', target: 'es2022', platform: 'neutral' },
    ...{ legalComments: 'none', write: false },
  })
  return minified(outputFiles[0].text)
}

/** A worker's script as one text with all it needs. */
async function bundleWorker(entry, plugins) {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'neutral' },
    ...{ legalComments: 'none', write: false, plugins },
  })
  return minified(outputFiles[0].text)
}

// The worker's script is inlined as text so that no bundler has to find it; one text serves every runtime. For pages whose
// policy forbids blob workers it is also a file, without the part of Node.
await step(
  'workers',
  ['src', 'tools/build.mjs', 'tools/bundle.mjs'],
  ['src/generated/worker-source.ts', 'src/generated/worker-shelves.ts', 'dist/worker.js'],
  async () => {
    const inlined = await bundleWorker('src/runtime/worker.node.ts', [askedFor, shelved])
    writeFileSync(
      join(root, 'src/generated/worker-source.ts'),
      `/** src/runtime/worker.node.ts, bundled. */\nexport const workerSource: string = ${JSON.stringify(inlined)}\n`,
    )
    writeFileSync(
      join(root, 'src/generated/worker-shelves.ts'),
      `/** What goes before the worker's script for models that need it, bundled. */\nexport const workerShelves: string = ${JSON.stringify(await bundleShelves())}\n`,
    )
    mkdirSync(join(root, 'dist'), { recursive: true })
    writeFileSync(join(root, 'dist/worker.js'), await bundleWorker('src/runtime/worker.ts', []))
  },
)

await step(
  'dist',
  [
    'src',
    'tsconfig.json',
    'tsconfig.base.json',
    'tools/build.mjs',
    'tools/transpile.mjs',
    'tools/package/types.mjs',
  ],
  ['dist/node.js', 'dist/worker.d.ts'],
  async () => {
    const { declarationsOf, EXTRA, writeExtraTypes } = await import('./package/types.mjs')
    const keep = [...Object.keys(EXTRA), 'worker.js']
    await transpile('src', 'dist', { declare: declarationsOf, keep })
    writeExtraTypes(join(root, 'dist'))
  },
)

// The kernels as a file, for runtimes that take only compiled modules (the `wasm` option): SIMD, private memory.
await step(
  'kernels-file',
  ['assembly', 'src/kernels', 'tools/build.mjs'],
  ['dist/kernels.wasm'],
  async () => {
    const { kernelBytes } = await import('../dist/kernels/module.js')
    writeFileSync(
      join(root, 'dist/kernels.wasm'),
      await kernelBytes({ variant: 'simd', shared: false, turbo: false }),
    )
  },
)
