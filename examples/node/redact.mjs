// Redacts what is piped in, line by line, as it comes: `tail -f app.log | node redact.mjs`.
import { createInterface } from 'node:readline'
import { createRedactor, loadRecognizer } from 'iobert'
import { presets } from 'iobert/rules'

// #region stream
/** The texts without their names, one out for each one in, in their order. One name has one number in all of them. */
async function* redactAll(ner, texts, redactor, options) {
  const waiting = []
  async function* read() {
    for await (const text of texts) {
      waiting.push(text)
      yield text
    }
  }
  for await (const { entities } of ner.stream(read(), options)) {
    yield redactor.redact(waiting.shift(), entities).text
  }
}
// #endregion

// #region lines
const ner = await loadRecognizer()
const redactor = createRedactor({ placeholder: 'numbered' })
// Bytes come in chunks that may end anywhere, within a name too: they are put together to whole lines first.
const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
for await (const line of redactAll(ner, lines, redactor, { rules: Object.values(presets) })) {
  console.log(line)
}
ner.dispose()
// #endregion
