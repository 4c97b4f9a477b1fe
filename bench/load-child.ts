/** Loads one model in a process of its own and prints seconds and peak memory. Arguments: folder, precision. */
import { loadModel, type Precision } from '#dist/node.js'

const [folder, precision] = process.argv.slice(2) as [string, Precision]
/** Bytes; the most this process ever held, threads included. */
const peak = (): number => process.resourceUsage().maxRSS * 1024

const before = peak()
const started = performance.now()
const model = await loadModel(folder, { precision, threads: 1 })
const seconds = (performance.now() - started) / 1000
const loaded = peak()
const { logits } = await model.forward([[0, 1, 2, 3]])
const { weightBytes, memoryBytes } = model.info
const right = logits.length === 1 && logits[0]!.every(Number.isFinite)
console.log(JSON.stringify({ seconds, before, peak: loaded, weightBytes, memoryBytes, right }))
model.dispose()
