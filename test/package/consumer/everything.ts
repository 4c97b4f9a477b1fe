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
  type RecognizeOptions,
  type Recognizer,
  redact,
} from 'iobert'
import kernels from 'iobert/kernels.wasm'
import { email } from 'iobert/rules'
import 'iobert/worker'

async function run(texts: readonly string[], options: RecognizeOptions): Promise<void> {
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
  // What the options ask for is there, and is no `| undefined`.
  const { words } = await ner.recognize('Berlin', { words: true })
  const labels: string[] = words.map(({ label }) => label)
  const spark = await ner.recognizeAll(texts, { style: 'spark-nlp', words: true })
  const begins: number[] = spark.flatMap(({ annotations }) => annotations.ner.map(({ begin }) => begin))
  const [listed] = await ner.recognize(texts, { words: true })
  const given = await ner.recognize(['New', 'York'], { pretokenized: true, words: true })
  labels.push(...(listed?.words ?? []).map(({ label }) => label), given.words.join())
  for await (const answer of ner.stream(texts, { words: true })) labels.push(answer.words.join())
  const unsaid: Recognition = await ner.recognize('Berlin', options)
  // @ts-expect-error words were not asked for
  labels.push(one.words.join(), (await ner.recognize('Berlin', { style: 'transformers' })).words.join())
  // @ts-expect-error annotations were not asked for
  begins.push((await ner.recognize('Berlin', { words: true })).annotations.ner.length)
  // @ts-expect-error an option that is not there
  await ner.recognize('Berlin', { words: true, stried: 3 })
  await ner.recognize('Berlin', { rules: ['email', { type: 'FIRM', phrases: ['Acme'] }] })
  await ner.recognize('Berlin', { rules: 'all', split: (text) => [{ start: 0, end: text.length }] })
  // @ts-expect-error a preset that is not there
  await ner.recognize('Berlin', { rules: ['mail'] })
  void unsaid
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
