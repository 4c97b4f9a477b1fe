// #region worker
import { loadRecognizer } from 'iobert'
// Edge runtimes do not compile WebAssembly from bytes: the kernels come as a module.
import wasm from 'iobert/kernels.wasm'

async function load(assets) {
  const files = new Map()
  for (const name of ['config.json', 'vocab.txt', 'tokenizer_config.json', 'model.safetensors']) {
    const response = await assets.fetch(new URL(`/weights/${name}`, 'https://assets.local'))
    if (!response.ok) throw new Error(`There is no public/weights/${name}: npm run weights`)
    files.set(name, new Uint8Array(await response.arrayBuffer()))
  }
  return loadRecognizer(files, { wasm })
}

/** One model serves all requests of an isolate. */
let recognizer

export default {
  async fetch(request, { ASSETS }) {
    if (request.method !== 'POST')
      return new Response('POST a text', { status: 405, headers: { allow: 'POST' } })
    recognizer ??= load(ASSETS)
    try {
      const ner = await recognizer
      return Response.json(await ner.recognize(await request.text()))
    } catch (error) {
      recognizer = undefined
      return Response.json({ error: String(error) }, { status: 500 })
    }
  },
}
// #endregion
