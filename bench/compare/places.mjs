// Where things are, and which Node runs what.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = fileURLToPath(new URL('.', import.meta.url))
export const root = resolve(here, '../..')
export const cache = resolve(process.env.IOBERT_BENCH_DIR ?? join(here, '.cache'))
export const shared = resolve(process.env.IOBERT_SHARED ?? join(root, '../shared'))

/** The wheels that make the ONNX files; a virtual environment of our own. */
export const python = join(cache, 'venv/bin/python')

/** `kind`: 'float' (a safetensors folder), 'int8' (the same as `iobert quantize` writes it), 'onnx'. */
export function modelPath(name, kind) {
  return join(cache, 'models', kind === 'float' ? name : `${name}-${kind}`)
}

export function onnxFile(name, precision) {
  return join(modelPath(name, 'onnx'), precision === 'q8' ? 'onnx/model_quantized.onnx' : 'onnx/model.onnx')
}

/** Node of that major version from npm; this one where it is of that version or npm has none for this machine. */
export function nodeBinary(major) {
  const installed = join(here, `node_modules/node-${major}/bin/node`)
  if (existsSync(installed)) return installed
  return process.versions.node.startsWith(`${major}.`) ? process.execPath : undefined
}

/** The version of a package beside this file. */
export function versionOf(name, below = '') {
  const require = createRequire(join(here, 'node_modules', below, 'x.js'))
  const folder = require.resolve
    .paths(name)
    .map((path) => join(path, name, 'package.json'))
    .find((path) => existsSync(path))
  return folder === undefined ? undefined : require(folder).version
}
