/**
 * Measures, on this machine, the speeds that two figures show, and writes them to docs/figures/measured.json.
 */
import { cpus, loadavg } from 'node:os'
import { openCheckpoint } from '../../dist/format/checkpoint.js'
import { folderFiles } from '../../dist/format/folder-files.node.js'
import { instantiateKernels } from '../../dist/kernels/exports.js'
import { KernelMemory } from '../../dist/kernels/memory.js'
import { compileKernels } from '../../dist/kernels/module.js'
import { planOf } from '../../dist/kernels/plan.js'
import { WasmKernels } from '../../dist/kernels/wasm.js'
import { Bert } from '../../dist/model/bert.js'
import { placeModel } from '../../dist/model/place-model.js'
import { Places } from '../../dist/model/places.js'
import { loadSpec } from '../../dist/model/read-spec.js'
import { readWeights } from '../../dist/model/read-weights.js'
import { resolve } from '../../dist/model/resolve.js'

async function createKernels(inputs, headDim) {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 })
  const module = await compileKernels({ variant: 'simd', shared: false, turbo: false })
  return new WasmKernels({
    plan: planOf('simd', 'int8', false),
    exports: instantiateKernels(module, memory),
    memory: new KernelMemory(memory),
    scratch: { tokens: 512, headDim, inputs },
  })
}

const PARTS = {
  attention: 'scores, softmax, context',
  addLayerNorm: 'residual, LayerNorm, quantise',
  embed: 'embeddings',
}

/** Milliseconds in each part of a pass of the shipped model, the least of several passes, T tokens. */
export async function measureParts(tokens) {
  const files = folderFiles('weights')
  const spec = await loadSpec(files)
  const { config } = spec
  const kernels = await createKernels(config.intermediateSize, config.hiddenSize / config.numHeads)
  const places = new Places(kernels.layout, 'int8')
  const weights = placeModel(places, spec)
  const checkpoint = await openCheckpoint(files)
  await readWeights(kernels, resolve(spec, checkpoint), places)
  await checkpoint.close()

  const names = new Map()
  for (const layer of weights.layers) {
    names.set(layer.queryKeyValue, 'Q, K, V')
    names.set(layer.attentionOutput, 'attention output')
    names.set(layer.intermediate, 'feed-forward 1 and GELU')
    names.set(layer.output, 'feed-forward 2')
  }
  names.set(weights.head.output, 'classifier')
  /** The least milliseconds of each call of a pass, over the passes, with its part. */
  const calls = []
  let at = 0
  const timed = new Proxy(kernels, {
    get(target, key) {
      const value = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return (...given) => {
        const started = performance.now()
        const result = value.apply(target, given)
        const milliseconds = performance.now() - started
        const part = key === 'linear' ? names.get(given[1]) : PARTS[key]
        if (part === undefined) return result
        calls[at] = { part, milliseconds: Math.min(milliseconds, calls[at]?.milliseconds ?? milliseconds) }
        at++
        return result
      }
    },
  })
  const bert = new Bert(timed, spec, weights, 'int8')
  const ids = Array.from({ length: tokens }, (_, t) => 1000 + ((t * 7919) % 20000))
  for (let pass = 0; pass < 120; pass++) {
    at = 0
    // The first passes run before the engine has optimised the kernels.
    if (pass === 20) calls.length = 0
    await bert.forward([ids], {}, async () => {})
  }
  const parts = {}
  for (const { part, milliseconds } of calls) parts[part] = (parts[part] ?? 0) + milliseconds
  return Object.fromEntries(Object.entries(parts).map(([part, time]) => [part, Number(time.toFixed(3))]))
}

/** GOP/s of the int8 linear layer whose weights come from memory, by T: 192 layers of 1024 × 512, 101 MB. */
export async function measureRoofline(counts) {
  const [inputs, outputs, layers] = [1024, 512, 192]
  const kernels = await createKernels(inputs, 64)
  const { layout, memory } = kernels
  const all = Array.from({ length: layers }, () => layout.linear('int8', inputs, outputs))
  const most = Math.max(...counts)
  const x = layout.matrix(most, inputs, 'int8')
  const out = layout.matrix(most, outputs)
  for (const layer of all) memory.bytes.fill(1, layer.weights, layer.weights + inputs * outputs)
  /** The least milliseconds of each layer over some passes: a disturbed call does not count. Each pass comes from memory. */
  const time = (rows, enough) => {
    const least = new Float64Array(layers).fill(Number.POSITIVE_INFINITY)
    const begun = performance.now()
    for (let pass = 0; pass < 4 || performance.now() - begun < enough; pass++) {
      all.forEach((layer, index) => {
        const started = performance.now()
        kernels.linear({ ...x, rows }, layer, { ...out, rows }, 'identity')
        least[index] = Math.min(least[index], performance.now() - started)
      })
    }
    return least.reduce((sum, milliseconds) => sum + milliseconds, 0)
  }
  // The engine optimises hot functions late: all tiles run once before any is timed.
  for (const rows of counts) time(rows, 300)
  return counts.map((rows) => {
    const operations = 2 * rows * inputs * outputs * layers
    const gops = operations / time(rows, 2500) / 1e6
    return { tokens: rows, intensity: 2 * rows, gops: Number(gops.toFixed(1)) }
  })
}

/** GB/s of reading memory front to back, by a search for a byte that is not there. */
export function measureBandwidth() {
  const bytes = Buffer.alloc(512 * 2 ** 20, 1)
  let least = Number.POSITIVE_INFINITY
  for (let pass = 0; pass < 20; pass++) {
    const started = performance.now()
    if (bytes.indexOf(2) !== -1) throw new Error('found what is not there')
    least = Math.min(least, performance.now() - started)
  }
  return bytes.length / least / 1e6
}

export async function measure() {
  const tokens = 128
  return {
    machine: `${cpus()[0].model.trim()}, one thread`,
    // More than this process alone: then the figures' heights are too low, their shapes still hold.
    busy: loadavg()[0] > 1.5,
    runtime: `Node ${process.version}, baseline SIMD`,
    parts: { tokens, milliseconds: await measureParts(tokens) },
    bandwidth: Number(measureBandwidth().toFixed(1)),
    roofline: await measureRoofline([1, 2, 4, 8, 16, 32, 64, 128]),
  }
}
