/**
 * The suite that every runtime runs: it loads a model, recognizes fifty texts and returns every number as
 * bits, so that runtimes can be compared as text. It uses only the language, Web Crypto and what it is given.
 */
import { texts } from './texts.mjs'

/** @returns what ran, and one line a text: entities with the bits of their scores, and digests of all numbers */
export async function smoke(loadRecognizer, model, options) {
  const ner = await loadRecognizer(model, options)
  const lines = []
  const { maxPositions } = ner.model.config
  for (const text of texts) {
    const { entities, words, truncated } = await ner.recognize(text, { words: true })
    for (const entity of entities) {
      if (entity.text !== text.slice(entity.start, entity.end))
        throw new Error(`Offsets are wrong: ${entity.text}`)
    }
    const { ids } = ner.tokenizer.encode(text)
    const { logits } = await ner.model.forward([ids.slice(0, maxPositions)])
    lines.push(
      JSON.stringify({
        entities: entities.map((entity) => ({ ...entity, score: bits(entity.score) })),
        truncated,
        words: await digest(words.map(({ probabilities }) => probabilities)),
        logits: await digest(logits),
      }),
    )
  }
  // Together they are computed in other batches, which may change nothing.
  const together = await ner.recognize(texts)
  together.forEach(({ entities }, i) => {
    const alone = JSON.stringify(JSON.parse(lines[i]).entities)
    const batched = JSON.stringify(entities.map((entity) => ({ ...entity, score: bits(entity.score) })))
    if (alone !== batched) throw new Error(`Text ${i} has other entities in a batch: ${alone} and ${batched}`)
  })
  const { info } = ner.model
  ner.dispose()
  return { info, lines }
}

/** A score's 64 bits. */
function bits(score) {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, score)
  return view.getBigUint64(0).toString(16).padStart(16, '0')
}

async function digest(arrays) {
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += array.byteLength
  }
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
