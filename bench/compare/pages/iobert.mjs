// The script of the page with iobert. The functions on `window` are called from outside.
import { loadRecognizer } from 'iobert'

let recognizer

window.load = async (folder) => {
  recognizer = await loadRecognizer(new URL(folder, location.href), { threads: 1 })
  return recognizer.model.info
}

/** Milliseconds for all texts. */
window.time = async (texts) => {
  const started = performance.now()
  for await (const _ of recognizer.stream(texts, { split: false }));
  return performance.now() - started
}

/** For each text its labelled pieces as `index label`. */
window.labels = async (texts) => {
  const results = []
  for await (const { entities } of recognizer.stream(texts, { strategy: 'none', split: false })) {
    results.push(entities.map(({ index, type }) => `${index} ${type}`))
  }
  return results
}
