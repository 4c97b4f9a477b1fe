// One engine in a process of its own: prints what it finds and then, on each request, how long one pass
// takes.
//    argument: { engine, model, words, precision | file }
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../places.mjs'
import { makeTasks } from './task.mjs'

const { engine, model, words, precision, file } = JSON.parse(process.argv[2])
const tasks = makeTasks(words)

const started = performance.now()
const { find, watch } = await (engine === 'iobert' ? ours() : theirs())
const seconds = (performance.now() - started) / 1000
const { passes, unwatch } = watch()
const answers = []
for (const task of tasks) {
  const found = await find(task)
  const [pass, ...more] = passes.splice(0)
  if (more.length > 0)
    throw new Error(`The text was read in ${more.length + 1} parts, expected 1: ask for fewer --words`)
  answers.push({ found, ...pass })
}
unwatch()
process.on('message', async () => {
  const begun = performance.now()
  await find(tasks[0])
  const milliseconds = performance.now() - begun
  process.send({ milliseconds, peak: process.resourceUsage().maxRSS * 1024 })
})
process.on('disconnect', () => process.exit())
process.send({ answers, seconds })

/** Tells what a method was given and gave, until what it returns is called. */
function spy(owner, name, tell) {
  const before = owner[name]
  owner[name] = async function (...given) {
    const result = await before.apply(this, given)
    tell(given, result)
    return result
  }
  return () => {
    owner[name] = before
  }
}

async function ours() {
  const dist = (name) => import(pathToFileURL(join(root, 'dist', name)).href)
  const { loadGliner } = await dist('node.js')
  const { GlinerHead } = await dist('tasks/gliner/head.js')
  const gliner = await loadGliner(model, { precision, threads: 1 })
  const find = async ({ text, types, threshold }) => {
    // In the package's style: by default marks around a name are trimmed, which gliner.js does not do.
    const { entities } = await gliner.find(text, types, { threshold, style: 'gliner' })
    return entities.map(({ start, end, type, score }) => [start, end, type, score])
  }
  const watch = () => {
    const passes = []
    const read = []
    const ends = [
      spy(gliner.model, 'forward', ([sequences]) => void read.push(...sequences)),
      spy(GlinerHead.prototype, 'score', (_, windows) => {
        for (const logits of windows) passes.push({ ids: read.shift(), logits })
      }),
    ]
    const unwatch = () => {
      for (const end of ends) end()
    }
    return { passes, unwatch }
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
  const find = async ({ text, types, threshold }) => {
    const [entities] = await gliner.inference({ texts: [text], entities: types, threshold, flatNer: true })
    return entities.map(({ start, end, label, score }) => [start, end, label, score])
  }
  const watch = () => {
    const passes = []
    const unwatch = spy(gliner.model.onnxWrapper, 'run', ([feeds], { logits }) => {
      passes.push({ ids: Array.from(feeds.input_ids.data, Number), logits: logits.data.slice() })
    })
    return { passes, unwatch }
  }
  return { find, watch }
}
