// Measures iobert's loadGliner beside gliner.js on one model with random weights, outputs compared first.
//   node compare.mjs [--words 80] [--rounds 7] [--quick]
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cache, root } from '../places.mjs'
import { preparePython } from '../prepare.mjs'
import { machine, markdown, median, spread } from '../table.mjs'

const { values: options } = parseArgs({
  options: {
    words: { type: 'string', default: '80' },
    rounds: { type: 'string', default: '7' },
    quick: { type: 'boolean', default: false },
  },
})
const here = fileURLToPath(new URL('.', import.meta.url))
const model = join(cache, 'models/gliner')
const python = join(cache, 'venv-gliner/bin/python')

function run(command, args, folder = here) {
  const done = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 2, 2] })
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}`)
}

if (!existsSync(join(here, 'node_modules/.package-lock.json')))
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
run(process.execPath, [join(root, 'tools/build.mjs')], root)
if (!existsSync(join(model, 'onnx/model_quantized.onnx'))) {
  preparePython('gliner/requirements.txt', python)
  run(python, [join(here, 'make-model.py'), join(root, 'test/goldens/families/deberta-v3'), model])
}

const ENGINES = [
  { label: 'iobert int8', engine: 'iobert', precision: 'int8' },
  { label: 'iobert float32', engine: 'iobert', precision: 'float32' },
  { label: 'gliner.js fp32', engine: 'gliner.js', file: 'onnx/model.onnx' },
  { label: 'gliner.js q8', engine: 'gliner.js', file: 'onnx/model_quantized.onnx' },
]
const rounds = options.quick ? 1 : Number(options.rounds)

/** One engine in a process of its own: what it found, milliseconds of each round, seconds of loading, bytes at the most. */
function child(spec) {
  const argument = JSON.stringify({ ...spec, model, words: Number(options.words), rounds })
  const done = spawnSync(process.execPath, [join(here, 'child.mjs'), argument], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
    maxBuffer: 1 << 26,
  })
  if (done.status !== 0) throw new Error(`${spec.label} ended with ${done.status ?? done.signal}`)
  return JSON.parse(done.stdout.split('\n').at(-1))
}

const results = ENGINES.map((spec) => ({ ...spec, ...child(spec) }))
const [, exact, theirs] = results
const key = ([start, end, type]) => `${start} ${end} ${type}`
const wanted = new Map(theirs.found.map((one) => [key(one), one[3]]))
const others =
  exact.found.filter((one) => !wanted.has(key(one))).length +
  wanted.size -
  exact.found.filter((one) => wanted.has(key(one))).length
const far = Math.max(0, ...exact.found.map((one) => Math.abs(one[3] - (wanted.get(key(one)) ?? one[3]))))
console.log(`Machine: ${machine()}\n`)
console.log(
  `Outputs in float32: ${exact.found.length} entities here, ${theirs.found.length} there, ${others} not the same, scores at most ${far.toExponential(1)} apart\n`,
)
const [mine] = results
const rows = results.map((one) => {
  const [low, high] = spread(one.times, mine.times)
  const ratio = median(one.times) / median(mine.times)
  return [
    one.label,
    `${one.pieces}`,
    median(one.times).toFixed(1),
    one === mine ? '' : `**${ratio.toFixed(2)}x** (${low.toFixed(2)} to ${high.toFixed(2)})`,
    one.seconds.toFixed(1),
    (one.peak / 1e9).toFixed(2),
  ]
})
console.log(
  markdown(['engine', 'pieces', 'ms a text', 'beside iobert int8', 'load, s', 'peak RSS, GB'], rows),
)
if (others > 0 || far > 1e-3) {
  console.error('The outputs in float32 differ')
  process.exit(1)
}
