/**
 * The steps around the pass (text to pieces, logits to entities) as a share of a BERT-base pass of 128
 * tokens.
 */
import { parseLabels } from '#dist/entities/labels.js'
import { decodeWindows } from '#dist/entities/merge.js'
import { hasRelaxedDot } from '#dist/kernels/features.js'
import { loadRecognizer, type RecognizeOptions } from '#dist/node.js'
import { BERT_BASE, createKernels, randomBert, randomIds, tune } from './engine.ts'
import { check, digits, measure, milliseconds, quick, report } from './measure.ts'
import { sentences } from './models.ts'

const TOKENS = 128
const recognizer = await loadRecognizer(undefined, { threads: 1 })
const { tokenizer, model, labels } = recognizer
const text = cut(sentences(40).texts.join(' '))
const encoding = tokenizer.encode(text)
const length = encoding.ids.length
check(length > TOKENS - 24 && length <= TOKENS, `the text has ${length} pieces`)
const { logits } = await model.forward([encoding.ids])
const windows = [{ start: 0, end: length - 2, judgedStart: 0, judgedEnd: length - 2 }]
const labelSet = parseLabels(labels, 'IOB2')
const decode = (options: RecognizeOptions) =>
  decodeWindows({ text, encoding, windows, logits, labels: labelSet, options })

const WAYS: Record<string, RecognizeOptions> = {
  'the default, average and viterbi': {},
  average: { strategy: 'average', decode: 'argmax' },
  first: { strategy: 'first', decode: 'argmax' },
  simple: { strategy: 'simple', decode: 'argmax' },
  max: { strategy: 'max' },
  none: { strategy: 'none' },
  viterbi: { strategy: 'first', decode: 'viterbi' },
  'words with probabilities': { words: true },
}
const whole = await recognizer.recognize(text, { style: 'transformers' })
check(
  JSON.stringify(decode({ strategy: 'simple', decode: 'argmax' }).entities) ===
    JSON.stringify(whole.entities),
  'entities are not those of recognize()',
)
recognizer.dispose()

const variant = hasRelaxedDot() ? 'relaxed' : 'simd'
const kernels = await createKernels({ variant, precision: 'int8', turbo: false })
tune(kernels, 'int8')
const bert = randomBert(kernels, quick ? { ...BERT_BASE, numLayers: 1 } : BERT_BASE, 'int8')
const ids = [randomIds(length, BERT_BASE.vocabSize)]
const cases = [
  { name: 'text to pieces', run: () => tokenizer.encode(text) },
  ...Object.entries(WAYS).map(([name, options]) => ({
    name: `entities: ${name}`,
    run: () => decode(options),
  })),
]
const [pass, ...times] = await measure([
  { name: 'pass', promised: true, run: () => bert.forward(ids, {}, async () => {}) },
  ...cases,
])
report(
  `${length} pieces, ${whole.entities.length} entities; a BERT-base int8 pass takes ${milliseconds(pass!.median)} ms`,
  ['step', 'µs', 'at best', 'share of the pass'],
  times.map(({ median, min }, index) => [
    cases[index]!.name,
    ...[digits(1e6 * median), digits(1e6 * min), `${digits((100 * median) / pass!.median)} %`],
  ]),
)

/** As many words of it as fit. */
function cut(long: string): string {
  const words = long.split(' ')
  let count = TOKENS
  while (tokenizer.encode(words.slice(0, count).join(' ')).ids.length > TOKENS) count--
  return words.slice(0, count).join(' ')
}
