/** The suite on a page: `page.html?model=...&options=...`, both JSON; the outcome is posted to /outcome. */
import { loadRecognizer } from '/iobert/dist/index.js'
import { smoke } from './smoke.mjs'

const query = new URLSearchParams(location.search)
const model = JSON.parse(query.get('model')) ?? undefined
const options = JSON.parse(query.get('options'))

globalThis.outcome = smoke(loadRecognizer, model, options)
  .catch((error) => ({ error: String(error) }))
  .then(async (outcome) => {
    await fetch('/outcome', {
      method: 'POST',
      body: JSON.stringify({ isolated: crossOriginIsolated, ...outcome }),
    })
  })
