// Measures iobert against other engines on the same weights and prints Markdown. `node compare.mjs --help`
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compareInBrowser } from './browser.mjs'
import { here, modelPath, nodeBinary, onnxFile, versionOf } from './places.mjs'
import { prepareDeberta, prepareModel, prepareRivals } from './prepare.mjs'
import { machine, markdown, median, spread, verdict } from './table.mjs'
import { APART, FORWARD, hasDotProduct, LOAD, SIZE } from './targets.mjs'

const PARTS = [...FORWARD.map(({ id }) => id), 'load', 'browser']
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    node: { type: 'string', default: '24,20' },
    texts: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (options.help) {
  console.log(`Usage: npm run bench:compare -- [--only ${PARTS.slice(0, 2).join(',')}] [--rounds 15] [--node 24,20] [--texts N] [--quick]

Measures iobert against onnxruntime-web, onnxruntime-node and transformers.js on the same weights, outputs compared first,
in turns A B A B, and prints tables in Markdown. Models and ONNX files are made once, in $IOBERT_BENCH_DIR
(bench/compare/.cache). Run it on a quiet machine; it takes about half an hour the first time.

  --only    parts, with commas between: ${PARTS.join(', ')};
            and, with PyTorch, ${APART.map(({ id }) => id).join(', ')}
  --rounds  turns of each engine
  --node    major versions of Node, the first is the reference
  --texts   CoNLL sentences in the browser, default 640 (20 batches over the whole set of 3250)
  --quick   one short round of everything, to see that it works: the figures mean nothing`)
  process.exit(0)
}

const parts = options.only?.split(',') ?? PARTS
const known = [...PARTS, ...APART.map(({ id }) => id)]
const unknown = parts.find((part) => !known.includes(part))
if (unknown !== undefined) {
  console.error(`--only has ${unknown}, expected some of ${known.join(', ')}`)
  process.exit(2)
}
const rounds = options.quick ? 1 : Number(options.rounds)
const seconds = options.quick ? 0.01 : 0.3
const loads = options.quick ? 1 : 5
const texts = Number(options.texts ?? (options.quick ? 64 : 640))
const majors = options.node.split(',')

const started = Date.now()
console.error('Preparing')
prepareRivals()
const forward = [...FORWARD, ...APART].filter(({ id }) => parts.includes(id))
if (forward.some(({ model }) => model === 'deberta')) prepareDeberta()
const base =
  forward.some(({ model }) => model === 'base') || parts.includes('browser') || parts.includes('load')
if (base) prepareModel('base', ['onnx'])
if (forward.some(({ model }) => model === 'shipped')) prepareModel('shipped', ['onnx'])
if (forward.some(({ model }) => model === 'large') || parts.includes('load'))
  prepareModel('large', ['int8', 'onnx'])

console.log(`Machine: ${machine()}, ${hasDotProduct ? 'with' : 'without'} the 8-bit dot product  `)
const rivals = ['onnxruntime-web', 'onnxruntime-node', '@huggingface/transformers']
const inner = versionOf('onnxruntime-web', '@huggingface/transformers')
console.log(
  `Rivals: ${rivals.map((name) => `${name} ${versionOf(name)}`).join(', ')} (with onnxruntime-web ${inner})  `,
)
console.log(
  `Method: ${rounds} turns each, A B A B, medians; one thread unless said; ratio = theirs / ours, above 1 is faster` +
    `${options.quick ? '; **a quick run: the figures mean nothing**' : ''}\n`,
)

let missed = false
const compared = []
if (forward.length > 0) for (const major of majors) compareForward(major)
if (compared.length > 0) {
  const headings = ['outputs of', 'against', 'largest difference of a logit', 'same best label']
  console.log(`Outputs before timing, Node ${majors[0]}\n\n${markdown(headings, compared)}\n`)
}
if (parts.includes('load')) compareLoads()
if (parts.includes('browser')) await inBrowser()
console.log(`Took ${Math.round((Date.now() - started) / 60e3)} minutes`)
process.exit(missed ? 1 : 0)

function compareForward(major) {
  const node = nodeBinary(major)
  if (node === undefined) {
    console.log(`Node ${major}: not measured, npm has no binary of it for this machine\n`)
    return
  }
  const rows = []
  let runtime = `Node ${major}`
  for (const { workload, model, tokens, only, flags = [], ours, rivals } of forward) {
    if (only !== undefined && Number(major) < only) continue
    console.error(`Node ${major}: ${workload}`)
    const engines = [ours, ...rivals].map((spec) => ({ model, ...spec }))
    const output = child(node, flags, 'forward-child.mjs', { engines, tokens, rounds, seconds })
    if (output === undefined) {
      missed = true
      rows.push([workload, '', '', '', '', '', '', '', '**failed**, see above'])
      continue
    }
    runtime = `Node ${output.node} (V8 ${output.v8})`
    const [mine, ...theirs] = output.results
    for (const [index, one] of theirs.entries()) {
      const { floor, target } = rivals[index]
      const [low, high] = spread(one.times, mine.times)
      const ratio = median(one.times) / median(mine.times)
      rows.push([
        workload,
        one.label,
        median(mine.times).toFixed(1),
        median(one.times).toFixed(1),
        `**${ratio.toFixed(2)}x** (${low.toFixed(2)} to ${high.toFixed(2)})`,
        `${(Math.min(...one.times) / Math.min(...mine.times)).toFixed(2)}x`,
        floor === undefined ? '' : `${floor}x`,
        target === undefined ? '' : `${target}x`,
        verdict(ratio, floor, target),
      ])
      if (major !== majors[0]) continue
      compared.push([
        `${workload}: ${one.label}`,
        `${mine.label} (${mine.info})`,
        one.difference.toExponential(1),
        percent(one.agreed),
      ])
    }
  }
  const headings = [
    'workload',
    'against',
    'ours, ms',
    'theirs, ms',
    'ratio (quartiles of turns)',
    'of the fastest turns',
    'floor',
    'target',
    'reached',
  ]
  console.log(`${runtime}\n\n${markdown(headings, rows)}\n`)
}

