/**
 * The suite in workerd: everything in the worker's own modules, and the kernels as a compiled module. The
 * clock stands still while code runs, as in deployed workers
 * (developers.cloudflare.com/workers/runtime-apis/performance); plain workerd's does not.
 */
import { loadRecognizer } from 'iobert'
import wasm from 'iobert/kernels.wasm'
import config from 'model/config.json'
import weights from 'model/model.safetensors'
import tokenizerConfig from 'model/tokenizer_config.json'
import vocabulary from 'model/vocab.txt'
import { smoke } from './smoke.mjs'

const files = new Map([
  ['config.json', new Uint8Array(config)],
  ['model.safetensors', new Uint8Array(weights)],
  ['tokenizer_config.json', new Uint8Array(tokenizerConfig)],
  ['vocab.txt', new Uint8Array(vocabulary)],
])

export default {
  async fetch() {
    const now = Date.now()
    Date.now = () => now
    performance.now = () => now
    const outcome = await smoke(loadRecognizer, files, { wasm }).catch((error) => ({ error: error.stack }))
    return Response.json(outcome)
  },
}
