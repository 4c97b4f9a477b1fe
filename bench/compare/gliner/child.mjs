// One engine on one text, in turns of a pass each; prints JSON. argument: { engine, model, words, rounds, precision | file }
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../places.mjs'

const { engine, model, words, rounds, precision, file } = JSON.parse(process.argv[2])
const TEXT =
  'Angela Merkel met Tim Cook in Berlin on Tuesday, where the German chancellor and the head of Apple spoke about a new ' +
  'research centre that the company plans to open near the Technical University of Munich next spring. ' +
  'The Norwegian Red Cross said two of its doctors, Ingrid Solberg and Nilsen, had reached the camp outside Goma. ' +
  'Real Madrid beat Ajax 3-1 at the Santiago Bernabeu after goals by Bellingham and Vinicius Junior. '
const TYPES = ['person', 'organisation', 'place', 'date']
const THRESHOLD = 0.3
const text = TEXT.repeat(Math.ceil(words / 60))
  .split(' ')
  .slice(0, words)
  .join(' ')

const started = performance.now()
const { find, pieces } = await (engine === 'iobert' ? ours() : theirs())
const seconds = (performance.now() - started) / 1000
const found = await find()
for (let warm = 0; warm < 3; warm++) await find()
const times = []
for (let round = 0; round < rounds; round++) {
  const begun = performance.now()
  await find()
  times.push(performance.now() - begun)
}
const peak = process.resourceUsage().maxRSS * 1024
process.stdout.write(`\n${JSON.stringify({ found, times, seconds, peak, pieces })}`, () => process.exit(0))

async function ours() {
  const { loadGliner } = await import(pathToFileURL(join(root, 'dist/node.js')).href)
  const gliner = await loadGliner(model, { precision, threads: 1 })
  const find = async () => {
    const { entities } = await gliner.find(text, TYPES, { threshold: THRESHOLD })
    return entities.map(({ start, end, type, score }) => [start, end, type, score])
  }
  return { find, pieces: gliner.tokenizer.encode(text).ids.length }
}

async function theirs() {
  // gliner.js asks for builds that are for pages alone: in Node the runtime's WebAssembly stands in for them.
  const HOOKS = `export const resolve = (name, context, next) =>
    next(/^onnxruntime-web\\/web(gpu|gl)$/.test(name) ? 'onnxruntime-web' : name, context)`
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`)
  const [{ Gliner }, { env }] = await Promise.all([import('gliner'), import('@xenova/transformers')])
  env.localModelPath = dirname(model)
  env.allowRemoteModels = false
  const dist = new URL('node_modules/onnxruntime-web/dist/', import.meta.url).href
  const gliner = new Gliner({
    tokenizerPath: basename(model),
    onnxSettings: {
      modelPath: new Uint8Array(readFileSync(join(model, file))),
      executionProvider: 'wasm',
      wasmPaths: dist,
      maxThreads: 1,
    },
    transformersSettings: { allowLocalModels: true, useBrowserCache: false },
    maxWidth: 12,
  })
  await gliner.initialize()
  const find = async () => {
    const [entities] = await gliner.inference({
      texts: [text],
      entities: TYPES,
      threshold: THRESHOLD,
      flatNer: true,
    })
    return entities.map(({ start, end, label, score }) => [start, end, label, score])
  }
  return { find, pieces: '' }
}
