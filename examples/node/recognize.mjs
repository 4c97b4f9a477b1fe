import { loadRecognizer } from 'iobert'

const text = process.argv[2] ?? 'Angela Merkel met Tim Cook in Berlin.'
const ner = await loadRecognizer()
const { entities } = await ner.recognize(text)
console.table(entities)
