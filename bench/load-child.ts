/**
 * Loads one model in a process of its own and prints seconds and peak memory. Arguments: the library's entry, the model's folder,
 * options as JSON.
 */
import { pathToFileURL } from 'node:url'
import type { LoadOptions } from '#dist/node.js'

const [entry, folder, options] = process.argv.slice(2) as [string, string, string]
/** Bytes; the most this process ever held, threads included. */
const peak = (): number => process.resourceUsage().maxRSS * 1024

const began = performance.now()
const { loadModel } = (await import(pathToFileURL(entry).href)) as typeof import('#dist/node.js')
const before = peak()
const started = performance.now()
const model = await loadModel(folder, JSON.parse(options) as LoadOptions)
const seconds = (performance.now() - started) / 1000
const importSeconds = (started - began) / 1000
const loaded = peak()
const { user, system } = process.cpuUsage()
const { logits } = await model.forward([[0, 1, 2, 3]])
const { weightBytes, memoryBytes } = model.info
const right = logits.length === 1 && logits[0]!.every(Number.isFinite)
const times = { importSeconds, seconds, processorSeconds: (user + system) / 1e6 }
console.log(JSON.stringify({ ...times, before, peak: loaded, weightBytes, memoryBytes, right }))
model.dispose()