function compareLoads() {
  const node = nodeBinary(majors[0])
  if (node === undefined) return
  const rows = LOAD.map(({ workload, floor, target, ...spec }) => {
    console.error(workload)
    warm(
      spec.engine === 'iobert'
        ? join(modelPath(spec.model, spec.file ?? 'float'), 'model.safetensors')
        : onnxFile(spec.model, spec.precision),
    )
    const results = []
    for (let turn = 0; turn < loads; turn++) results.push(child(node, [], 'load-child.mjs', spec))
    if (results.includes(undefined)) {
      missed = true
      return [workload, spec.engine, '', '', '', '', '', '**failed**, see above']
    }
    const of = (name) => median(results.map((result) => result[name]))
    const within = (bound) =>
      of('seconds') <= (bound.seconds ?? Infinity) && of('peak') <= (bound.bytes ?? Infinity)
    const reached = !floor
      ? ''
      : target && within(target)
        ? 'target'
        : within(floor)
          ? 'floor'
          : '**below the floor**'
    const bound = (value) => value && `${value.seconds} s${value.bytes ? `, ${value.bytes / 1e9} GB` : ''}`
    return [
      workload,
      spec.engine,
      of('seconds').toFixed(2),
      gigabytes(of('peak')),
      gigabytes(of('afterRun')),
      bound(floor) ?? '',
      bound(target) ?? '',
      reached,
    ]
  })
  const headings = [
    `load, warm file cache, Node ${majors[0]}`,
    'engine',
    'seconds',
    'peak RSS, GB',
    'after a pass, GB',
    'floor',
    'target',
    'reached',
  ]
  console.log(
    `${markdown(headings, rows)}\n\nMedians of ${loads} processes; peak RSS holds all of Node (about 0.05 GB before loading).\n`,
  )
}

async function inBrowser() {
  console.error('Chromium')
  const result = await compareInBrowser({ rounds: options.quick ? 1 : 3, texts })
  if (result.skipped !== undefined) {
    missed = true
    console.log(`Chromium: not measured: ${result.skipped}\n`)
    return
  }
  const { browser, agreed, count, rows, sizes } = result
  const headings = [
    'workload',
    'against',
    'ours, texts/s',
    'theirs, texts/s',
    'ratio (quartiles of turns)',
    'floor',
    'target',
    'reached',
  ]
  console.log(
    `${browser}, ${count} texts, one thread each; ${percent(agreed)} of the words that either labels have the same label in both\n\n${markdown(headings, rows)}\n`,
  )
  const kilobytes = (bytes) => (bytes / 1e3).toFixed(1)
  const reached =
    sizes.ours <= SIZE.target ? 'target' : sizes.ours <= SIZE.floor ? 'floor' : '**below the floor**'
  const row = [
    kilobytes(sizes.ours),
    kilobytes(sizes.theirs),
    `${(sizes.theirs / sizes.ours).toFixed(0)}x`,
    SIZE.floor / 1e3,
    SIZE.target / 1e3,
    reached,
  ]
  console.log(
    `${markdown(['gzip of the code and wasm a page fetched, kB: ours', 'transformers.js', 'ratio', 'floor', 'target', 'reached'], [row])}\n`,
  )
  for (const side of ['ours', 'theirs']) {
    console.log(
      `${side}: ${sizes.files[side].map(({ name, bytes }) => `${name} ${kilobytes(bytes)}`).join(', ')}  `,
    )
  }
  console.log()
}

/** Runs a script of this folder and reads the JSON it prints; undefined where it failed, its own words on stderr. */
function child(node, flags, script, argument) {
  const done = spawnSync(node, [...flags, join(here, script), JSON.stringify(argument)], {
    stdio: ['ignore', 'pipe', 2],
    maxBuffer: 1 << 26,
    timeout: 30 * 60e3,
  })
  if (done.status === 0) return JSON.parse(done.stdout.toString().trim().split('\n').at(-1))
  console.error(`${script} ended with ${done.status ?? done.signal ?? done.error}`)
  return undefined
}

/** Reads a file once, so that it is in the file cache. */
function warm(path) {
  const file = openSync(path)
  const buffer = Buffer.alloc(1 << 22)
  while (readSync(file, buffer) > 0);
  closeSync(file)
}

function percent(part) {
  return `${(100 * part).toFixed(1)} %`
}

function gigabytes(bytes) {
  return (bytes / 1e9).toFixed(3)
}
