import { readDocument, type Style } from './document.ts'
import type { LabelSet } from './labels.ts'
import type { RecognizeOptions } from './types.ts'

/** The way a call asks for. Spark NLP's stages are loaded only then. */
export async function chooseStyle(options: RecognizeOptions, labels: LabelSet): Promise<Style> {
  if (options.style === undefined) return { read: (input) => readDocument(input, options) }
  const { sparkStyle } = await import('./spark-nlp.ts')
  return sparkStyle(options, labels)
}
