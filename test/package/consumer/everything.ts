/**
 * A strict program that imports everything from the package; only compiled, by every supported TypeScript.
 */
import {
  type Classifier,
  type Entity,
  highlight,
  loadClassifier,
  loadModel,
  loadRecognizer,
  loadTokenizer,
  ModelFormatError,
  parseSafetensors,
  type Recognition,
  type Recognizer,
  redact,
} from 'iobert'
import kernels from 'iobert/kernels.wasm'
import { email } from 'iobert/rules'
import 'iobert/worker'

async function run(texts: readonly string[]): Promise<void> {
  const ner: Recognizer = await loadRecognizer(undefined, { wasm: kernels, threads: 1, precision: 'float32' })
  const one: Recognition = await ner.recognize('Berlin', { strategy: 'average', rules: [email] })
  const several: Recognition[] = await ner.recognizeAll(texts, { words: true })
  for (const { entities, truncated } of [one, ...several]) {
    const first: Entity | undefined = entities[0]
    if (first === undefined || truncated) continue
    const { type, text, start, end, score } = first
    const fields: [string, string, number, number, number] = [type, text, start, end, score]
    const marked: string = highlight(text, entities, { format: 'html' }) + fields.join()
    const { restore } = redact(text, entities, { placeholder: 'numbered' })
    restore(marked)
  }
  for await (const { entities } of ner.stream(texts)) entities.slice()
  // @ts-expect-error a strategy that is not there
  await ner.recognize('Berlin', { strategy: 'best' })
  // @ts-expect-error an entity's end is a number
  const wrong: string | undefined = one.entities[0]?.end
  ner.dispose()
  void wrong

  const model = await loadModel(new Map([['config.json', new Uint8Array()]]))
  const vectors: Float32Array[] = await model.embed(texts, { pooling: 'mean', normalize: true })
  const { logits }: { logits: Float32Array[] } = await model.forward([[101, 102]])
  model.dispose()
  const tokenizer = await loadTokenizer('./model')
  const offsets: readonly (readonly [number, number])[] = tokenizer.encode('Berlin').offsets
  const classifier: Classifier = await loadClassifier('owner/name')
  classifier.dispose()
  try {
    parseSafetensors(new Uint8Array(8))
  } catch (error) {
    if (error instanceof ModelFormatError) error.code.slice()
  }
  void [vectors, logits, offsets]
}

export { run }
