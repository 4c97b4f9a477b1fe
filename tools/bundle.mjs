// Modules as few minified files: rollup, which keeps together what is loaded together, then esbuild, which shortens private
// names, then terser, which finds what esbuild leaves (together 3 % less than either through gzip).
import { transform } from 'esbuild'
import { rollup } from 'rollup'
import { minify } from 'terser'

/** Types away, syntax of the language kept. */
const typescript = {
  name: 'typescript',
  async transform(code, id) {
    if (!id.endsWith('.ts')) return null
    return transform(code, { loader: 'ts', target: 'es2022', sourcemap: 'external', sourcefile: id })
  },
}

async function minified(code) {
  const short = await transform(code, {
    ...{ minify: true, format: 'esm', target: 'es2022', legalComments: 'none' },
    ...{ sourcemap: 'external', sourcesContent: false },
  })
  const shorter = await minify(short.code, {
    module: true,
    ecma: 2020,
    compress: {
      passes: 5,
      ecma: 2020,
      unsafe_arrows: true,
      unsafe_methods: true,
      pure_getters: true,
      keep_fargs: false,
    },
    format: { comments: false, ecma: 2020 },
    sourceMap: { content: short.map },
  })
  return { code: shorter.code, map: shorter.map }
}

const minifying = {
  name: 'minifying',
  renderChunk: minified,
}

function refuse(warning) {
  if (warning.code !== 'CIRCULAR_DEPENDENCY') throw new Error(warning.message)
}

/**
 * Bundles `input` ({ name: file }) into `dir`. What several entries share, and what is loaded on demand, is in files of its
 * own.
 *
 * @returns rollup's output chunks
 */
export async function bundle(input, dir, { plugins = [], external = [/^node:/], ...output } = {}) {
  const built = await rollup({
    input,
    // As package.json says, and as bundlers take from it: of the library a program has what it uses.
    treeshake: { moduleSideEffects: (id) => !/[\\/]dist[\\/](?!cli[\\/]|runtime[\\/]worker)/.test(id) },
    external,
    plugins: [...plugins, typescript],
    logLevel: 'warn',
    onwarn: refuse,
  })
  const { output: chunks } = await built.write({
    dir,
    format: 'es',
    compact: true,
    hoistTransitiveImports: false,
    generatedCode: 'es2015',
    plugins: [minifying],
    entryFileNames: '[name].js',
    chunkFileNames: ({ isDynamicEntry }) => `${isDynamicEntry ? '[name]' : 'chunk'}-[hash].js`,
    hashCharacters: 'hex',
    ...output,
  })
  await built.close()
  return chunks
}

/**
 * Bundles one module and all that it imports, on demand too, as one text.
 *
 * @returns the text, and for each module in it its own, not yet minified
 */
export async function bundleText(input, { plugins = [] } = {}) {
  const built = await rollup({ input, plugins: [...plugins, typescript], onwarn: refuse })
  const { output } = await built.generate({
    ...{ format: 'es', compact: true, inlineDynamicImports: true },
    // What is imported on demand is an object, which nobody asks what it is.
    ...{ generatedCode: { preset: 'es2015', symbols: false }, freeze: false },
    plugins: [minifying],
  })
  await built.close()
  return { text: output[0].code.trim(), modules: output[0].modules }
}
