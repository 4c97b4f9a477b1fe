// #region program
import { dirname, join } from 'node:path'
import { loadRecognizer } from 'iobert'

// The model's folder lies beside the program.
const ner = await loadRecognizer(join(dirname(Deno.execPath()), 'weights'))
const { entities } = await ner.recognize(Deno.args[0] ?? 'Angela Merkel met Tim Cook in Berlin.')
for (const { type, text, score } of entities) console.log(`${type}\t${text}\t${score.toFixed(3)}`)
ner.dispose()
// #endregion
