// The code of a server, a framework's route or a single-file program: the model's folder comes as an
// argument.
import { loadRecognizer } from 'iobert'

const text = 'Angela Merkel met Tim Cook in Berlin on Tuesday.'
const ner = await loadRecognizer(process.argv[2], { threads: 2 })
process.stdout.write(JSON.stringify((await ner.recognize(text)).entities))
