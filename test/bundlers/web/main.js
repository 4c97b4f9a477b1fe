import { loadRecognizer } from 'iobert'

const text = 'Angela Merkel met Tim Cook in Berlin on Tuesday.'

async function recognize() {
  const ner = await loadRecognizer(new URL('/weights/', location.href))
  return (await ner.recognize(text)).entities
}

recognize()
  .catch((error) => ({ error: String(error) }))
  .then((outcome) => fetch('/outcome', { method: 'POST', body: JSON.stringify(outcome) }))
