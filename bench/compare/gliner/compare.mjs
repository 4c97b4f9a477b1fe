// Measures iobert's loadGliner beside gliner.js on one model with random weights, both compared with the package gliner first.
//   node compare.mjs [--words 80] [--rounds 7] [--quick]
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cache, root } from '../places.mjs'
import { preparePython } from '../prepare.mjs'
import { machine, markdown, median, spread } from '../table.mjs'
import { chooseSpans, disagreements, farthest, otherSpans, TOLERANCE } from './agreement.mjs'
import { makeTask } from './task.mjs'

const { values: options } = parseArgs({
  options: {
    words: { type: 'string', default: '80' },
    rounds: { type: 'string', default: '7' },
    quick: { type: 'boolean', default: false },
  },
})
const here = fileURLToPath(new URL('.', import.meta.url))
const model = join(cache, 'models/gliner-small')
const python = join(cache, 'venv-gliner/bin/python')

function run(command, args, folder = here) {
  const done = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 2, 2] })
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}`)
}

/** What a command says on its last line, in JSON. */
function ask(command, args, input) {
  const done = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 2],
    maxBuffer: 1 << 28,
  })
  if (done.status !== 0) throw new Error(`${args[0]} ended with ${done.status ?? done.signal}`)
  return JSON.parse(done.stdout.trimEnd().split('\n').at(-1))
}

if (!existsSync(join(here, 'node_modules/.package-lock.json')))
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
run(process.execPath, [join(root, 'tools/build.mjs')], root)
preparePython('gliner/requirements.txt', python)
if (!existsSync(join(model, 'onnx/model_quantized.onnx')))
  run(python, [join(here, 'make-model.py'), join(root, 'test/goldens/families/deberta-v3'), model])

const ENGINES = [
  { label: 'iobert int8', engine: 'iobert', precision: 'int8' },
  { label: 'iobert float32', engine: 'iobert', precision: 'float32' },
  { label: 'gliner.js fp32', engine: 'gliner.js', file: 'onnx/model.onnx' },
  { label: 'gliner.js q8', engine: 'gliner.js', file: 'onnx/model_quantized.onnx' },
]
const rounds = options.quick ? 1 : Number(options.rounds)
const words = Number(options.words)
const asked = makeTask(words)
const reference = ask(python, [join(here, 'reference.py'), model], JSON.stringify(asked))
const task = { ...asked, words: reference.words, width: reference.width }
const results = ENGINES.map((spec) => ({
  ...spec,
  ...ask(process.execPath, [join(here, 'child.mjs'), JSON.stringify({ ...spec, model, words, rounds })]),
}))
const [mine, exact, theirs] = results

console.log(`Machine: ${machine()}\n`)
console.log(
  `${task.words.length} words in ${reference.ids.length} pieces, ${task.types.length} types; the package gliner finds ${reference.found.length} spans\n`,
)
const outputs = results.map(({ label, ids, logits, found }) => [
  label,
  `${ids}` === `${reference.ids}` ? 'the same' : '**others**',
  farthest(logits, reference.logits, task).toExponential(1),
  `${found.length}`,
  `${otherSpans(found, reference.found)}`,
  `${otherSpans(chooseSpans(logits, task, 'words'), reference.found)}`,
])
console.log(
  markdown(
    ['engine', 'pieces', 'logits at most apart', 'spans', 'not as the package', 'chosen by words, not as the package'],
    outputs,
  ),
)
const wrong = disagreements(task, reference, exact, theirs)
if (wrong.length > 0) {
  console.error(`\nNo times, since the outputs in float32 differ:\n${wrong.join('\n')}`)
  process.exit(1)
}
console.log(
  `\nIn float32 all logits are within ${TOLERANCE} of the package's, iobert's spans are the package's, and where gliner.js finds others, it is since spans that touch count as overlapping there.\n`,
)
const rows = results.map((one) => {
  const [low, high] = spread(one.times, mine.times)
  const ratio = median(one.times) / median(mine.times)
  return [
    one.label,
    median(one.times).toFixed(1),
    one === mine ? '' : `**${ratio.toFixed(2)}x** (${low.toFixed(2)} to ${high.toFixed(2)})`,
    one.seconds.toFixed(1),
    (one.peak / 1e9).toFixed(2),
  ]
})
console.log(markdown(['engine', 'ms a text', 'beside iobert int8', 'load, s', 'peak RSS, GB'], rows))
