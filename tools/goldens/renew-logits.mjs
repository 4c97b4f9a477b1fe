// Renews the saved logits of test/goldens/logits after a change that is meant to change bits, and says what changed and by how much:
// `node tools/goldens/renew-logits.mjs`; of BERT-base too where IOBERT_BERT_BASE names its folder. test/model/saved-logits.test.ts compares.
import { fileURLToPath } from 'node:url'
import { makeReady, run } from '../build/ready.mjs'
import { transpileTests } from '../build/transpile.mjs'

makeReady()
await transpileTests()
run(process.execPath, [fileURLToPath(new URL('../../build/test/model/renew-logits.js', import.meta.url))])
