// Runs some engines on one input, in turns A B C A B C, and prints as JSON what each took. One child process a row, so that
// no flag or heap of another row is in it.  argument: { engines: spec[], tokens, rounds, seconds }
import { importOurs, labelOf, open } from './engines.mjs'
import { modelPath } from './places.mjs'

const TEXT =
  'Angela Merkel met Tim Cook in Berlin on Tuesday, where the German chancellor and the head of Apple spoke about a new ' +
  'research centre that the company plans to open near the Technical University of Munich next spring. ' +
  'The Norwegian Red Cross said two of its doctors, Ingrid Solberg and Kåre Nilsen, had reached the camp outside Goma. ' +
  'Real Madrid beat Ajax 3-1 at the Santiago Bernabeu after goals by Bellingham and Vinicius Junior. ' +
  'Shares of Siemens rose 2.4 percent in Frankfurt while the Nikkei fell in Tokyo, Reuters and the Financial Times wrote. '

/** At least so many before timing, and as many as fill the time of four turns: V8 compiles hot code late. */
const WARM_PASSES = 5
/** Float32 outputs of the same weights must agree to this. */
const FLOAT_TOLERANCE = 1e-3

const { engines, tokens, rounds, seconds } = JSON.parse(process.argv[2])
const { loadTokenizer } = await importOurs()
const tokenizer = await loadTokenizer(modelPath(engines[0].model, 'float'))
const pieces = tokenizer.encode(TEXT.repeat(Math.ceil(tokens / 100))).ids
if (pieces.length < tokens) throw new Error(`The text has ${pieces.length} pieces, wanted ${tokens}`)
const ids = [...pieces.slice(0, tokens - 1), pieces.at(-1)]

const opened = []
for (const spec of engines) opened.push(await open(spec))

const outputs = []
const passes = []
for (const engine of opened) {
  let output
  const until = performance.now() + 4000 * seconds
  for (let pass = 0; pass < WARM_PASSES || performance.now() < until; pass++) output = await engine.run(ids)
  const started = performance.now()
  await engine.run(ids)
  passes.push(Math.max(1, Math.round((seconds * 1000) / (performance.now() - started))))
  outputs.push(Float32Array.from(output))
}

const comparisons = outputs.map((output) => compare(outputs[0], output))
const checked = [...engines.entries()].filter(([, { precision }]) => /float32|fp32/.test(precision))
for (const [index, spec] of checked) {
  const [first, firstSpec] = checked[0]
  const { difference } = compare(outputs[first], outputs[index])
  if (difference <= FLOAT_TOLERANCE) continue
  throw new Error(
    `${labelOf(spec)} and ${labelOf(firstSpec)} differ by ${difference} in a logit, expected at most ${FLOAT_TOLERANCE}`,
  )
}

const exact = [...engines.entries()].filter(
  ([, { engine, precision }]) => engine === 'iobert' && precision === 'int8',
)
for (const [index, spec] of exact) {
  const [first, firstSpec] = exact[0]
  if (compare(outputs[first], outputs[index]).difference === 0) continue
  throw new Error(`${labelOf(spec)} and ${labelOf(firstSpec)} differ, expected the same bits in int8`)
}

const times = engines.map(() => [])
for (let round = 0; round < rounds; round++) {
  for (const [index, engine] of opened.entries()) {
    const started = performance.now()
    for (let pass = 0; pass < passes[index]; pass++) await engine.run(ids)
    times[index].push((performance.now() - started) / passes[index])
  }
}

const results = engines.map((spec, index) => ({
  label: labelOf(spec),
  info: opened[index].info,
  times: times[index],
  ...comparisons[index],
}))
process.stdout.write(
  `${JSON.stringify({ node: process.versions.node, v8: process.versions.v8, results })}\n`,
  () => {
    // The rivals' thread pools would keep the process.
    process.exit(0)
  },
)

/** Logits [T, C]: the largest difference, and the share of tokens whose best label is the same. */
function compare(a, b) {
  if (a.length !== b.length) throw new Error(`${a.length} logits against ${b.length}`)
  const labels = a.length / ids.length
  let difference = 0
  let agreed = 0
  for (let token = 0; token < ids.length; token++) {
    const row = (logits) => logits.subarray(token * labels, (token + 1) * labels)
    const best = (logits) => row(logits).indexOf(Math.max(...row(logits)))
    if (best(a) === best(b)) agreed++
    for (let label = 0; label < labels; label++) {
      const distance = Math.abs(row(a)[label] - row(b)[label])
      // NaN anywhere is a difference.
      if (!(distance <= difference)) difference = distance
    }
  }
  return { difference, agreed: agreed / ids.length }
}
