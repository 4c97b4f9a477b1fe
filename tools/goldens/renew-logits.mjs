// `node tools/goldens/renew-logits.mjs`: renews the saved logits of test/goldens/logits after an intended
// change of bits, and reports what changed and by how much; includes BERT-base if IOBERT_BERT_BASE names its
// folder. test/model/saved-logits.test.ts compares them.
import { fileURLToPath } from 'node:url'
import { makeReady, run } from '../build/ready.mjs'
import { transpileTests } from '../build/transpile.mjs'

makeReady()
await transpileTests()
run(process.execPath, [fileURLToPath(new URL('../../build/test/model/renew-logits.js', import.meta.url))])
