import { loadRecognizer, redact } from 'iobert'

const text = 'Aiko Tanaka of Toyota flew from Osaka to Geneva.'

const ner = await loadRecognizer() // the model that comes with the package
const { entities } = await ner.recognize(text)

for (const { type, start, end, score } of entities) {
  console.log(type, text.slice(start, end), score.toFixed(3))
}
console.log(redact(text, entities).text)
