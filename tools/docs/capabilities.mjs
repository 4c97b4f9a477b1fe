// `node tools/docs/capabilities.mjs`: lists what the library imports on demand, and what each of these saves
// callers who do not need it: the minified bytes of its files and of everything that nothing else of the
// entry imports.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** How a bundle names what it is made of: paths from the root. */
const OPTIONS = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  splitting: true,
  platform: 'neutral',
}

/** Outputs that `name` imports before it runs, itself included. */
function closure(outputs, name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  for (const { path, kind } of outputs[name].imports)
    if (kind === 'import-statement' && outputs[path] !== undefined) closure(outputs, path, found)
  return found
}

async function ofEntry(entry) {
  const { metafile } = await build({
    ...{ ...OPTIONS, entryPoints: [entry], outdir: 'build/capabilities', external: ['node:*'] },
    ...{ write: false, metafile: true },
  })
  const { outputs } = metafile
  const main = Object.keys(outputs).find((name) => outputs[name].entryPoint === entry)
  const front = closure(outputs, main)
  return Object.entries(outputs)
    .filter(([name, { entryPoint }]) => entryPoint !== undefined && name !== main)
    .map(([name, { entryPoint }]) => {
      const own = [...closure(outputs, name)].filter((file) => !front.has(file))
      return [entryPoint, own.reduce((sum, file) => sum + outputs[file].bytes, 0)]
    })
}

/** @returns [file, bytes] of each in src/, the largest first; those of both entries once */
export async function capabilities() {
  const sizes = new Map()
  for (const [file, bytes] of [...(await ofEntry('dist/index.js')), ...(await ofEntry('dist/node.js'))]) {
    const name = file.replace(/^dist/, 'src').replace(/\.js$/, '.ts')
    sizes.set(name, Math.max(bytes, sizes.get(name) ?? 0))
  }
  return [...sizes].sort(([, one], [, two]) => two - one)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, bytes] of await capabilities()) console.log(String(bytes).padStart(7), file)
}
