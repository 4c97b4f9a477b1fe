// Builds everything: assembly/*.ts -> wasm -> src/generated/*.ts (base64) -> dist/.
// Each step is skipped when its inputs have not changed since it last succeeded; `--force` builds all.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transpile } from './transpile.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
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
const generated = ['commands', 'numbers', 'constants', 'sizes', ...Object.keys(targets)]

await step(
  'wasm',
  ['assembly', 'asconfig.json', 'tools/build/build.mjs', 'tools/build/kernel-tables.mjs'],
  generated.map((name) => `src/generated/${name}.ts`),
  async () => {
    const { deflateAsync: deflate } = (await import('@gfx/zopfli')).default
    const { commandModules, constantsModule, constantsOf, interfaceHash, sizesModule } = await import(
      './kernel-tables.mjs'
    )
    const write = (name, text) => writeFileSync(join(root, `src/generated/${name}.ts`), text)
    mkdirSync(join(root, 'src/generated'), { recursive: true })
    let constants
    for (const [target, { outFile }] of Object.entries(targets)) {
      tool('assemblyscript/bin/asc.js', '--target', target, '--use', `INTERFACE_HASH=${interfaceHash(root)}`)
      const wasm = readFileSync(join(root, outFile))
      // Deflated before base64, which hides from gzip what repeats: 5.9 kB on the wire where plain base64 has 8.8. Zopfli finds
      // 4 % more than zlib does.
      const deflated = Buffer.from(await deflate(wasm, { numiterations: 50 })).toString('base64')
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
    write('sizes', sizesModule(root))
    const { commands, numbers } = commandModules(root, constants.CONTROL_BYTES - constants.COMMAND_OFFSET)
    write('commands', commands)
    write('numbers', numbers)
  },
)

// The worker's script is inlined as text so that no bundler has to find it. For pages whose policy forbids blob workers it is
// also a file.
await step(
  'worker',
  ['src', 'tools/build/build.mjs', 'tools/build/bundle.mjs', 'tools/build/worker-text.mjs'],
  ['src/generated/worker-text.ts', 'dist/worker.js'],
  async () => {
    const { workerText } = await import('./worker-text.mjs')
    const { text } = await workerText()
    writeFileSync(
      join(root, 'src/generated/worker-text.ts'),
      `/** src/runtime/worker.ts, bundled. */\nexport const workerText: string = ${JSON.stringify(text)}\n`,
    )
    mkdirSync(join(root, 'dist'), { recursive: true })
    writeFileSync(join(root, 'dist/worker.js'), text)
  },
)

await step(
  'dist',
  [
    'src',
    'tsconfig.json',
    'tsconfig.base.json',
    'tools/build/build.mjs',
    'tools/build/transpile.mjs',
    'tools/build/borrowed.mjs',
    'tools/package/types.mjs',
  ],
  ['dist/node.js', 'dist/worker.d.ts', 'dist/node.d.cts'],
  async () => {
    const { declarationsOf, EXTRA, writeExtraTypes, writeRequiredTypes } = await import(
      '../package/types.mjs'
    )
    const { BORROWED, writeBorrowed } = await import('./borrowed.mjs')
    const keep = [...Object.keys(EXTRA), 'worker.js', 'one-file.js', ...BORROWED.map(({ file }) => file)]
    const maker = ['tools/package/types.mjs', 'tools/build/borrowed.mjs']
    await transpile('src', 'dist', { declare: declarationsOf, maker, keep, borrowed: BORROWED })
    writeExtraTypes(join(root, 'dist'))
    await writeBorrowed(join(root, 'dist'))
    await writeRequiredTypes(join(root, 'dist'))
  },
)

// The library once more as single files: for hosts that may not import on demand, and for those that know CommonJS alone.
await step(
  'single-files',
  ['src', 'tools/build/build.mjs', 'tools/build/bundle.mjs', 'tools/build/single-files.mjs'],
  ['dist/one-file.js', 'dist/required.cjs', 'dist/node.cjs'],
  async () => {
    const { writeSingleFiles } = await import('./single-files.mjs')
    await writeSingleFiles(join(root, 'dist'))
  },
)

// The kernels as a file, for runtimes that take only compiled modules (the `wasm` option): SIMD, private memory.
await step(
  'kernels-file',
  ['assembly', 'src/kernels', 'tools/build/build.mjs'],
  ['dist/kernels.wasm'],
  async () => {
    const { kernelBytes } = await import('../../dist/kernels/module.js')
    writeFileSync(
      join(root, 'dist/kernels.wasm'),
      await kernelBytes({ variant: 'simd', shared: false, turbo: false }),
    )
  },
)
