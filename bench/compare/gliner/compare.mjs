// Compares iobert's loadGliner with gliner.js on one model with random weights, after checking both against
// the package gliner.
//   node compare.mjs [--words 80] [--rounds 7] [--quick]
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cache, root } from '../places.mjs'
import { preparePython } from '../prepare.mjs'
import { machine, markdown, median, spread } from '../table.mjs'
import { chooseSpans, difference, disagreements, otherSpans, TOLERANCE } from './agreement.mjs'
import { makeTasks } from './task.mjs'

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

/** What the package gliner reads and finds. */
function askPython(tasks) {
  const done = spawnSync(python, [join(here, 'reference.py'), model], {
    input: JSON.stringify(tasks),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 2],
    maxBuffer: 1 << 28,
  })
  if (done.status !== 0) throw new Error(`reference.py ended with ${done.status ?? done.signal}`)
  return JSON.parse(done.stdout.trimEnd().split('\n').at(-1))
}

/** One engine in a process of its own, and what it found. */
async function start(spec) {
  const argument = JSON.stringify({ ...spec, model, words })
  const stdio = ['ignore', 2, 2, 'ipc']
  const child = fork(join(here, 'child.mjs'), [argument], { stdio, serialization: 'advanced' })
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${spec.label} ended with ${code ?? signal}`)
  })
  // When all is measured, it may.
  ended.catch(() => {})
  const next = async () => (await Promise.race([once(child, 'message'), ended]))[0]
  return { ...spec, ...(await next()), child, next, times: [] }
}

if (!existsSync(join(here, 'node_modules/.package-lock.json')))
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
run(process.execPath, [join(root, 'tools/build/build.mjs')], root)
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
const asked = makeTasks(words)
const references = askPython(asked)
const tasks = asked.map((task, at) => ({ ...task, words: references[at].words, width: references[at].width }))
const results = []
for (const spec of ENGINES) results.push(await start(spec))
const [mine, exact, theirs] = results
const stop = () => {
  for (const { child } of results) child.disconnect()
}

console.log(`Machine: ${machine()}\n`)
const total = (count) => tasks.reduce((sum, task, at) => sum + count(task, at), 0)
console.log(
  `Measured: ${tasks[0].words.length} words in ${references[0].ids.length} pieces, ${tasks[0].types.length} types. ` +
    `On the ${tasks.length} compared tasks the package gliner finds ${total((_, at) => references[at].found.length)} spans\n`,
)
const others = (found, at) => otherSpans(found, references[at].found, 1)
const places = (found) => found.map(([from, to]) => [from, to, 'any', 1])
const outputs = results.map(({ label, answers }) => {
  const apart = tasks.map((task, at) => difference(answers[at].logits, references[at].logits, task))
  return [
    label,
    answers.every(({ ids }, at) => `${ids}` === `${references[at].ids}`) ? 'the same' : '**others**',
    Math.max(...apart.map(({ most }) => most)).toExponential(1),
    Math.max(...apart.map(({ mean }) => mean)).toExponential(1),
    total((_, at) => answers[at].found.length),
    total((_, at) => others(answers[at].found, at)),
    total((_, at) => otherSpans(places(answers[at].found), places(references[at].found))),
    total((task, at) => others(chooseSpans(answers[at].logits, task, 'words'), at)),
  ]
})
console.log(
  markdown(
    [
      'engine',
      'pieces',
      'logits apart, at most',
      'root mean square',
      'spans',
      'only in it or the package',
      'in another place',
      'others, chosen by words',
    ],
    outputs,
  ),
)
console.log(
  '\nA random model hardly tells types apart: where scores are rounded, the type of a span changes before its place.',
)
const wrong = tasks.flatMap((task, at) =>
  disagreements(task, references[at], exact.answers[at], theirs.answers[at]).map(
    (what) => `${JSON.stringify(task.text.slice(0, 20))}, above ${task.threshold}: ${what}`,
  ),
)
if (wrong.length > 0) {
  stop()
  console.error(`\nNo times, since the outputs in float32 differ:\n${wrong.join('\n')}`)
  process.exit(1)
}
console.log(
  `\nIn float32 all logits are within ${TOLERANCE} of the package's and iobert's spans are the package's; where gliner.js has others, spans that touch are why.\n`,
)
// Three to warm up; in turns, so that what else the machine does meets all of them.
for (let round = -3; round < rounds; round++) {
  for (const one of results) {
    one.child.send('again')
    const { milliseconds, peak } = await one.next()
    if (round >= 0) one.times.push(milliseconds)
    one.peak = peak
  }
}
stop()
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
