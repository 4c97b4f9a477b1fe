// Transpiles TypeScript to JavaScript file by file: types are removed, nothing is checked (`npm run
// typecheck` does that), so a build takes a second or two. Only changed files are written again, and outputs
// without a source are deleted.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Import and export statements as esbuild prints them, and imports on demand: `.ts` becomes `.js`. */
const STATEMENT = /^((?:import|export)\b[^"\n]*|\} from )"(\.[^"\n]+)\.ts";$/gm
const ON_DEMAND = /\bimport\("(\.[^"\n]+)\.ts"\)/g

/** `borrowed`: packages that are files of the output, as tools/build/borrowed.mjs has them; `name`: the file's own, from there. */
async function javascriptOf(source, file, name, borrowed) {
  const { code } = await transform(source, {
    ...{ loader: 'ts', format: 'esm', target: 'es2022', sourcefile: file },
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
  })
  const own = code.replace(STATEMENT, '$1"$2.js";').replace(ON_DEMAND, 'import("$1.js")')
  return borrowed.reduce((text, one) => {
    const way = posix.relative(posix.dirname(name), one.file)
    return text.replaceAll(`} from "${one.name}";`, `} from "./${way}";`)
  }, own)
}

/** The TypeScript files below a folder, as paths from it; `without` are folders that are left out. */
function sourcesBelow(folder, without, recursive) {
  return readdirSync(join(root, folder), { recursive })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /(?<!\.d)\.ts$/.test(name) && !name.includes('node_modules/'))
    .filter((name) => !without.some((one) => name.startsWith(`${one}/`)))
}

/**
 * Writes the files below `from` as JavaScript below `to`.
 *
 * @param declare  gives the declarations of a file's text, where they are wanted beside it
 * @param maker  files of this repository that what is written depends on too
 * @param keep  names in `to` that have no source
 * @param borrowed  packages that are files of `to`
 * @param recursive  false for the files of `from` itself
 */
export async function transpile(from, to, settings = {}) {
  const { without = [], declare, maker = [], keep = [], borrowed = [], recursive = true } = settings
  const names = sourcesBelow(from, without, recursive)
  const own = [fileURLToPath(import.meta.url), ...maker.map((name) => join(root, name))]
  const isOld = (output, ...inputs) =>
    !existsSync(output) || inputs.some((input) => statSync(input).mtimeMs >= statSync(output).mtimeMs)
  for (const name of names) {
    const source = join(root, from, name)
    const output = join(root, to, name.replace(/\.ts$/, '.js'))
    const declarations = output.replace(/\.js$/, '.d.ts')
    if (!isOld(output, source, ...own) && !(declare && isOld(declarations, source, ...own))) continue
    const text = readFileSync(source, 'utf8')
    mkdirSync(dirname(output), { recursive: true })
    writeFileSync(output, await javascriptOf(text, source, name, borrowed))
    if (declare) writeFileSync(declarations, declare(text, name))
  }
  const wanted = new Set(names.flatMap((name) => ['.js', '.d.ts'].map((end) => name.replace(/\.ts$/, end))))
  for (const found of readdirSync(join(root, to), { recursive: true })) {
    const name = found.replaceAll('\\', '/')
    if (/\.js$|\.d\.ts$/.test(name) && !wanted.has(name) && !keep.includes(name)) rmSync(join(root, to, name))
  }
}

/** The tests, the benchmarks and examples/one-page.ts, in build/. */
export async function transpileTests() {
  await transpile('test', 'build/test', { without: ['package/consumer'] })
  await transpile('bench', 'build/bench', { without: ['compare'] })
  await transpile('examples', 'build/examples', { recursive: false })
}
