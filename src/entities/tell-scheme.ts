/**
 * Finds out which of the label schemes IOB1 and IOB2 a model was trained with. Both have the same labels, and
 * most models of the Hub do not state the scheme, so it is inferred from the model's own answers. In IOB2
 * every entity begins with B; in IOB1 only one that touches another of its type does.
 */
import type { Encoding } from '../text/encoding.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { withSpaceWords } from '../text/written-words.ts'
import { aggregate } from './aggregate.ts'
import type { LabelScheme, LabelSet } from './labels.ts'
import { argmax, softmaxRows } from './softmax.ts'

/**
 * Names of many kinds, each after a word that is not a name, in the languages that most models are trained
 * on.
 */
const SENTENCES = [
  'Angela Merkel met Tim Cook of Apple in Berlin on Monday.',
  'The United Nations asked Microsoft and Toyota for help in Kenya.',
  'Yesterday Maria Garcia flew from New York to Tokyo for Siemens.',
  'Gestern traf Olaf Scholz in Hamburg den Chef von Volkswagen.',
  'Emmanuel Macron a visité une usine de Renault à Lyon.',
  'El lunes Pedro Sánchez viajó a Sevilla con Ana Botín.',
  'Владимир Познер родился в Париже и живёт в Москве.',
  '王小明在北京的清华大学学习。',
  'Aspirin lowers the risk of stroke in patients with diabetes.',
]
/** Probability from which a word's label counts. */
const SURE = 0.9
/** Minimum number of entities that support a scheme. */
const LEAST = 3

/**
 * An entity that follows a word outside all entities, both certain (probability 0.9), supports IOB1 if its
 * first label is an I, and IOB2 if it is a B. A scheme is chosen if three or more entities support it and
 * none the other; else it stays unknown. At precision int8 the answer is the same on every runtime.
 *
 * @param forward computes the logits [T, C] of each sequence of ids
 */
export async function tellScheme(
  labels: LabelSet,
  tokenizer: Tokenizer,
  forward: (ids: number[][]) => Promise<Float32Array[]>,
): Promise<LabelScheme | undefined> {
  const encodings = SENTENCES.map((text): Encoding => {
    const encoding = tokenizer.encode(text)
    return tokenizer.marksContinuations ? encoding : withSpaceWords(text, encoding, tokenizer.unkId)
  })
  const logits = await forward(encodings.map(({ ids }) => ids))
  const votes = { B: 0, I: 0 }
  for (const [i, encoding] of encodings.entries()) {
    const classes = labels.labels.length
    let outside = true
    for (const { probabilities } of aggregate(encoding, softmaxRows(logits[i]!, classes), classes, 'first')) {
      const id = argmax(probabilities)
      const { position } = labels.parsed[id]!
      const sure = probabilities[id]! >= SURE
      if (outside && sure && (position === 'B' || position === 'I')) votes[position]++
      outside = sure && id === labels.outside
    }
  }
  if (votes.B >= LEAST && votes.I === 0) return 'IOB2'
  if (votes.I >= LEAST && votes.B === 0) return 'IOB1'
  return undefined
}
