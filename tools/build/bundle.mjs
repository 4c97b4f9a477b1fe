// Bundles modules into few minified files: rollup keeps together what is loaded together, and esbuild removes
// types and minifies.
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { transform } from 'esbuild'
import { rollup } from 'rollup'

/** Types away, syntax of the language kept. */
const typescript = {
  name: 'typescript',
  async transform(code, id) {
    if (!id.endsWith('.ts')) return null
    return transform(code, { loader: 'ts', target: 'es2022', sourcemap: 'external', sourcefile: id })
  },
}

/** For what Node runs, which prints the line that throws. */
export const LINE_LENGTH = 120

/** @param lineLimit  columns of a line; undefined for lines of any length, which are 4 % smaller through gzip */
const minifying = (lineLimit) => ({
  name: 'minifying',
  async renderChunk(code, _chunk, { format }) {
    const { code: short, map } = await transform(code, {
      ...{ minify: true, format: format === 'cjs' ? 'cjs' : 'esm', target: 'es2022', legalComments: 'none' },
      ...{ sourcemap: 'external', sourcesContent: false, lineLimit },
    })
    return { code: short, map }
  },
})

function refuse(warning) {
  if (warning.code !== 'CIRCULAR_DEPENDENCY') throw new Error(warning.message)
}

/**
 * Bundles `input` ({ name: file }) into `dir`. What several entries share, and what is loaded on demand, is in files of its
 * own.
 *
 * @returns rollup's output chunks
 */
export async function bundle(input, dir, { plugins = [], external = [/^node:/], lineLimit, ...output } = {}) {
  const built = await rollup({
    input,
    // As package.json says, and as bundlers take from it: of the library a program has what it uses.
    treeshake: { moduleSideEffects: (id) => !/[\\/]dist[\\/](?!cli[\\/]|runtime[\\/]worker)/.test(id) },
    external,
    plugins: [...plugins, typescript, nodeResolve()],
    logLevel: 'warn',
    onwarn: refuse,
  })
  const { output: chunks } = await built.write({
    dir,
    format: 'es',
    compact: true,
    hoistTransitiveImports: false,
    generatedCode: 'es2015',
    plugins: [minifying(lineLimit)],
    entryFileNames: '[name].js',
    chunkFileNames: ({ isDynamicEntry }) => `${isDynamicEntry ? '[name]' : 'chunk'}-[hash].js`,
    hashCharacters: 'hex',
    ...output,
  })
  await built.close()
  return chunks
}

/** Where a file of CommonJS is, which has no `import.meta`. */
const ownUrl = {
  name: 'own-url',
  resolveImportMeta: (property, { format }) =>
    format === 'cjs' && property === 'url' ? "require('node:url').pathToFileURL(__filename).href" : null,
}

/**
 * Bundles one module and all that it imports, on demand too, as one text.
 *
 * @returns the text, and for each module in it its own, not yet minified
 */
export async function bundleText(input, { plugins = [], external = [], format = 'es', lineLimit } = {}) {
  const built = await rollup({
    ...{ input, external, onwarn: refuse },
    plugins: [...plugins, ownUrl, typescript, nodeResolve()],
  })
  const { output } = await built.generate({
    ...{ format, compact: true, inlineDynamicImports: true },
    // What is imported on demand is an object, which nobody asks what it is.
    ...{ generatedCode: { preset: 'es2015', symbols: false }, freeze: false },
    plugins: [minifying(lineLimit)],
  })
  await built.close()
  return { text: output[0].code.trim(), modules: output[0].modules }
}
