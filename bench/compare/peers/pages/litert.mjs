// The same page with LiteRT.js: a TFLite model of one length on its CPU kernels (XNNPACK), on the page's own thread.
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core'

let model

window.load = async ({ file, wasm }) => {
  await loadLiteRt(wasm, { threads: false })
  model = await loadAndCompile(file, { accelerator: 'wasm', cpuOptions: { numThreads: 1 } })
  return model.isFullyAccelerated
    ? 'all of the graph on its kernels'
    : 'a part of the graph beside its kernels'
}

async function pass(ids, use) {
  const input = new Tensor(Int32Array.from(ids), [1, ids.length])
  const [output] = await model.run([input])
  const result = use(output.toTypedArray())
  input.delete()
  output.delete()
  return result
}

window.run = (ids) => pass(ids, (logits) => Array.from(logits))

window.time = async (ids, passes) => {
  const started = performance.now()
  for (let done = 0; done < passes; done++) await pass(ids, (logits) => logits.slice())
  return (performance.now() - started) / passes
}
