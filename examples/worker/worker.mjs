import { loadRecognizer } from 'iobert'
import wasm from 'iobert/kernels.wasm'

// Edge runtimes do not compile WebAssembly from bytes: the kernels come as a module. One model serves all requests.
let recognizer

export default {
  async fetch(request, env) {
    recognizer ??= loadRecognizer(env.MODEL, { wasm })
    try {
      const ner = await recognizer
      return Response.json(await ner.recognize(await request.text()))
    } catch (error) {
      recognizer = undefined
      return Response.json({ error: String(error) }, { status: 500 })
    }
  },
}
