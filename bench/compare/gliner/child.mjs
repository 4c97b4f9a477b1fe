// One engine on one text, in turns of a pass each; prints JSON. argument: { engine, model, words, rounds, precision | file }
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../places.mjs'
import { makeTask } from './task.mjs'

const { engine, model, words, rounds, precision, file } = JSON.parse(process.argv[2])
const { text, types, threshold } = makeTask(words)

const started = performance.now()
const { find, watch } = await (engine === 'iobert' ? ours() : theirs())
const seconds = (performance.now() - started) / 1000
const { unwatch, passes } = watch()
const found = await find()
unwatch()
if (passes.length !== 1)
  throw new Error(`The text was read in ${passes.length} parts, expected 1: ask for fewer --words`)
for (let warm = 0; warm < 3; warm++) await find()
const times = []
for (let round = 0; round < rounds; round++) {
  const begun = performance.now()
  await find()
  times.push(performance.now() - begun)
}
const peak = process.resourceUsage().maxRSS * 1024
const [{ ids, logits }] = passes
const result = { found, ids, logits: Array.from(logits), times, seconds, peak }
// JSON has no infinity: what iobert says of spans beyond the end becomes null, which nobody reads.
process.stdout.write(`\n${JSON.stringify(result)}`, () => process.exit(0))

/** Puts `wrapper(before)` in the place of a method until `unwatch`. */
function wrap(owner, name, wrapper) {
  const before = owner[name]
  owner[name] = wrapper(before)
  return () => {
    owner[name] = before
  }
}

async function ours() {
  const dist = (name) => import(pathToFileURL(join(root, 'dist', name)).href)
  const { loadGliner } = await dist('node.js')
  const { GlinerHead } = await dist('tasks/gliner/head.js')
  const gliner = await loadGliner(model, { precision, threads: 1 })
  const find = async () => {
    // In the package's style: by default marks around a name are trimmed, which gliner.js does not do.
    const { entities } = await gliner.find(text, types, { threshold, style: 'gliner' })
    return entities.map(({ start, end, type, score }) => [start, end, type, score])
  }
  const watch = () => {
    const passes = []
    const sequences = []
    const ends = [
      wrap(gliner.model, 'forward', (forward) => function (given, options) {
        sequences.push(...given)
        return forward.call(this, given, options)
      }),
      wrap(GlinerHead.prototype, 'score', (score) => async function (windows, pause) {
        const logits = await score.call(this, windows, pause)
        passes.push(...logits.map((one, index) => ({ ids: sequences[index], logits: one })))
        return logits
      }),
    ]
    return { passes, unwatch: () => ends.forEach((end) => void end()) }
  }
  return { find, watch }
}

async function theirs() {
  // gliner.js asks for builds that are for pages alone: in Node the runtime's WebAssembly stands in for them.
  const HOOKS = `export const resolve = (name, context, next) =>
    next(/^onnxruntime-web\\/web(gpu|gl)$/.test(name) ? 'onnxruntime-web' : name, context)`
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`)
  const [{ Gliner }, { env }, { env: runtime }] = await Promise.all([
    import('gliner'),
    import('@xenova/transformers'),
    import('onnxruntime-web'),
  ])
  env.localModelPath = dirname(model)
  env.allowRemoteModels = false
  // Its own setting counts only together with one that asks for navigator, which not every Node has.
  runtime.wasm.numThreads = 1
  const dist = new URL('node_modules/onnxruntime-web/dist/', import.meta.url).href
  const gliner = new Gliner({
    tokenizerPath: basename(model),
    onnxSettings: {
      modelPath: new Uint8Array(readFileSync(join(model, file))),
      executionProvider: 'wasm',
      wasmPaths: dist,
    },
    transformersSettings: { allowLocalModels: true, useBrowserCache: false },
    maxWidth: 12,
  })
  await gliner.initialize()
  const find = async () => {
    const [entities] = await gliner.inference({ texts: [text], entities: types, threshold, flatNer: true })
    return entities.map(({ start, end, label, score }) => [start, end, label, score])
  }
  const watch = () => {
    const passes = []
    const unwatch = wrap(gliner.model.onnxWrapper, 'run', (run) => async function (feeds, options) {
      const results = await run.call(this, feeds, options)
      const ids = Array.from(feeds.input_ids.data, Number)
      passes.push({ ids, logits: results.logits.data.slice() })
      return results
    })
    return { passes, unwatch }
  }
  return { find, watch }
}
