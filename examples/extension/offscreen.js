// #region offscreen
import { loadRecognizer } from './iobert/dist/index.js'

// An extension's pages may start workers of its own files only, not of inlined text.
const worker = chrome.runtime.getURL('iobert/dist/worker.js')
let recognizer

chrome.runtime.onMessage.addListener(({ type, text }, _sender, answer) => {
  if (type !== 'recognize') return false
  recognizer ??= loadRecognizer(undefined, { worker })
  recognizer.then((ner) => ner.recognize(text)).then(answer, (error) => answer({ error: error.message }))
  return true
})
// #endregion
