// The same page with llama.cpp as packaged by wllama, in its worker: the encoder, and the mean over the
// tokens.
import { Wllama } from '@wllama/wllama'

let wllama

window.load = async ({ file, wasm, narrow }) => {
  // The build for engines without 64-bit memories, which must not be found by what is missing there.
  if (narrow) delete WebAssembly.Suspending
  wllama = new Wllama({ default: wasm }, { suppressNativeLog: true })
  if (narrow) wllama.setCompat({ worker: new URL(narrow.worker, location.href).href, wasm: narrow.wasm })
  const blob = await (await fetch(file)).blob()
  await wllama.loadModel([blob], {
    ...{ n_threads: 1, n_gpu_layers: 0, n_ctx: 1024, n_batch: 1024, n_ubatch: 1024, n_parallel: 1 },
    ...{ embeddings: true, pooling_type: 'mean' },
  })
  return `llama.cpp ${Wllama.getLibllamaVersion()}, ${narrow ? 'memory of 32 bits' : 'memory of 64 bits'}`
}

async function pass(ids) {
  const { data } = await wllama.createEmbedding({ input: [ids], embd_normalize: -1 })
  return data[0].embedding
}

window.run = pass

window.time = async (ids, passes) => {
  const started = performance.now()
  for (let done = 0; done < passes; done++) await pass(ids)
  return (performance.now() - started) / passes
}
