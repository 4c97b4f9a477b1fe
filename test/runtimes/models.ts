/** The model and texts on which all runtimes are compared. */
import { existsSync } from 'node:fs'
import type { loadRecognizer } from '#dist/node.js'
import { rootPath, sharedPath } from '../shared.js'

/** The shipped model, or where the checkout has no weights the same from the folder of references. */
export const model: string | undefined = existsSync(rootPath('weights/model.safetensors'))
  ? rootPath('weights')
  : sharedPath('models/iobert-small-3')

if (model === undefined)
  console.log('skipped: all of this file: neither weights/ nor ../shared/models/iobert-small-3 is there')

export type Recognizer = Awaited<ReturnType<typeof loadRecognizer>>

export const sentence = 'Angela Merkel met Tim Cook in Berlin.'

/** A text of 510 pieces or a few more: one full window at least. */
export const longText: string = 'The Danube flows through Vienna and Budapest . '.repeat(80)

/** The bits of a model's logits over some texts. */
export async function bitsOf(ner: Recognizer, texts: readonly string[]): Promise<string[]> {
  const ids = texts.map((text) => ner.tokenizer.encode(text).ids.slice(0, ner.model.config.maxPositions))
  const { logits } = await ner.model.forward(ids)
  return logits.map((values) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'),
  )
}
