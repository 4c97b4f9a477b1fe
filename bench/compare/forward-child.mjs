// Runs some engines on one input, alternating A B C A B C, and prints the time of each as JSON. Each row has
// a child process of its own, so that no flag or heap of another row affects it. argument: { engines: spec[],
// tokens, rounds, seconds }
import { labelOf, open } from './engines.mjs'
import { pieceIds } from './input.mjs'
import { modelPath } from './places.mjs'

/** At least so many before timing, and as many as fill the time of four turns: V8 compiles hot code late. */
const WARM_PASSES = 5
/** Float32 outputs of the same weights must agree to this. */
const FLOAT_TOLERANCE = 1e-3

const { engines, tokens, rounds, seconds } = JSON.parse(process.argv[2])
const ids = await pieceIds(modelPath(engines[0].model, 'float'), tokens)

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
