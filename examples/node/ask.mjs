// Asks a language model elsewhere about a text without telling it who is meant: `node ask.mjs URL "Question" < mail.txt`.
// URL takes the prompt as it is and answers with plain text; most services want JSON around both.
import { text } from 'node:stream/consumers'
import { createRedactor, loadRecognizer } from 'iobert'
import { presets } from 'iobert/rules'

// #region ask
/** The answer with its names in it again, as it comes. What the model elsewhere sees has none that were found. */
async function* askAbout(ner, redactor, mail, question, send) {
  const { entities } = await ner.recognize(mail, { rules: Object.values(presets) })
  const { text: masked } = redactor.redact(mail, entities)
  const answer = await send(`${question}\n\nKeep placeholders such as [PER_1] as they are.\n\n${masked}`)
  yield* answer.pipeThrough(
    redactor.restoreStream({
      onReport: ({ unknown, unsure }) => {
        const odd = [...unknown, ...unsure]
        if (odd.length > 0) console.warn(`left as they are: ${odd.join(', ')}`)
      },
    }),
  )
}
// #endregion

const [url, question] = process.argv.slice(2)
const ner = await loadRecognizer()
const redactor = createRedactor({ placeholder: 'numbered', aliases: true })
const send = async (prompt) => {
  const response = await fetch(url, { method: 'POST', body: prompt })
  return response.body.pipeThrough(new TextDecoderStream())
}
for await (const part of askAbout(ner, redactor, await text(process.stdin), question, send)) {
  process.stdout.write(part)
}
ner.dispose()
