/**
 * Times a bi-encoder of GLiNER with many types, the first call (which embeds them) and the second:
 * `node bench/gliner-types.mjs FOLDER [COUNT ...]`. tools/goldens/make-gliner-goldens.py makes a model of random weights and the
 * published shape, as `bi-base`.
 */
import { loadGliner } from '../dist/node.js'

const [folder, ...counts] = process.argv.slice(2)
const TEXT =
  'Angela Merkel met Tim Cook in Berlin on Monday to talk about a plant of the company in the north of the country, which is to make cells for cars from next year on.'
const SECOND_CALLS = 5

const gliner = await loadGliner(folder, { threads: 1 })
const { ids } = gliner.tokenizer.encode(TEXT)
console.log(`${TEXT.split(' ').length} words, ${ids.length} pieces; int8, one thread`)
/** Milliseconds that the processor takes for a call, so that other work on the machine counts less. */
const time = async (types) => {
  const before = process.cpuUsage()
  await gliner.find(TEXT, types, { threshold: 0.9 })
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
await time(['a type'])
await time(['a type'])
console.log(`1 type, known: ${(await time(['a type'])).toFixed(0)} ms`)
for (const count of counts.length > 0 ? counts.map(Number) : [1000, 5000]) {
  const types = Array.from({ length: count }, (_, index) => `kind ${index} of ${count}`)
  const first = await time(types)
  const seconds = []
  for (let call = 0; call < SECOND_CALLS; call++) seconds.push(await time(types))
  const [best, most] = [Math.min(...seconds), Math.max(...seconds)].map((each) => each.toFixed(0))
  console.log(`${count} types: first ${first.toFixed(0)} ms, then ${best} to ${most} ms`)
}
gliner.dispose()
