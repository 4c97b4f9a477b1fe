import { loadRecognizer } from 'iobert'

const text = Deno.args[0] ?? 'Angela Merkel met Tim Cook in Berlin.'
const ner = await loadRecognizer()
const { entities } = await ner.recognize(text)
console.table(entities)
