// Measures iobert against the other engines in WebAssembly, on the same weights in one Chromium, and prints Markdown:
// LiteRT.js (XNNPACK) and llama.cpp (wllama). `node bench/compare/peers/peers.mjs --help`
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FLAGS, serve } from '../browser.mjs'
import { pieceIds } from '../input.mjs'
import { cache, modelPath } from '../places.mjs'
import { machine, markdown, median, spread } from '../table.mjs'
import { bundlePages, makeFile, prepare, versions } from './files.mjs'
import { likeness } from './likeness.mjs'

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'small,base' },
    tokens: { type: 'string', default: '16,128,512' },
    rivals: { type: 'string', default: 'litert,llama' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (options.help) {
  console.log(`Usage: npm run bench:peers -- [--models small,base] [--tokens 16,128,512] [--rivals litert,llama] [--rounds 7] [--seconds 1] [--quick]

Measures iobert against LiteRT.js and llama.cpp (wllama) on the same weights in one Chromium, one thread each, outputs compared first,
in turns A B A B, and prints tables in Markdown. Models are made once, in $IOBERT_BENCH_DIR (bench/compare/.cache); that
installs litert-torch, which brings PyTorch: some 5 GB. Run it on a quiet machine.

  --models   small (the shipped one) and base (BERT-base)
  --rounds   turns of each engine, of --seconds each or one pass
  --quick    one short round of everything, to see that it works: the figures mean nothing`)
  process.exit(0)
}
const list = (value) => value.split(',')
const [models, lengths, rivals] = [
  list(options.models),
  list(options.tokens).map(Number),
  list(options.rivals),
]
const rounds = options.quick ? 1 : Number(options.rounds)
const seconds = options.quick ? 0.01 : Number(options.seconds)
/** How much faster iobert is to be than each. */
const WANTED = 1.5
/** A model that was converted wrongly is not near to 1. */
const LEAST_COSINE = 0.99
/** Of the largest logit: float32 against float32. */
const FLOAT_TOLERANCE = 1e-3
const HIGHEST_LENGTH_IN_FLOAT = 128
/** Tokens of which the messages to a worker and back are a share of a pass that shows. */
const SHORT = 16

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
)
if (executablePath === undefined) {
  console.error('There is no Chromium; on Debian: apt-get install chromium')
  process.exit(1)
}
prepare(models)
const folders = await bundlePages()
const server = await serve({ pages: folders, models: join(cache, 'models') }, [])
const origin = `http://127.0.0.1:${server.address().port}`
const { chromium } = await import('playwright-core')
const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS })

console.log(`Machine: ${machine()}  `)
console.log(`Chromium ${browser.version()}; ${versions().join(', ')}  `)
console.log(
  `Method: ${rounds} turns each, A B A B, medians; one thread; ratio = theirs / ours, above 1 is faster` +
    `${options.quick ? '; **a quick run: the figures mean nothing**' : ''}\n`,
)

const rows = []
const outputs = []
let failed = false
try {
  for (const model of models) for (const tokens of lengths) await compareAt(model, tokens)
} finally {
  await browser.close()
  server.close()
  server.closeAllConnections()
}
const outputHeadings = [
  'workload',
  'engine',
  'what',
  'cosine',
  'largest difference',
  'same best label',
  'runs on',
]
console.log(`Outputs against iobert float32, before timing\n\n${markdown(outputHeadings, outputs)}\n`)
const headings = [
  'workload',
  'against',
  'ours, ms',
  'theirs, ms',
  'ratio (quartiles of turns)',
  'wanted',
  'reached',
]
console.log(markdown(headings, rows))
process.exit(failed ? 1 : 0)

/** A page with an engine that has loaded its model. */
async function open(name, argument) {
  const page = await browser.newPage()
  page.setDefaultTimeout(600_000)
  const said = []
  page.on('pageerror', (error) => said.push(String(error)))
  await page.goto(`${origin}/pages/${name}.html`)
  await page.waitForFunction(() => typeof window.load === 'function')
  try {
    return { page, info: await page.evaluate((given) => window.load(given), argument) }
  } catch (error) {
    throw new Error(`${name}: ${error.message} ${said.join(' ')}`)
  }
}

