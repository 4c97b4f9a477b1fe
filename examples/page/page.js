// #region page
import { loadRecognizer } from './iobert/dist/index.js'

const text = document.querySelector('#text')
const output = document.querySelector('#entities')

async function start() {
  // The model is found beside the code: iobert/weights/.
  const ner = await loadRecognizer()
  let asked = 0
  async function show() {
    const question = ++asked
    const { entities } = await ner.recognize(text.value)
    // An answer that comes late is not shown over a newer one.
    if (question !== asked) return
    const lines = entities.map(({ type, text, score }) => `${type}  ${text}  ${score.toFixed(3)}`)
    output.textContent = lines.join('\n') || 'No entities'
  }
  text.addEventListener('input', show)
  await show()
}

start().catch((error) => {
  output.textContent = error.message
})
// #endregion
