// The same page with transformers.js and its pipeline; batches of texts are padded to the longest.
import { env, pipeline } from '@huggingface/transformers'

let classify
let size

window.load = async (name, batch, wasm) => {
  size = batch
  env.allowRemoteModels = false
  env.allowLocalModels = true
  // A path: its look-up of the tokenizer passes over URLs.
  env.localModelPath = '/models/'
  env.useBrowserCache = false
  env.useWasmCache = false
  env.backends.onnx.wasm.wasmPaths = wasm
  env.backends.onnx.wasm.numThreads = 1
  classify = await pipeline('token-classification', name, { dtype: 'q8', device: 'wasm' })
  return { version: env.version }
}

async function run(texts, keep) {
  for (let at = 0; at < texts.length; at += size) keep(await classify(texts.slice(at, at + size)))
}

window.time = async (texts) => {
  const started = performance.now()
  await run(texts, () => {})
  return performance.now() - started
}

window.labels = async (texts) => {
  const results = []
  await run(texts, (batch) => {
    for (const tokens of batch) results.push(tokens.map(({ index, entity }) => `${index} ${entity}`))
  })
  return results
}
