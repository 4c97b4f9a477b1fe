/**
 * Recognizes the fifty texts in one pass with one kind of kernels: `bits.mjs OPTIONS`, as JSON; prints what
 * ran, and the bits of each text on a line.
 */
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
