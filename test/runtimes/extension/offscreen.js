import { loadRecognizer } from './iobert/dist/index.js'
import { smoke } from './smoke.mjs'

const worker = new URL('iobert/dist/worker.js', import.meta.url)
const where = await (await fetch('where.json')).json()
const outcome = await smoke(loadRecognizer, undefined, { worker }).catch((error) => ({
  error: String(error),
}))
await fetch(where, { method: 'POST', body: JSON.stringify(outcome) })
