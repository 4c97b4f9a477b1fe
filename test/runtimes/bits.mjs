/** The fifty texts in one pass on one kind of kernels: `bits.mjs OPTIONS`, JSON; prints what ran, and a line a text with all its bits. */
import { loadRecognizer } from 'iobert'
import { texts } from './texts.mjs'

const options = JSON.parse(process.argv[2])
const ner = await loadRecognizer(undefined, options)
const found = await ner.recognize(texts, { words: true })
const { info } = ner.model
ner.dispose()
// A score is printed with as many digits as tell it from its neighbours.
const lines = found.map(({ entities, words, truncated }) =>
  JSON.stringify([entities, truncated, words.map(({ probabilities }) => Array.from(probabilities))]),
)
process.stdout.write(`${JSON.stringify({ info, lines })}\n`)
