// Paths of the comparison's files, and which Node runs what.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = fileURLToPath(new URL('.', import.meta.url))
export const root = resolve(here, '../..')
export const cache = resolve(process.env.IOBERT_BENCH_DIR ?? join(here, '.cache'))
export const shared = resolve(process.env.IOBERT_SHARED ?? join(root, '../shared'))

/** The wheels that make the ONNX files; a virtual environment of our own. */
export const python = join(cache, 'venv/bin/python')
/** And another with PyTorch. */
export const torchPython = join(cache, 'venv-torch/bin/python')

/** `kind`: 'float' (a safetensors folder), 'int8' (the same as `iobert quantize` writes it), 'onnx'. */
export function modelPath(name, kind) {
  if (name === 'named' && kind === 'float')
    return resolve(process.env.IOBERT_BERT_BASE ?? join(cache, 'none'))
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

/** The version of an installed package; `inside`: the package whose own copy of it is meant. */
export function versionOf(name, inside = '.') {
  const places = [join(here, 'node_modules', inside, 'node_modules', name), join(here, 'node_modules', name)]
  const file = places.map((folder) => join(folder, 'package.json')).find((path) => existsSync(path))
  return file === undefined ? undefined : JSON.parse(readFileSync(file, 'utf8')).version
}
