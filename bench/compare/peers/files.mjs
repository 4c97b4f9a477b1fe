// Prepares what the comparison with the peers needs: the engines, their models in their formats, the pages.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cache, modelPath, root } from '../places.mjs'
import { prepareModel, preparePython, prepareRivals, run } from '../prepare.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
/** An environment of its own: litert-torch brings PyTorch. */
const python = join(cache, 'peers-venv/bin/python')

export function prepare(models) {
  prepareRivals(here)
  if (models.includes('base')) prepareModel('base', [])
  const small = modelPath('small', 'float')
  if (!existsSync(small)) cpSync(join(root, 'weights'), small, { recursive: true })
  for (const model of models) mkdirSync(folderOf(model), { recursive: true })
}

function folderOf(model) {
  return join(cache, 'models', `${model}-peers`)
}

/** The file that a row needs, made of the folder that iobert reads. */
export function makeFile(model, tokens, { page, file }) {
  const [from, folder] = [modelPath(model, 'float'), folderOf(model)]
  const path = join(folder, file)
  if (existsSync(path)) return
  preparePython('peers/requirements.txt', python)
  if (page === 'litert') run(python, [join(here, 'make-tflite.py'), from, folder, String(tokens)], here)
  else run(python, [join(here, 'make-gguf.py'), from, path, file.replace('.gguf', '')], here)
}

/** Name and version of each engine. */
export function versions() {
  return ['@litertjs/core', '@wllama/wllama'].map((name) => {
    const { version } = JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8'))
    return `${name} ${version}`
  })
}

/** The pages as a bundler makes them. @returns the folders that /pages/ is served from */
export async function bundlePages() {
  const { build } = await import('esbuild')
  const out = join(cache, 'peers-pages')
  rmSync(out, { recursive: true, force: true })
  mkdirSync(join(out, 'compat'), { recursive: true })
  for (const name of ['iobert', 'litert', 'wllama']) {
    await build({
      ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser' },
      ...{ logLevel: 'error', legalComments: 'none', splitting: true, outExtension: { '.js': '.mjs' } },
      entryPoints: [join(here, `pages/${name}.mjs`)],
      outdir: out,
      chunkNames: `${name}-[hash]`,
      alias: { iobert: join(root, 'dist/index.js') },
    })
  }
  const modules = join(here, 'node_modules')
  cpSync(join(modules, '@wllama/wllama-compat/wasm'), join(out, 'compat'), { recursive: true })
  return [out, join(modules, '@litertjs/core/wasm'), join(modules, '@wllama/wllama/esm/wasm')]
}
