// #region program
import { loadRecognizer } from 'iobert'
// Bun carries what is imported as a file inside the program, and gives the way to it.
import config from './node_modules/iobert/weights/config.json' with { type: 'file' }
import weights from './node_modules/iobert/weights/model.safetensors' with { type: 'file' }
import tokenizerConfig from './node_modules/iobert/weights/tokenizer_config.json' with { type: 'file' }
import vocabulary from './node_modules/iobert/weights/vocab.txt' with { type: 'file' }

const inside = Object.entries({
  'config.json': config,
  'model.safetensors': weights,
  'tokenizer_config.json': tokenizerConfig,
  'vocab.txt': vocabulary,
})
const files = new Map<string, Uint8Array>()
for (const [name, path] of inside) files.set(name, await Bun.file(path).bytes())

const ner = await loadRecognizer(files)
const { entities } = await ner.recognize(Bun.argv[2] ?? 'Angela Merkel met Tim Cook in Berlin.')
for (const { type, text, score } of entities) console.log(`${type}\t${text}\t${score.toFixed(3)}`)
ner.dispose()
// #endregion
