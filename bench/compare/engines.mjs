// All engines behind one interface: `open(spec)` → { run(ids) → logits [T, C], info, close() }.
//    spec: { engine: 'iobert' | 'onnxruntime-web' | 'onnxruntime-node', model, precision, threads, turbo?, kernels? }
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { modelPath, onnxFile, root, versionOf } from './places.mjs'

export function labelOf({ engine, precision, threads = 1, turbo }) {
  return `${engine} ${precision}${turbo ? ' turbo' : ''}${threads > 1 ? `, ${threads} threads` : ''}`
}

export async function open(spec) {
  return spec.engine === 'iobert' ? openOurs(spec) : openOnnx(spec)
}

export async function importOurs() {
  return import(pathToFileURL(join(root, 'dist/node.js')).href)
}

async function openOurs({ model, precision, threads = 1, turbo = false, kernels = 'auto', file = 'float' }) {
  const { loadModel } = await importOurs()
  const loaded = await loadModel(modelPath(model, file), { precision, threads, turbo, kernels })
  const { info } = loaded
  if (info.threads !== threads) throw new Error(`Asked for ${threads} threads, iobert took ${info.threads}`)
  if (info.turbo !== turbo) throw new Error(`Asked for turbo ${turbo}, iobert says ${info.turbo}`)
  return {
    info: `${info.kernels} kernels`,
    async run(ids) {
      return (await loaded.forward([ids])).logits[0]
    },
    close: () => loaded.dispose(),
  }
}

async function openOnnx({ engine, model, precision, threads = 1 }) {
  const web = engine === 'onnxruntime-web'
  const ort = web ? await import('onnxruntime-web') : (await import('onnxruntime-node')).default
  // The web build takes its thread count once for the process, before the first session.
  if (web) ort.env.wasm.numThreads = threads
  // Given a path, the web build holds the file twice while it loads; given bytes, once.
  const file = onnxFile(model, precision)
  const session = await ort.InferenceSession.create(web ? await readFile(file) : file, {
    executionProviders: [web ? 'wasm' : 'cpu'],
    graphOptimizationLevel: 'all',
    ...(web ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential' }),
  })
  return {
    info: versionOf(engine),
    async run(ids) {
      const shape = [1, ids.length]
      const tensor = (value) => new ort.Tensor('int64', BigInt64Array.from(ids, value), shape)
      const all = {
        input_ids: tensor((id) => BigInt(id)),
        attention_mask: tensor(() => 1n),
        token_type_ids: tensor(() => 0n),
      }
      const { logits } = await session.run(
        Object.fromEntries(session.inputNames.map((name) => [name, all[name]])),
      )
      return logits.data
    },
    close: () => session.release(),
  }
}
