import { loadRecognizer } from 'iobert'

const text = document.querySelector('#text')
const output = document.querySelector('#entities')

// The model is no part of the bundle: public/weights/ holds it.
const ner = await loadRecognizer(new URL('weights/', document.baseURI))

async function show() {
  const { entities } = await ner.recognize(text.value)
  const lines = entities.map(({ type, text, score }) => `${type}  ${text}  ${score.toFixed(3)}`)
  output.textContent = lines.join('\n') || 'No entities'
}

text.addEventListener('input', show)
await show()
