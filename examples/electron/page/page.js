// #region page
import { loadRecognizer } from './iobert/dist/index.js'

const text = document.querySelector('#text')
// A program needs one of the two: the main process for all windows, or a page for itself.
const readers = {
  main: async () => window.names,
  page: () => loadRecognizer(),
}

async function start(name) {
  const output = document.querySelector(`#${name}`)
  let asked = 0
  const reader = await readers[name]()
  const show = async () => {
    const question = ++asked
    const { entities } = await reader.recognize(text.value)
    if (question === asked)
      output.textContent = entities.map(({ type, text }) => `${type}  ${text}`).join('\n')
  }
  text.addEventListener('input', show)
  await show()
}

for (const name of Object.keys(readers)) {
  start(name).catch((error) => {
    document.querySelector(`#${name}`).textContent = error.message
  })
}
// #endregion
