const text = document.querySelector('#text')
const output = document.querySelector('#entities')
let asked = 0

async function show() {
  const question = ++asked
  const { entities, error } = await chrome.runtime.sendMessage({ type: 'recognize', text: text.value })
  if (question !== asked) return
  const lines = entities?.map(({ type, text, score }) => `${type}  ${text}  ${score.toFixed(3)}`)
  output.textContent = error ?? (lines.join('\n') || 'No entities')
}

await chrome.runtime.sendMessage({ type: 'ready?' })
text.addEventListener('input', show)
await show()