/** The rivals of a row: which page, which file (files.mjs makes it), which of iobert's precisions stands against it. */
function specsOf(model, tokens) {
  const url = (file) => `/models/${model}-peers/${file}`
  const litert = (precision) => {
    const file = `${precision}-${tokens}.tflite`
    const argument = { file: url(file), wasm: '/pages/' }
    return { label: `LiteRT.js ${precision}`, page: 'litert', precision, hidden: false, file, argument }
  }
  const llama = (kind, bits) => {
    const file = `${kind}.gguf`
    const narrow = { worker: '/pages/compat/wllama.js', wasm: '/pages/compat/wllama.wasm' }
    const argument = { file: url(file), wasm: '/pages/wllama.wasm', ...(bits === 32 && { narrow }) }
    const label = `llama.cpp ${kind}, ${bits}-bit memory`
    const precision = kind === 'f32' ? 'float32' : 'int8'
    return { label, page: 'wllama', precision, hidden: true, file, argument }
  }
  const inFloat = tokens <= HIGHEST_LENGTH_IN_FLOAT
  const inline = { ...litert('int8'), label: 'LiteRT.js int8, ours on the page’s thread too', ours: 'inline' }
  return [
    ...(rivals.includes('litert') ? [litert('int8')] : []),
    ...(rivals.includes('litert') && tokens <= SHORT ? [inline] : []),
    ...(rivals.includes('litert') && inFloat ? [litert('float32')] : []),
    ...(rivals.includes('llama') ? [llama('q8_0', 32), llama('q8_0', 64)] : []),
    ...(rivals.includes('llama') && inFloat ? [llama('f32', 32)] : []),
  ]
}

async function compareAt(model, tokens) {
  const workload = `${model === 'base' ? 'BERT-base' : 'shipped'}, ${tokens} tokens`
  const folder = `/models/${model}/`
  const ids = await pieceIds(modelPath(model, 'float'), tokens)
  const float32 = await open('iobert', { folder, precision: 'float32' })
  const expected = { false: await run(float32, ids, false), true: await run(float32, ids, true) }
  const ours = { int8: await open('iobert', { folder, precision: 'int8' }), float32 }
  if (tokens <= SHORT) ours.inline = await open('iobert', { folder, precision: 'int8', inline: true })
  tell(workload, 'iobert int8', ours.int8.info, await run(ours.int8, ids, false), expected.false, ids)
  for (const spec of specsOf(model, tokens)) {
    console.error(`${workload}: ${spec.label}`)
    try {
      makeFile(model, tokens, spec)
      const theirs = await open(spec.page, spec.argument)
      const output = await run(theirs, ids, spec.hidden)
      tell(workload, spec.label, theirs.info, output, expected[spec.hidden], ids, spec)
      rows.push(await race(workload, ours[spec.ours ?? spec.precision], theirs, ids, spec))
      await theirs.page.close()
    } catch (error) {
      failed = true
      rows.push([workload, spec.label, '', '', '', '', `**failed**: ${error.message.split('\n')[0]}`])
    }
  }
  for (const { page } of Object.values(ours)) await page.close()
}

function run({ page }, ids, hidden) {
  return page.evaluate(([given, mean]) => window.run(given, mean), [ids, hidden])
}

/** Adds a row on outputs; stops where they are of another model. */
function tell(workload, label, info, output, expected, ids, { hidden = false, precision = 'int8' } = {}) {
  const { cosine, difference, largest, agreed } = likeness(output, expected, hidden ? undefined : ids.length)
  const what = hidden ? 'mean hidden state' : 'logits'
  const same = agreed === undefined ? '' : `${(100 * agreed).toFixed(1)} %`
  outputs.push([workload, label, what, cosine.toFixed(6), difference.toExponential(1), same, info])
  if (!(cosine >= LEAST_COSINE))
    throw new Error(`The outputs of ${label} have a cosine of ${cosine} to ours: this is not the same model`)
  // llama.cpp's GELU is an approximation.
  if (precision === 'float32' && !hidden && !(difference <= FLOAT_TOLERANCE * largest))
    throw new Error(
      `${label} differs by ${difference} in a logit, expected at most ${FLOAT_TOLERANCE * largest}`,
    )
}

async function race(workload, ours, theirs, ids, { label, hidden, precision }) {
  const time = async ({ page }, passes) => {
    await page.bringToFront()
    return page.evaluate(([given, count, mean]) => window.time(given, count, mean), [ids, passes, hidden])
  }
  const passes = []
  for (const engine of [ours, theirs]) {
    // Engines compile hot code late.
    let last = await time(engine, 1)
    for (const end = Date.now() + 3000 * seconds; Date.now() < end; ) last = await time(engine, 1)
    passes.push(Math.max(1, Math.round((1000 * seconds) / last)))
  }
  const times = [[], []]
  for (let round = 0; round < rounds; round++)
    for (const [index, engine] of [ours, theirs].entries())
      times[index].push(await time(engine, passes[index]))
  const ratio = median(times[1]) / median(times[0])
  const [low, high] = spread(times[1], times[0])
  const name = precision === 'float32' ? `${workload}, float32` : workload
  return [
    ...[name, label, ...times.map((each) => median(each).toFixed(1))],
    `**${ratio.toFixed(2)}x** (${low.toFixed(2)} to ${high.toFixed(2)})`,
    ...(precision === 'float32' ? ['', ''] : [`${WANTED}x`, ratio >= WANTED ? 'yes' : '**no**']),
  ]
}
